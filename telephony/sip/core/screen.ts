/** Checks that every request passes before its method is looked at (RFC 3261 section 8.2). */
import { header, headerList, optionTags } from '../message/headers.ts';
import type { Header, ReceivedRequest } from '../message/types.ts';
import { parseUri, uriScheme } from '../message/uri.ts';
import { ALLOW, SUPPORTED } from './build.ts';
import { agreeAsServer, type SessionTimerRules } from './session-timer.ts';

export interface Refusal {
  readonly status: number;
  readonly headers: readonly Header[];
}

const KNOWN_METHODS = ALLOW.split(', ');
/** Extensions a peer may require of us. */
const EXTENSIONS = SUPPORTED.split(', ');

/** Why the request cannot be served, or undefined. */
export function screen(request: ReceivedRequest, rules: SessionTimerRules): Refusal | undefined {
  if (!KNOWN_METHODS.includes(request.method)) return { status: 405, headers: [{ name: 'allow', value: ALLOW }] };
  const scheme = uriScheme(request.uri);
  if (scheme !== '' && !['sip', 'sips', 'tel'].includes(scheme)) return { status: 416, headers: [] };
  // A Request-URI carries no header fields (section 19.1.1).
  if (parseUri(request.uri) === undefined || request.uri.includes('?')) return { status: 400, headers: [] };
  if (request.essentials.fromTag === '' && request.essentials.via.branch !== '') return { status: 400, headers: [] };
  return requireRefusal(request) ?? contentRefusal(request) ?? timerRefusal(request, rules);
}

/** 420 with the tags that are not supported (section 8.2.2.3). CANCEL is never refused for them. */
function requireRefusal(request: ReceivedRequest): Refusal | undefined {
  if (request.method === 'CANCEL') return undefined;
  const unknown = optionTags(request, 'require').filter((tag) => !EXTENSIONS.includes(tag));
  return unknown.length === 0
    ? undefined
    : { status: 420, headers: [{ name: 'unsupported', value: unknown.join(', ') }] };
}

/** 422 for a session that would have to be refreshed too often (RFC 4028 section 9). */
function timerRefusal(request: ReceivedRequest, rules: SessionTimerRules): Refusal | undefined {
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return undefined;
  const verdict = agreeAsServer(request, rules);
  if (verdict.type === 'agreed') return undefined;
  return { status: 422, headers: [{ name: 'min-se', value: String(verdict.minSeS) }] };
}

/** Whether the sender can take a session description back (section 20.1); no Accept means SDP. */
function acceptsSdp(request: ReceivedRequest): boolean {
  const types = headerList(request, 'accept').map((value) => value.split(';')[0]?.trim().toLowerCase() ?? '');
  return types.length === 0 || types.some((type) => ['application/sdp', 'application/*', '*/*'].includes(type));
}

/** 415 for a session description that is not SDP or is encoded (section 8.2.3). */
function contentRefusal(request: ReceivedRequest): Refusal | undefined {
  if (request.body.length === 0 || (request.method !== 'INVITE' && request.method !== 'UPDATE')) return undefined;
  const encodings = headerList(request, 'content-encoding').filter((e) => e.toLowerCase() !== 'identity');
  if (encodings.length > 0) return { status: 415, headers: [{ name: 'accept-encoding', value: 'identity' }] };
  const type = (header(request, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/sdp') return { status: 415, headers: [{ name: 'accept', value: 'application/sdp' }] };
  return acceptsSdp(request) ? undefined : { status: 406, headers: [] };
}
