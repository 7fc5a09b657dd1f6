/** Counts attempts per key in windows of one minute. */
export class MinuteLimit {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  readonly #counts = new Map<string, number>();
  #windowStartMs = 0;

  constructor(perMinute: number, nowMs: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
  }

  /** Whether the key has used up its minute. */
  isUsedUp(key: string): boolean {
    this.#turn();
    return (this.#counts.get(key) ?? 0) >= this.#perMinute;
  }

  count(key: string): void {
    this.#turn();
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Takes one back: the attempt was a good one. */
  forgive(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 0) this.#counts.set(key, count - 1);
  }

  #turn(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#windowStartMs < 60_000) return;
    this.#windowStartMs = nowMs;
    this.#counts.clear();
  }
}

/** One key for a client: an IPv4 address, or the /64 of an IPv6 one (a single host has all of it). */
export function clientKey(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!plain.includes(':')) return plain;
  const [head = ''] = plain.split('::');
  const groups = head.split(':');
  return [...groups, '0', '0', '0', '0'].slice(0, 4).join(':');
}
