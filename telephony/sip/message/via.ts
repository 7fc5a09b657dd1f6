/** Via (RFC 3261 section 20.42) and where a response goes (section 18.2.2, RFC 3581). */
import { isToken, paramsFrom, splitOutside } from './tokens.ts';
import { parseHostPort } from './uri.ts';

export interface Via {
  /** Upper case: UDP, WS … */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  /** '' when absent (RFC 2543 peers). */
  readonly branch: string;
  /** `;rport` was asked for. */
  readonly rport: boolean;
  readonly params: ReadonlyMap<string, string>;
}

/** Branches of RFC 3261 begin with this cookie (section 8.1.1.7). */
export const BRANCH_COOKIE = 'z9hG4bK';

const PREFIX = 'SIP/2.0/';
const BLANK = /\s/;
// White space may stand around the slashes (RFC 4475 section 3.1.1.1).
const LOOSE =
  /^SIP\s{0,16}\/\s{0,16}2\.0\s{0,16}\/\s{0,16}([^\s/]{1,16})\s{1,16}(\S{1,300})(?:\s{0,16}(:\s{0,16}[0-9]{1,5}))?$/i;

/** Reads one Via value. */
export function parseVia(text: string): Via | undefined {
  const semicolon = text.indexOf(';');
  const sent = readSent((semicolon < 0 ? text : text.slice(0, semicolon)).trim());
  const place = sent === undefined ? undefined : parseHostPort(sent.place);
  if (sent === undefined || place === undefined) return undefined;
  const params = paramsFrom(text, semicolon + 1);
  return {
    transport: sent.transport.toUpperCase(),
    host: place.host,
    port: place.port,
    branch: params.get('branch') ?? '',
    rport: params.has('rport'),
    params,
  };
}

/** Protocol and sent-by of a Via. */
function readSent(head: string): { readonly transport: string; readonly place: string } | undefined {
  const space = head.indexOf(' ');
  const transport = head.slice(PREFIX.length, space);
  const place = head.slice(space + 1);
  const usual = head.startsWith(PREFIX) && space > PREFIX.length && space <= PREFIX.length + 16;
  if (usual && !BLANK.test(place) && isToken(transport)) return { transport, place };
  const match = LOOSE.exec(head);
  const loose = match?.[1];
  if (loose === undefined || !isToken(loose)) return undefined;
  return { transport: loose, place: (match?.[2] ?? '') + (match?.[3] ?? '').replace(/\s/g, '') };
}

/**
 * The topmost Via of a received request with `received` and `rport` filled in (RFC 3261 section 18.2.1, RFC 3581
 * section 4). `received` is added always: it does no harm and shows the far end its public address.
 */
export function stampVia(value: string, source: { readonly address: string; readonly port: number }): string {
  const parts = splitOutside(value, ';').filter((p) => !/^(?:rport|received)\s*(?:=|$)/i.test(p));
  const asked = /;\s*rport\s*(?:;|=|$)/i.test(value);
  return [...parts, `received=${source.address}`, ...(asked ? [`rport=${source.port}`] : [])].join(';');
}
