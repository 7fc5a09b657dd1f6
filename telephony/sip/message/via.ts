/** Via (RFC 3261 section 20.42) and where a response goes (section 18.2.2, RFC 3581). */
import { isToken, parseParams, splitOutside } from './tokens.ts';
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

/** Reads one Via value. */
export function parseVia(text: string): Via | undefined {
  const [head = '', ...rest] = splitOutside(text, ';');
  // White space may stand around the slashes (RFC 4475 section 3.1.1.1).
  const match =
    /^SIP\s{0,16}\/\s{0,16}2\.0\s{0,16}\/\s{0,16}([^\s/]{1,16})\s{1,16}(\S{1,300})(?:\s{0,16}(:\s{0,16}[0-9]{1,5}))?$/i.exec(
      head,
    );
  const transport = match?.[1];
  if (transport === undefined || !isToken(transport)) return undefined;
  const place = parseHostPort((match?.[2] ?? '') + (match?.[3] ?? '').replace(/\s/g, ''));
  if (place === undefined) return undefined;
  const params = parseParams(rest);
  return {
    transport: transport.toUpperCase(),
    ...place,
    branch: params.get('branch') ?? '',
    rport: params.has('rport'),
    params,
  };
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
