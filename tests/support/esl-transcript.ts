/** Recorded event-socket sessions (tests/golden/esl). */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export interface TranscriptRecord {
  readonly atMs: number;
  readonly from: 'server' | 'client';
  /** A whole frame as it was on the wire. */
  readonly bytes: Buffer;
}

const dir = join(dirname(fileURLToPath(import.meta.url)), '..', 'golden', 'esl');
const MARK = /^=== ([\d.]+) (C>S|S>C|NOTE)[^\n]*\n/;

/** Names of the flows, without suffix. */
export function transcriptNames(): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.esl.txt.gz'))
    .map((name) => name.replace('.esl.txt.gz', ''))
    .sort();
}

export function readTranscript(name: string): TranscriptRecord[] {
  const data = gunzipSync(readFileSync(join(dir, `${name}.esl.txt.gz`)));
  const records: TranscriptRecord[] = [];
  let at = 0;
  while (at < data.length) {
    const head = MARK.exec(data.toString('latin1', at, at + 400));
    if (head === null) break;
    at += head[0].length;
    const atMs = Number(head[1]) * 1_000;
    const end = head[2] === 'S>C' ? frameEnd(data, at) : nextMark(data, at);
    const bytes = data.subarray(at, end);
    if (head[2] !== 'NOTE') records.push({ atMs, from: head[2] === 'S>C' ? 'server' : 'client', bytes });
    at = nextMark(data, end - 1);
  }
  return records;
}

function frameEnd(data: Buffer, at: number): number {
  const headerEnd = data.indexOf('\n\n', at) + 2;
  const length = /^Content-Length: (\d+)$/m.exec(data.toString('latin1', at, headerEnd))?.[1];
  return headerEnd + Number(length ?? 0);
}

function nextMark(data: Buffer, from: number): number {
  const at = data.indexOf('\n=== ', Math.max(0, from), 'latin1');
  return at < 0 ? data.length : at + 1;
}
