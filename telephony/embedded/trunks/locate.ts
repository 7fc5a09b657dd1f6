/** Where a SIP host is: NAPTR, SRV and addresses (RFC 3263 section 4), over a small port to DNS. */
import { isIpv4 } from '../../sip/core/dialog.ts';
import { inOrder } from './choose.ts';
import type { TrunkPlace } from './types.ts';

export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

/** Each resolves with an empty list when there are no such records, and rejects when DNS does not answer. */
export interface Dns {
  naptr(name: string): Promise<readonly NaptrRecord[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  addresses(name: string): Promise<readonly string[]>;
}

type Transport = TrunkPlace['transport'];

export interface Wanted {
  readonly host: string;
  readonly port: number | undefined;
  readonly transport: Transport | undefined;
}

/** RFC 3263 section 4.1. */
const SERVICES: Readonly<Record<string, Transport>> = { 'SIP+D2U': 'UDP', 'SIP+D2T': 'TCP', 'SIPS+D2T': 'TLS' };
const PREFIXES: readonly (readonly [Transport, string])[] = [
  ['UDP', '_sip._udp.'],
  ['TCP', '_sip._tcp.'],
  ['TLS', '_sips._tcp.'],
];
/** More records than this are somebody's mistake. */
const MAX_RECORDS = 16;

/** The port of a transport where nothing says another. */
export function usualPort(transport: Transport): number {
  return transport === 'TLS' ? 5061 : 5060;
}

/** Places in the order in which they are to be tried; empty when the name leads nowhere. */
export async function locate(dns: Dns, wanted: Wanted, random: () => number): Promise<readonly TrunkPlace[]> {
  const { host, port, transport } = wanted;
  // A number or a port says that no NAPTR and SRV are wanted (sections 4.1, 4.2).
  if (isIpv4(host) || port !== undefined) {
    const chosen = transport ?? 'UDP';
    return placesAt(dns, { name: host, port: port ?? usualPort(chosen), transport: chosen });
  }
  for (const service of await servicesOf(dns, wanted)) {
    const records = (await dns.srv(service.name))
      .slice(0, MAX_RECORDS)
      .filter(({ name }) => name !== '.' && name !== '');
    const found = await Promise.allSettled(
      inOrder(records, random).map((r) => placesAt(dns, { name: r.name, port: r.port, transport: service.transport })),
    );
    const places = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (places.length > 0) return places;
    // One server whose address DNS did not tell does not take the others away; when none is left, it is a failure.
    const failed = found.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
  const chosen = transport ?? 'UDP';
  return placesAt(dns, { name: host, port: usualPort(chosen), transport: chosen });
}

/** Names to ask SRV for, in order of preference. */
async function servicesOf(dns: Dns, { host, transport }: Wanted): Promise<{ transport: Transport; name: string }[]> {
  const records = transport === undefined ? await dns.naptr(host) : [];
  const fromNaptr = records
    .slice(0, MAX_RECORDS)
    .filter(({ flags }) => flags.toLowerCase() === 's')
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ service, replacement }) => {
      const named = SERVICES[service.toUpperCase()];
      return named === undefined ? [] : [{ transport: named, name: replacement }];
    });
  if (fromNaptr.length > 0) return fromNaptr;
  return PREFIXES.filter(([one]) => transport === undefined || one === transport).map(([one, prefix]) => ({
    transport: one,
    name: prefix + host,
  }));
}

async function placesAt(
  dns: Dns,
  { name, port, transport }: { name: string; port: number; transport: Transport },
): Promise<TrunkPlace[]> {
  const addresses = isIpv4(name) ? [name] : (await dns.addresses(name)).slice(0, MAX_RECORDS);
  return addresses.filter(isIpv4).map((address) => ({ transport, address, port }));
}
