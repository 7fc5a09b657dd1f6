/** Calls from our switches out to a carrier. Pure. */
import { escapeUser, parseUri, uriUser } from '../../sip/message/uri.ts';
import { trunkOf, type TrunkEntry } from './trunks.ts';

const DEFAULT_PORT = 5_060;
const NUMBER = /^[0-9A-Za-z+*#._-]{1,64}$/;

/**
 * Where a call of ours goes: to the address in its Request-URI, if that is one of a trunk's. Anything else is refused,
 * so that nobody who gets hold of a switch can call through us to anywhere.
 */
export function outboundUri(
  requestUri: string,
  trunks: readonly TrunkEntry[],
): { readonly trunk: string; readonly uri: string } | undefined {
  const uri = parseUri(requestUri);
  if (uri?.scheme !== 'sip') return undefined;
  const trunk = trunkOf(trunks, uri.host);
  const user = uriUser(uri);
  if (trunk === undefined || !NUMBER.test(user)) return undefined;
  return { trunk: trunk.name, uri: `sip:${escapeUser(user)}@${uri.host}:${uri.port ?? DEFAULT_PORT}` };
}
