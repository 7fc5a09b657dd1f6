// `npm start`: builds the pages when they are older than their sources, then runs the server in this process.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 10)) {
  console.error(`Node.js ${process.versions.node} is too old: version 20.10 or newer is needed.`);
  process.exit(1);
}
if (!existsSync('node_modules')) {
  console.error('The packages are not installed yet: run "npm ci" first.');
  process.exit(1);
}

/** Newest change below a folder, in milliseconds. */
function newestMs(dir) {
  let newest = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'dev') continue;
    const path = join(dir, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestMs(path) : statSync(path).mtimeMs);
  }
  return newest;
}

async function buildPages() {
  const built = 'agent-desktop/dist/index.html';
  const sources = Math.max(newestMs('agent-desktop'), statSync('package-lock.json').mtimeMs);
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return;
  const startedMs = Date.now();
  console.log('building the pages …');
  const { build } = await import('vite');
  await build({ configFile: 'agent-desktop/vite.config.ts', logLevel: 'warn' });
  console.log(`pages built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}

if (!process.argv.includes('--no-build')) await buildPages();
if (!process.argv.includes('--build-only')) {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../server/main.ts');
}
