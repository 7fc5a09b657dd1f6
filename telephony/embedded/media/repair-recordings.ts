/** Puts the headers right of recordings that were cut off by a crash. To be run at start, before any call. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repairedHeader, wavHeaderBytes } from '../../rtp/wav.ts';

/** Repairs every `.wav` below `dir`; a folder that does not exist has nothing to repair. */
export async function repairRecordings(dir: string): Promise<{ repaired: string[] }> {
  const repaired: string[] = [];
  for (const path of await wavFilesBelow(dir)) {
    if (await repairOne(path)) repaired.push(path);
  }
  return { repaired };
}

async function wavFilesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.wav'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function repairOne(path: string): Promise<boolean> {
  const file = await open(path, 'r+');
  try {
    const head = new Uint8Array(wavHeaderBytes);
    await file.read(head, 0, wavHeaderBytes, 0);
    const { size } = await file.stat();
    const repair = repairedHeader(head, size);
    if (repair === undefined) return false;
    await file.truncate(repair.wholeBytes);
    await file.write(repair.header, 0, wavHeaderBytes, 0);
    return true;
  } finally {
    await file.close();
  }
}
