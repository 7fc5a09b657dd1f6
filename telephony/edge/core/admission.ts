/** Token buckets: how many new calls a trunk, and all trunks together, may bring. Pure; the time is an input. */

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export type Buckets = ReadonlyMap<string, Bucket>;

export type Taken =
  | { readonly ok: true; readonly buckets: Buckets }
  /** `name`: the bucket that was empty. */
  | { readonly ok: false; readonly buckets: Buckets; readonly name: string; readonly waitMs: number };

/** What a bucket holds now; a new one is full. */
export function levelOf(buckets: Buckets, name: string, rate: Rate, nowMs: number): number {
  const bucket = buckets.get(name);
  if (bucket === undefined) return rate.burst;
  const earned = (Math.max(0, nowMs - bucket.atMs) / 1_000) * rate.perSecond;
  return Math.min(rate.burst, bucket.tokens + earned);
}

/** Takes one token from each of the buckets, or none from any. */
export function takeFromAll(
  buckets: Buckets,
  wanted: readonly { readonly name: string; readonly rate: Rate }[],
  nowMs: number,
): Taken {
  const levels = wanted.map(({ name, rate }) => ({ name, rate, tokens: levelOf(buckets, name, rate, nowMs) }));
  const empty = levels.find(({ tokens }) => tokens < 1);
  if (empty !== undefined) {
    const waitMs = Math.ceil(((1 - empty.tokens) / empty.rate.perSecond) * 1_000);
    return { ok: false, buckets, name: empty.name, waitMs };
  }
  const next = new Map(buckets);
  for (const { name, tokens } of levels) next.set(name, { tokens: tokens - 1, atMs: nowMs });
  return { ok: true, buckets: next };
}
