/** What an INVITE says beyond the call itself: `X-` headers for programs, and by whom the call was diverted. */
import { parseNameAddr } from './name-addr.ts';
import { parseUri, uriUser } from './uri.ts';

/** Values of `X-` headers by name in lower case. */
export type ExtraHeaders = Readonly<Record<string, string>>;

export const MAX_EXTRA_HEADERS = 16;
export const MAX_EXTRA_NAME_CHARS = 64;
export const MAX_EXTRA_VALUE_BYTES = 256;
export const MAX_DIVERSIONS = 8;

const encoder = new TextEncoder();
const NAME = /^x-[a-z0-9\-_.]{1,62}$/;
// eslint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The first 16 `X-` headers; one that is too long or holds control characters is left out, not cut. */
export function extraHeaders(all: Iterable<readonly [name: string, value: string]>): ExtraHeaders {
  const kept = new Map<string, string>();
  for (const [name, value] of all) {
    const lower = name.toLowerCase();
    if (!NAME.test(lower) || kept.has(lower) || CONTROL.test(value)) continue;
    if (value.length > MAX_EXTRA_VALUE_BYTES || encoder.encode(value).length > MAX_EXTRA_VALUE_BYTES) continue;
    kept.set(lower, value);
    if (kept.size === MAX_EXTRA_HEADERS) break;
  }
  return Object.fromEntries(kept);
}

/** One station that sent the call on. */
export interface Diversion {
  /** User part of its address, e.g. the number that was dialled at first. */
  readonly user: string;
  /** Why, as the header says: `unconditional`, `no-answer`, `user-busy` …, or a SIP status; '' when it does not say. */
  readonly reason: string;
}

/**
 * Who sent the call on, latest first: from Diversion (RFC 5806), else from History-Info (RFC 7044), where an entry is a
 * diversion if a later one has it as its cause. At most eight.
 */
export function diversionsOf(diversion: readonly string[], historyInfo: readonly string[]): readonly Diversion[] {
  const told = diversion.slice(0, MAX_DIVERSIONS).flatMap((value): Diversion[] => {
    const address = parseNameAddr(value);
    const user = uriUser(parseUri(address?.uri ?? ''));
    return address === undefined || user === '' ? [] : [{ user, reason: reasonOf(address.params.get('reason')) }];
  });
  return told.length > 0 ? told : fromHistory(historyInfo);
}

/** Each entry but the last was retargeted; the next entry's `cause` (RFC 4458) or its own Reason says why. */
function fromHistory(values: readonly string[]): Diversion[] {
  const entries = values.slice(0, MAX_DIVERSIONS + 1).flatMap((value) => {
    const [bare = '', query = ''] = (parseNameAddr(value)?.uri ?? '').split('?');
    const uri = parseUri(bare);
    if (uri === undefined) return [];
    return [{ user: uriUser(uri), cause: uri.params.get('cause'), ownCause: causeInReason(query) }];
  });
  const diverted = entries.slice(0, -1).flatMap(({ user, ownCause }, i): Diversion[] => {
    const cause = entries[i + 1]?.cause ?? ownCause;
    return cause === undefined || user === '' ? [] : [{ user, reason: reasonOf(cause) }];
  });
  return diverted.reverse();
}

/** `Reason=SIP%3Bcause%3D302` within the URI. */
function causeInReason(query: string): string | undefined {
  return /(?:^|&)reason=SIP(?:%3b|;)\s*cause(?:%3d|=)([0-9]{3})/i.exec(query)?.[1];
}

function reasonOf(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z0-9-]{1,32}$/.test(text) ? text.toLowerCase() : '';
}
