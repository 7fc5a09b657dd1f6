/** Writing what was made: folders, files, passwords that stay the same when the files are written again. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfigFile } from './freeswitch-files.ts';

const OWNER_ONLY = 0o600;
const FOLDER = 0o750;

export const isEmptyFolder = (dir: string): boolean => !existsSync(dir) || readdirSync(dir).length === 0;

/** A password in a file of its own, made when it is not there yet. */
export function secretIn(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const secret = randomBytes(24).toString('base64url');
  mkdirSync(dirname(file), { recursive: true, mode: FOLDER });
  writeFileSync(file, `${secret}\n`, { mode: OWNER_ONLY });
  return secret;
}

export function writeFiles(dir: string, files: readonly ConfigFile[]): void {
  for (const { path, text, isSecret } of files) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true, mode: FOLDER });
    writeFileSync(file, text, { mode: isSecret ? OWNER_ONLY : 0o640 });
    if (isSecret) chmodSync(file, OWNER_ONLY);
  }
}
