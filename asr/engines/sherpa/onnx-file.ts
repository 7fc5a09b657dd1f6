/** A look at an ONNX file without loading it: a wrong file would end the process that loads it. */
import { open } from 'node:fs/promises';

const HEAD_BYTES = 64;
const TAIL_BYTES = 256 * 1024;
const MIN_BYTES = 10_000;

export type OnnxFacts =
  | { readonly ok: true; readonly metadata: (key: string) => string | undefined }
  | { readonly ok: false; readonly fault: 'missing' | 'too-small' | 'not-onnx' };

/** Whether `file` can be an ONNX model, and what its metadata says. */
export async function readOnnxFacts(file: string): Promise<OnnxFacts> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return { ok: false, fault: 'missing' };
  try {
    const { size } = await handle.stat();
    if (size < MIN_BYTES) return { ok: false, fault: 'too-small' };
    const head = Buffer.alloc(HEAD_BYTES);
    await handle.read(head, 0, HEAD_BYTES, 0);
    // ModelProto begins with ir_version (field 1, varint 3..20) in every exporter seen.
    const version = head[1] ?? 0;
    if (head[0] !== 0x08 || version < 3 || version > 20) return { ok: false, fault: 'not-onnx' };
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, size));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return { ok: true, metadata: (key) => metadataOf(tail, key) };
  } finally {
    await handle.close();
  }
}

/** StringStringEntryProto: field 1 the key, field 2 (tag 0x12, length, bytes) the value. */
function metadataOf(tail: Buffer, key: string): string | undefined {
  const at = tail.lastIndexOf(Buffer.from(key, 'latin1'));
  if (at < 0) return undefined;
  const tag = at + key.length;
  const length = tail[tag + 1] ?? 0;
  if (tail[tag] !== 0x12 || length > 127 || tag + 2 + length > tail.length) return undefined;
  return tail.toString('utf8', tag + 2, tag + 2 + length);
}
