/** IPv4 addresses and ranges. */

export interface Range {
  readonly network: number;
  readonly mask: number;
}

/** Unsigned 32-bit value of a dotted address. */
export function ipv4ToNumber(address: string): number | undefined {
  const match = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$/.exec(address);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.some((o) => o > 255) ? undefined : octets.reduce((sum, o) => sum * 256 + o, 0);
}

/** Reads `a.b.c.d` or `a.b.c.d/n`. */
export function parseRange(text: string): Range | undefined {
  const [address = '', bits = '32', ...rest] = text.trim().split('/');
  const value = ipv4ToNumber(address);
  if (value === undefined || rest.length > 0 || !/^[0-9]{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  const mask = Number(bits) === 0 ? 0 : (0xffff_ffff << (32 - Number(bits))) >>> 0;
  return { network: (value & mask) >>> 0, mask };
}

/** Whether an address lies in one of the ranges. An IPv4 address mapped into IPv6 counts as IPv4. */
export function inRanges(address: string, ranges: readonly Range[]): boolean {
  const value = ipv4ToNumber(address.replace(/^::ffff:/, ''));
  return value !== undefined && ranges.some((r) => (value & r.mask) >>> 0 === r.network);
}

/** Loopback, private and link-local ranges (RFC 1122, RFC 1918, RFC 3927). */
export const privateRanges: readonly Range[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
].flatMap((text) => parseRange(text) ?? []);
