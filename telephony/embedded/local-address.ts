/** Which of our addresses a far end should see. */
import { networkInterfaces } from 'node:os';
import { ipv4ToNumber } from './cidr.ts';

interface LocalNetwork {
  readonly address: string;
  readonly network: number;
  readonly mask: number;
  readonly internal: boolean;
}

const FRESH_MS = 30_000;

/** Picks the address of the interface that shares a network with the far end; else the first that is not loopback. */
export class LocalAddresses {
  readonly #fixed: string | null;
  #networks: readonly LocalNetwork[] = [];
  #readAtMs = -Infinity;

  /** `fixed`: the advertised address, used towards everyone except loopback; null = choose. */
  constructor(fixed: string | null) {
    this.#fixed = fixed;
  }

  towards(remoteAddress: string, nowMs: number): string {
    if (remoteAddress.startsWith('127.') || remoteAddress === '::1') return '127.0.0.1';
    if (this.#fixed !== null) return this.#fixed;
    if (nowMs - this.#readAtMs > FRESH_MS) {
      this.#networks = readNetworks();
      this.#readAtMs = nowMs;
    }
    const remote = ipv4ToNumber(remoteAddress.replace(/^::ffff:/, ''));
    const near = this.#networks.find((n) => remote !== undefined && (remote & n.mask) >>> 0 === n.network);
    return (near ?? this.#networks.find((n) => !n.internal))?.address ?? '127.0.0.1';
  }
}

function readNetworks(): LocalNetwork[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ address, netmask, family, internal }) => {
      const [own, mask] = [ipv4ToNumber(address), ipv4ToNumber(netmask)];
      if (family !== 'IPv4' || own === undefined || mask === undefined) return [];
      return [{ address, mask, network: (own & mask) >>> 0, internal }];
    }),
  );
}
