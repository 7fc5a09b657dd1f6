/** Answers challenges (RFC 3261 section 22.2): used by our own phones and towards trunks that ask for a password. */
import { headerLines } from '../message/headers.ts';
import type { Header, SipResponse } from '../message/types.ts';
import {
  digestResponse,
  formatDigestHeader,
  ha1,
  parseAlgorithm,
  parseDigestHeader,
  type DigestAlgorithm,
} from './digest.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface Challenge {
  readonly header: 'authorization' | 'proxy-authorization';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: DigestAlgorithm;
  readonly algorithmGiven: boolean;
  readonly auth: boolean;
  readonly stale: boolean;
}

/**
 * Authorization headers for the retry of a request that got 401 or 407; undefined when no challenge can be answered
 * (unknown algorithm, or the password was refused before: `triedBefore` and not `stale`).
 */
export function answerChallenge(
  response: SipResponse,
  request: { readonly method: string; readonly uri: string },
  options: { readonly credentials: Credentials; readonly cnonce: string; readonly triedBefore: boolean },
): Header | undefined {
  const challenges = readChallenges(response);
  // SHA-256 where offered (RFC 8760 section 2.3: the strongest that is understood).
  const challenge = challenges.find((c) => c.algorithm === 'SHA-256') ?? challenges[0];
  if (challenge === undefined || (options.triedBefore && !challenge.stale)) return undefined;
  const { username, password } = options.credentials;
  const nc = '00000001';
  const response_ = digestResponse({
    algorithm: challenge.algorithm,
    ha1: ha1(challenge.algorithm, { username, realm: challenge.realm, password }),
    ...request,
    nonce: challenge.nonce,
    qop: challenge.auth ? { nc, cnonce: options.cnonce } : undefined,
  });
  const params: (readonly [string, string])[] = [
    ['username', username],
    ['realm', challenge.realm],
    ['nonce', challenge.nonce],
    ['uri', request.uri],
    ['response', response_],
    ...(challenge.algorithmGiven ? ([['algorithm', challenge.algorithm]] as const) : []),
    ...(challenge.opaque === undefined ? [] : ([['opaque', challenge.opaque]] as const)),
    ...(challenge.auth
      ? ([
          ['qop', 'auth'],
          ['nc', nc],
          ['cnonce', options.cnonce],
        ] as const)
      : []),
  ];
  return { name: challenge.header, value: formatDigestHeader(params, ['algorithm', 'qop', 'nc']) };
}

function readChallenges(response: SipResponse): Challenge[] {
  const proxy = response.status === 407;
  return headerLines(response, proxy ? 'proxy-authenticate' : 'www-authenticate').flatMap((line) => {
    const params = parseDigestHeader(line);
    const algorithm = parseAlgorithm(params?.get('algorithm'));
    const nonce = params?.get('nonce');
    const qop = params?.get('qop');
    const auth = (qop ?? '').split(',').some((q) => q.trim().toLowerCase() === 'auth');
    // qop given but without `auth` (only auth-int) is not understood.
    if (params === undefined || algorithm === undefined || nonce === undefined || (qop !== undefined && !auth))
      return [];
    return [
      {
        header: proxy ? ('proxy-authorization' as const) : ('authorization' as const),
        realm: params.get('realm') ?? '',
        nonce,
        opaque: params.get('opaque'),
        algorithm,
        algorithmGiven: params.has('algorithm'),
        auth,
        stale: (params.get('stale') ?? '').toLowerCase() === 'true',
      },
    ];
  });
}
