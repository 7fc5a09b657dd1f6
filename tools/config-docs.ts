/**
 * Writes docs/configuration.md, hotline.example.yaml and .env.example from the schema's own descriptions.
 * `tsx tools/config-docs.ts` writes; with `--check` it only says whether they are up to date (exit status 1 if not).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { configReference, environmentExample, exampleYaml, referenceMarkdown } from '../config/reference.ts';

const outputs: readonly (readonly [file: string, text: string])[] = [
  ['docs/configuration.md', referenceMarkdown(configReference())],
  ['hotline.example.yaml', exampleYaml(configReference())],
  ['.env.example', environmentExample(configReference())],
];
for (const [file, text] of outputs) {
  if (process.argv.includes('--check')) {
    if (readFileSync(file, 'utf8') === text) continue;
    console.error(`${file} is out of date: run "npx tsx tools/config-docs.ts"`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}
