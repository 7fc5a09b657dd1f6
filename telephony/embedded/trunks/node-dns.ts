/** DNS by Node's resolver (no hosts file for NAPTR and SRV; addresses by the system's own look-up). */
import { lookup, Resolver } from 'node:dns/promises';
import type { Dns } from './locate.ts';

/** There is nothing of that kind: an answer, not a failure. */
const NOTHING = new Set(['ENODATA', 'ENOTFOUND', 'ENONAME']);

async function orNothing<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    if (NOTHING.has(code)) return [];
    throw error;
  }
}

/** `servers`: those to ask instead of the system's, as `address:port`. */
export function nodeDns(servers?: readonly string[]): Dns {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return {
    naptr: (name) => orNothing(resolver.resolveNaptr(name)),
    srv: (name) => orNothing(resolver.resolveSrv(name)),
    addresses: (name) =>
      servers === undefined
        ? orNothing(lookup(name, { family: 4, all: true }).then((all) => all.map(({ address }) => address)))
        : orNothing(resolver.resolve4(name)),
  };
}
