/**
 * A model as one file: eight bytes of name and version, a JSON head that is checked against a schema, then the numbers.
 * The head carries a SHA-256 of the numbers: a file cut short or written over is refused, never half believed. Pure.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ClassModel } from './model.ts';
import type { Unit } from './unit.ts';

const MAGIC = 'HLCM';
export const MODEL_FORMAT = 1;
const PREFIX_BYTES = 12;
const MAX_HEAD_BYTES = 4_000_000;

const label = z.string().min(1).max(200);
const figure = z.number().min(0).max(1);
const unitHead = z.strictObject({
  labels: z.array(label).min(1).max(5_000),
  columns: z.number().int().min(0).max(2_000_000),
  sharpness: z.number().positive().max(1_000),
});
const headSchema = z.strictObject({
  facts: z.strictObject({
    trainedAtMs: z.number().int().min(0),
    rows: z.number().int().min(0),
    heldOut: z.strictObject({ rows: z.number().int().min(0), macroF1: figure, top1: figure, top3: figure }).nullable(),
  }),
  seen: z.record(label, z.number().int().min(0)),
  root: unitHead,
  branches: z.record(label, unitHead),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
type UnitHead = z.output<typeof unitHead>;

const bytesOf = (numbers: Uint32Array | Float32Array | Int8Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

const blobsOf = ({ hashes, idf, weights, scales, biases }: Unit): readonly Uint8Array[] =>
  [hashes, idf, weights, scales, biases].map(bytesOf);

const headOf = ({ labels, hashes, sharpness }: Unit): UnitHead => ({
  labels: [...labels],
  columns: hashes.length,
  sharpness,
});

/** Little-endian, as every machine that this runs on is. */
export function encodeModel(model: ClassModel): Uint8Array {
  const { facts, seen, root, branches } = model;
  const units = [root, ...Object.values(branches)];
  const body = Buffer.concat(units.flatMap(blobsOf));
  const sha256 = createHash('sha256').update(body).digest('hex');
  const heads = Object.fromEntries(Object.entries(branches).map(([top, unit]) => [top, headOf(unit)]));
  const head = Buffer.from(JSON.stringify({ facts, seen, root: headOf(root), branches: heads, sha256 }));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt32LE(MODEL_FORMAT, 4);
  prefix.writeUInt32LE(head.length, 8);
  return Buffer.concat([prefix, head, body]);
}

export type Decoded =
  { readonly ok: true; readonly model: ClassModel } | { readonly ok: false; readonly fault: string };

const no = (fault: string): Decoded => ({ ok: false, fault });

/** Takes numbers from the body one after another. */
class Body {
  #at = 0;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  /** A copy, so that numbers of four bytes start where such numbers may start. */
  take(count: number, size: number): ArrayBuffer {
    const part = new Uint8Array(count * size);
    part.set(this.#bytes.subarray(this.#at, this.#at + part.length));
    this.#at += part.length;
    return part.buffer;
  }
}

function unitFrom(body: Body, { labels, columns, sharpness }: UnitHead): Unit {
  const classes = labels.length;
  return {
    labels,
    sharpness,
    hashes: new Uint32Array(body.take(columns, 4)),
    idf: new Float32Array(body.take(columns, 4)),
    weights: new Int8Array(body.take(columns * classes, 1)),
    scales: new Float32Array(body.take(classes, 4)),
    biases: new Float32Array(body.take(classes, 4)),
  };
}

const sizeOf = ({ labels, columns }: UnitHead): number => columns * (8 + labels.length) + labels.length * 8;

function parsedHead(bytes: Buffer): z.output<typeof headSchema> | null {
  try {
    const found = headSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return found.success ? found.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The model in the bytes of a file, or why there is none. */
export function decodeModel(file: Uint8Array): Decoded {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < PREFIX_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC) return no('not a class model');
  const format = bytes.readUInt32LE(4);
  if (format !== MODEL_FORMAT)
    return no(`written in format ${String(format)}, this program reads ${String(MODEL_FORMAT)}`);
  const headBytes = bytes.readUInt32LE(8);
  if (headBytes > MAX_HEAD_BYTES || PREFIX_BYTES + headBytes > bytes.length) return no('the file is cut short');
  const head = parsedHead(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headBytes));
  if (head === null) return no('the head of the file is not as it should be');
  const body = bytes.subarray(PREFIX_BYTES + headBytes);
  const units = [head.root, ...Object.values(head.branches)];
  if (body.length !== units.reduce((sum, unit) => sum + sizeOf(unit), 0)) return no('the file is cut short');
  if (createHash('sha256').update(body).digest('hex') !== head.sha256) return no('the numbers do not match their sum');
  const numbers = new Body(body);
  const root = unitFrom(numbers, head.root);
  const branches = Object.fromEntries(
    Object.entries(head.branches).map(([top, unit]) => [top, unitFrom(numbers, unit)]),
  );
  return { ok: true, model: { facts: head.facts, seen: head.seen, root, branches } };
}
