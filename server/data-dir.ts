/** The folder everything is kept in: made, and tried out before anything else is started. */
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Free space below which the server does not start: a recording takes about 1.9 MB a minute. */
const LEAST_FREE_BYTES = 200_000_000;

/** Said to a person who has to do something; printed without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export async function prepareDataDir(dir: string): Promise<string> {
  const path = resolve(dir);
  const probe = join(path, '.write-test');
  try {
    await mkdir(path, { recursive: true });
    await writeFile(probe, 'x'.repeat(4096));
    await rm(probe);
  } catch (error) {
    throw new StartError(reason(path, error), { cause: error });
  }
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize < LEAST_FREE_BYTES) {
    const freeMb = Math.round((bavail * bsize) / 1e6);
    throw new StartError(
      `Only ${String(freeMb)} MB are free for ${path}; at least 200 MB are needed. Free some space, or set dataDir to another disk.`,
    );
  }
  return path;
}

function reason(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') return `The disk of ${path} is full. Free some space, or set dataDir to another disk.`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `The folder ${path} cannot be written to. Give this user the right to write there, or set dataDir to another folder.`;
  }
  return `The folder ${path} cannot be used (${code}). Set dataDir to a folder that can be written to.`;
}
