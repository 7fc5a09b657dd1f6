/** Who may ask: trunks by address, private networks when allowed, strangers a few times a second, scanners never. */
import { header } from '../sip/message/headers.ts';
import type { ReceivedRequest } from '../sip/message/types.ts';
import type { Admission, Flow } from '../sip/core/types.ts';
import { inRanges, parseRange, privateRanges, type Range } from './cidr.ts';

export interface OriginPolicyOptions {
  readonly trunks: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly allowPrivateNetworks: boolean;
  readonly strangerRequestsPerSecond: number;
}

/** Trunk name of calls from loopback and private addresses. */
export const PRIVATE_TRUNK = 'private-network';

/** User agents that only ever look for open switches. */
const SCANNERS = /friendly-scanner|sipvicious|sundayddr|sip-?scan|sipcli|iwar|pplsip|vaxsip|smap\b/i;

export class OriginPolicy {
  readonly #trunks: readonly { readonly name: string; readonly ranges: readonly Range[] }[];
  readonly #allowPrivateNetworks: boolean;
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs = -Infinity;

  constructor(options: OriginPolicyOptions) {
    this.#trunks = options.trunks.map(({ name, addresses }) => ({ name, ranges: addresses.map(rangeOrThrow) }));
    this.#allowPrivateNetworks = options.allowPrivateNetworks;
    this.#perSecond = options.strangerRequestsPerSecond;
    this.#tokens = this.#perSecond;
  }

  /** Name of the trunk an address belongs to. A WebSocket is never trusted by address: any page can open one. */
  trustedName(flow: Flow): string | undefined {
    if (flow.transport !== 'UDP') return undefined;
    const trunk = this.#trunks.find(({ ranges }) => inRanges(flow.address, ranges));
    if (trunk !== undefined) return trunk.name;
    return this.#allowPrivateNetworks && inRanges(flow.address, privateRanges) ? PRIVATE_TRUNK : undefined;
  }

  admit(request: ReceivedRequest | undefined, flow: Flow, nowMs: number): Admission {
    const trusted = this.trustedName(flow);
    if (trusted !== undefined) return { type: 'serve', trusted };
    // Sockets have a limit of their own (`ws-transport.ts`): a flood over UDP must not lock out the agents' pages.
    if (flow.transport !== 'UDP') return { type: 'serve', trusted: undefined };
    const agent = request === undefined ? undefined : header(request, 'user-agent');
    if (agent !== undefined && SCANNERS.test(agent)) return { type: 'drop', why: 'scanner' };
    return this.#takeToken(nowMs) ? { type: 'serve', trusted: undefined } : { type: 'drop', why: 'stranger' };
  }

  /** Token bucket that holds one second's worth. */
  #takeToken(nowMs: number): boolean {
    const gained = (Math.max(0, nowMs - this.#filledAtMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

function rangeOrThrow(text: string): Range {
  const range = parseRange(text);
  if (range === undefined)
    throw new Error(`sip.trunks: "${text}" is neither an IPv4 address nor a range like 10.1.0.0/16`);
  return range;
}
