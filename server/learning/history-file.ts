/**
 * The imported history, kept beside the models so that every night can learn from it again together with the tickets
 * confirmed since: JSON lines, compressed, readable by the server's user only; long numbers are taken out before.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { Row } from '../drafts/classify/model.ts';
import { isMissing } from './missing.ts';

const line = z.strictObject({ text: z.string(), label: z.string().min(1), top: z.string().min(1) });
export const HISTORY_NAME = 'class-history.jsonl.gz';
const MAX_BYTES = 2_000_000_000;

/** Numbers of people (telephone, identity, card) are not kept. */
export const withoutNumbers = (text: string): string =>
  text.replaceAll(/[0-9０-９][0-9０-９\s-]{4,}[0-9０-９xX]/g, '#');

export async function writeHistoryFile(path: string, rows: readonly Row[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = rows.map(({ text, label, top }) => JSON.stringify({ text: withoutNumbers(text), label, top }));
  const beside = `${path}.${String(process.pid)}`;
  await writeFile(beside, await promisify(gzip)(lines.join('\n')), { mode: 0o600, flush: true });
  await rename(beside, path);
}

/** Empty where nothing was imported. */
export async function readHistoryFile(path: string): Promise<readonly Row[]> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (bytes === null) return [];
  const text = (await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES })).toString('utf8');
  return text
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => line.parse(JSON.parse(one)));
}
