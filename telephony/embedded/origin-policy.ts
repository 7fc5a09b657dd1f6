/** Who may ask: trunks by address, private networks when allowed, strangers a few times a second, scanners never. */
import { header } from '../sip/message/headers.ts';
import type { ReceivedRequest } from '../sip/message/types.ts';
import type { Admission, Flow } from '../sip/core/types.ts';
import { inRanges, parseRange, privateRanges, type Range } from './cidr.ts';
import { isScannerAgent, looksLikeScanner, strangerLimits, Strangers } from './strangers.ts';

export interface OriginPolicyOptions {
  readonly trunks: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly allowPrivateNetworks: boolean;
  readonly strangerRequestsPerSecond: number;
}

/** Trunk name of calls from loopback and private addresses. */
export const PRIVATE_TRUNK = 'private-network';

/** Addresses whose trunk is remembered, so that a flood does not search the ranges again and again. */
const MAX_REMEMBERED = 4_096;

export class OriginPolicy {
  readonly #trunks: readonly { readonly name: string; readonly ranges: readonly Range[] }[];
  readonly #allowPrivateNetworks: boolean;
  readonly #strangers: Strangers;
  readonly #names = new Map<string, string | undefined>();
  #droppedBanned = 0;
  #droppedScanners = 0;
  /** Addresses of our own choosing: targets of trunks, found by DNS. */
  #targets: ReadonlyMap<string, string> = new Map();

  constructor(options: OriginPolicyOptions) {
    this.#trunks = options.trunks.map(({ name, addresses }) => ({ name, ranges: addresses.map(rangeOrThrow) }));
    this.#allowPrivateNetworks = options.allowPrivateNetworks;
    this.#strangers = new Strangers(strangerLimits(options.strangerRequestsPerSecond));
  }

  /** Addresses that trunks are reached at, with the name of the trunk; they may call as well. */
  setTargets(targets: ReadonlyMap<string, string>): void {
    this.#targets = targets;
    this.#names.clear();
  }

  /** What was dropped unread, and the sizes of the tables about strangers. */
  counters(): Readonly<Record<string, number>> {
    const { sources, banned } = this.#strangers.sizes;
    return {
      'stranger-addresses': sources,
      'banned-addresses': banned,
      'dropped-banned': this.#droppedBanned,
      'dropped-unread-scanners': this.#droppedScanners,
    };
  }

  /** Name of the trunk an address belongs to. A WebSocket is never trusted by address: any page can open one. */
  trustedName(flow: Pick<Flow, 'transport' | 'address'>): string | undefined {
    if (flow.transport === 'WS') return undefined;
    const { address } = flow;
    if (this.#names.has(address)) return this.#names.get(address);
    const name = this.#findName(address);
    if (this.#names.size >= MAX_REMEMBERED) this.#names.clear();
    this.#names.set(address, name);
    return name;
  }

  #findName(address: string): string | undefined {
    const trunk = this.#trunks.find(({ ranges }) => inRanges(address, ranges));
    if (trunk !== undefined) return trunk.name;
    const target = this.#targets.get(address);
    if (target !== undefined) return target;
    return this.#allowPrivateNetworks && inRanges(address, privateRanges) ? PRIVATE_TRUNK : undefined;
  }

  /**
   * A look at raw bytes before they are parsed; false: they are not worth it. `isKnown`: the flow has a registration or
   * a call with us, so that a forged address cannot silence it.
   */
  passes(bytes: Uint8Array, flow: Flow, at: { readonly nowMs: number; readonly isKnown: () => boolean }): boolean {
    if (flow.transport === 'WS' || this.trustedName(flow) !== undefined) return true;
    if (this.#strangers.isBanned(flow.address, at.nowMs)) {
      if (at.isKnown()) return true;
      this.#droppedBanned += 1;
      return false;
    }
    if (!looksLikeScanner(bytes) || at.isKnown()) return true;
    this.#strangers.ban(flow.address, at.nowMs);
    this.#droppedScanners += 1;
    return false;
  }

  admit(request: ReceivedRequest | undefined, flow: Flow, nowMs: number): Admission {
    const trusted = this.trustedName(flow);
    if (trusted !== undefined) return { type: 'serve', trusted };
    // WebSockets have a limit of their own (`ws-transport.ts`): a flood must not lock out the agents' pages.
    if (flow.transport === 'WS') return { type: 'serve', trusted: undefined };
    const agent = request === undefined ? undefined : header(request, 'user-agent');
    if (agent !== undefined && isScannerAgent(agent)) return { type: 'drop', why: 'scanner' };
    return this.#strangers.mayAnswer(flow.address, nowMs)
      ? { type: 'serve', trusted: undefined }
      : { type: 'drop', why: 'stranger' };
  }
}

function rangeOrThrow(text: string): Range {
  const range = parseRange(text);
  if (range === undefined)
    throw new Error(`sip.trunks: "${text}" is neither an IPv4 address nor a range like 10.1.0.0/16`);
  return range;
}
