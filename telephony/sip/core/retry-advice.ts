/** What a final answer says about trying again: Retry-After (RFC 3261 section 20.33) and the Contacts of a 3xx. */
import { header, headerList } from '../message/headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { ReceivedResponse } from '../message/types.ts';
import { parseUri } from '../message/uri.ts';
import type { RetryAdvice } from './types.ts';

const MAX_REDIRECTS = 8;
const MAX_RETRY_AFTER_S = 86_400;

/** Advice in a final answer of 300 or above; redirects in order of their q-value (section 20.10). */
export function retryAdvice(response: ReceivedResponse): RetryAdvice {
  const seconds = /^\s*([0-9]{1,9})/.exec(header(response, 'retry-after') ?? '')?.[1];
  const retryAfterS = seconds === undefined ? undefined : Math.min(Number(seconds), MAX_RETRY_AFTER_S);
  return { retryAfterS, redirects: response.status < 400 ? redirectsOf(response) : [] };
}

function redirectsOf(response: ReceivedResponse): string[] {
  const contacts = headerList(response, 'contact')
    .slice(0, MAX_REDIRECTS)
    .flatMap((value) => {
      const address = parseNameAddr(value);
      if (address === undefined || parseUri(address.uri) === undefined) return [];
      const q = Number(address.params.get('q') ?? '1');
      return [{ uri: address.uri, q: q >= 0 && q <= 1 ? q : 1 }];
    });
  return contacts.sort((a, b) => b.q - a.q).map(({ uri }) => uri);
}
