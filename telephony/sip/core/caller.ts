/** Who calls: From, or what a trusted network asserts (RFC 3325). */
import { headerList, optionTags, header } from '../message/headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { ReceivedRequest } from '../message/types.ts';
import { parseUri, uriUser } from '../message/uri.ts';

/** `asserted`: a trusted network vouches for it. `claimed`: only From says so. */
export type CallerIdentity = 'asserted' | 'claimed' | 'withheld';

export interface Caller {
  /** '' when withheld. */
  readonly user: string;
  readonly displayName: string;
  readonly identity: CallerIdentity;
}

const NOBODY: Caller = { user: '', displayName: '', identity: 'withheld' };

/** Caller of a request; P-Asserted-Identity and Privacy count from trusted peers only. */
export function callerOf(request: ReceivedRequest, trusted: boolean): Caller {
  if (trusted && wantsPrivacy(request)) return NOBODY;
  const { from } = request.essentials;
  const fromUri = parseUri(from.uri);
  const asserted = trusted ? assertedUser(request) : '';
  if (asserted !== '') return { user: asserted, displayName: from.displayName, identity: 'asserted' };
  const anonymous = fromUri !== undefined && fromUri.scheme !== 'tel' && fromUri.host === 'anonymous.invalid';
  const user = uriUser(fromUri);
  if (anonymous || user === '' || user.toLowerCase() === 'anonymous') return NOBODY;
  return { user, displayName: from.displayName, identity: 'claimed' };
}

/** RFC 3323: `Privacy: id`, `user` or `header` asks that the caller is not shown. */
function wantsPrivacy(request: ReceivedRequest): boolean {
  if (header(request, 'privacy') === undefined) return false;
  return optionTags(request, 'privacy')
    .flatMap((value) => value.split(';'))
    .some((value) => ['id', 'user', 'header'].includes(value.trim()));
}

function assertedUser(request: ReceivedRequest): string {
  const users = headerList(request, 'p-asserted-identity').map((v) => uriUser(parseUri(parseNameAddr(v)?.uri ?? '')));
  return users.find((user) => user !== '') ?? '';
}
