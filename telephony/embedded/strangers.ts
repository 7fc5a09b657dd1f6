/**
 * What unknown addresses may cost us: a bucket for each, one for all together, and a list of those that are not
 * listened to any more. All tables are bounded. Addresses of UDP can be forged, so nobody who is trusted or registered
 * is ever looked at here.
 */

export interface StrangerLimits {
  /** Answers a second to all strangers together. */
  readonly perSecond: number;
  /** Of these, to one address. */
  readonly perSourcePerSecond: number;
  /** So many requests beyond that within `banWindowMs`, and the address is not listened to for `banMs`. */
  readonly banAfter: number;
  readonly banWindowMs: number;
  readonly banMs: number;
  /** Addresses remembered; the oldest is forgotten first. */
  readonly maxSources: number;
}

/** Limits as they follow from the one number of the configuration. */
export function strangerLimits(perSecond: number): StrangerLimits {
  return {
    perSecond,
    perSourcePerSecond: Math.max(1, Math.ceil(perSecond / 4)),
    banAfter: 200,
    banWindowMs: 10_000,
    banMs: 60_000,
    maxSources: 4_096,
  };
}

/** User agents that only ever look for open switches. */
const SCANNERS =
  /friendly-(?:scanner|request)|sipvicious|sundayddr|sip-?scan|sipcli|sipsak|iwar\b|pplsip|vaxsip|smap\b|eyebeam release 3006o|gulp\b|sipptk|zoiper rev\.1|csipsimple_bot|custom-?sip/i;

/** How far into a message its User-Agent is looked for before it is parsed. */
const LOOK_CHARS = 1_500;

/** Whether a header value is that of a known scanner. */
export function isScannerAgent(userAgent: string): boolean {
  return SCANNERS.test(userAgent);
}

/** Whether the raw bytes of a request come from a known scanner: no parsing, one pass. */
export function looksLikeScanner(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOK_CHARS)).toString('latin1');
  const agent = /\n(?:user-agent|server)[ \t]*:([^\r\n]{1,200})/i.exec(head)?.[1];
  // sipvicious writes its name into From and Contact as well: `"sipvicious"<sip:100@1.1.1.1>`.
  return (agent !== undefined && SCANNERS.test(agent)) || /^from[ \t]*:[ \t]*"sipvicious"/im.test(head);
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

interface Source extends Bucket {
  excess: number;
  windowFromMs: number;
}

export class Strangers {
  readonly #limits: StrangerLimits;
  readonly #all: Bucket;
  readonly #sources = new Map<string, Source>();
  readonly #banned = new Map<string, number>();

  constructor(limits: StrangerLimits) {
    this.#limits = limits;
    this.#all = { tokens: limits.perSecond, filledAtMs: -Infinity };
  }

  get sizes(): { readonly sources: number; readonly banned: number } {
    return { sources: this.#sources.size, banned: this.#banned.size };
  }

  /** Whether nothing of this address is to be looked at. */
  isBanned(address: string, nowMs: number): boolean {
    const untilMs = this.#banned.get(address);
    if (untilMs === undefined) return false;
    if (untilMs > nowMs) return true;
    this.#banned.delete(address);
    return false;
  }

  ban(address: string, nowMs: number): void {
    remember(this.#banned, address, nowMs + this.#limits.banMs, this.#limits.maxSources);
  }

  /** Whether a request of this address may be answered now. */
  mayAnswer(address: string, nowMs: number): boolean {
    const { perSecond, perSourcePerSecond, maxSources } = this.#limits;
    const source = this.#sources.get(address) ?? {
      tokens: perSourcePerSecond,
      filledAtMs: nowMs,
      excess: 0,
      windowFromMs: nowMs,
    };
    remember(this.#sources, address, source, maxSources);
    fill(source, perSourcePerSecond, nowMs);
    fill(this.#all, perSecond, nowMs);
    if (source.tokens < 1) {
      this.#noteExcess(address, source, nowMs);
      return false;
    }
    // Nobody is banned because others ask much.
    if (this.#all.tokens < 1) return false;
    source.tokens -= 1;
    this.#all.tokens -= 1;
    return true;
  }

  #noteExcess(address: string, source: Source, nowMs: number): void {
    if (nowMs - source.windowFromMs > this.#limits.banWindowMs) {
      source.windowFromMs = nowMs;
      source.excess = 0;
    }
    source.excess += 1;
    if (source.excess >= this.#limits.banAfter) this.ban(address, nowMs);
  }
}

/** Token bucket that holds one second's worth. */
function fill(bucket: Bucket, perSecond: number, nowMs: number): void {
  const gained = (Math.max(0, nowMs - bucket.filledAtMs) / 1_000) * perSecond;
  bucket.tokens = Math.min(perSecond, bucket.tokens + gained);
  bucket.filledAtMs = nowMs;
}

/** Puts an entry last and forgets the first when there are too many. */
function remember<V>(table: Map<string, V>, key: string, value: V, max: number): void {
  table.delete(key);
  table.set(key, value);
  const first = table.size > max ? table.keys().next().value : undefined;
  if (first !== undefined) table.delete(first);
}
