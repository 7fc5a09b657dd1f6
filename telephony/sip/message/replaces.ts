/** Replaces (RFC 3891) and Refer-To (RFC 3515): which call is meant to be taken over, and where it shall go. */
import { header, headerList } from './headers.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseParams, splitOutside } from './tokens.ts';
import type { SipMessage } from './types.ts';
import { parseUri, uriUser } from './uri.ts';

/** A dialog as the receiver of the header sees it: its own tag is `toTag`. */
export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

/** Reads the value of a Replaces header; undefined when it has not all three parts. */
export function parseReplaces(value: string): Replaces | undefined {
  const [callId = '', ...parts] = splitOutside(value, ';');
  const params = parseParams(parts);
  const [toTag, fromTag] = [params.get('to-tag') ?? '', params.get('from-tag') ?? ''];
  if (callId === '' || callId.length > 256 || toTag === '' || fromTag === '') return undefined;
  return { callId, toTag, fromTag, earlyOnly: params.has('early-only') };
}

/** The Replaces of an INVITE: `none`, or `bad` when there are several or it cannot be read (section 3). */
export function replacesOf(invite: SipMessage): Replaces | 'none' | 'bad' {
  const values = invite.headers.filter((h) => h.name === 'replaces');
  if (values.length === 0) return 'none';
  return values.length > 1 ? 'bad' : (parseReplaces(values[0]?.value ?? '') ?? 'bad');
}

export interface ReferTo {
  readonly uri: string;
  /** User part: a number, an extension. */
  readonly user: string;
  /** Undefined: a blind transfer. */
  readonly replaces: Replaces | undefined;
}

/** Where a REFER points; undefined when there is not exactly one target that can be called (RFC 3515 section 2.4.2). */
export function referToOf(refer: SipMessage): ReferTo | undefined {
  const values = headerList(refer, 'refer-to');
  const full = values.length === 1 ? (parseNameAddr(values[0] ?? '')?.uri ?? '') : '';
  const uri = parseUri(full);
  if (uri === undefined) return undefined;
  if (uri.scheme !== 'tel' && (uri.params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE') return undefined;
  const question = full.indexOf('?', full.indexOf('@') + 1);
  const query = question < 0 ? undefined : inQuery(full.slice(question + 1));
  if (query === 'bad') return undefined;
  return { uri: question < 0 ? full : full.slice(0, question), user: uriUser(uri), replaces: query };
}

/** `Replaces=call%40host%3Bto-tag%3Dx…` among the headers within a URI. */
function inQuery(query: string): Replaces | 'bad' | undefined {
  const value = query.split('&').find((part) => /^replaces=/i.test(part));
  if (value === undefined) return undefined;
  try {
    return parseReplaces(decodeURIComponent(value.slice('replaces='.length))) ?? 'bad';
  } catch (error) {
    if (error instanceof URIError) return 'bad';
    throw error;
  }
}

/** Whether the sender of a REFER wants no NOTIFY (RFC 4488). */
export function wantsNoNotify(refer: SipMessage): boolean {
  return (header(refer, 'refer-sub') ?? '').trim().toLowerCase().startsWith('false');
}
