/** Which ways a dialled address has, and what is done when one of them fails. */
import { lookup } from 'node:dns/promises';
import type { Logger } from 'pino';
import type { DialTarget } from '../ports/switch.ts';
import type { Credentials } from '../sip/auth/digest-client.ts';
import { isIpv4 } from '../sip/core/dialog.ts';
import type { SipCore } from '../sip/core/sip-core.ts';
import { udpFlow, type Flow, type SipEvent } from '../sip/core/types.ts';
import { escapeUser, parseUri, uriUser, type SipUri } from '../sip/message/uri.ts';
import { hostPart, type TrunkKeeper, type TrunkWay } from './trunks/trunk-keeper.ts';
import type { HealthInput } from './trunks/health.ts';

/** Host of addresses that go out over whatever trunk there is (RFC 2606: no name of anybody). */
export const ANY_TRUNK_HOST = 'trunk.invalid';

export interface Way {
  readonly uri: string;
  readonly flow: Flow;
  readonly endpointId: string | undefined;
  readonly credentials: Credentials | undefined;
  readonly domain: string | undefined;
  readonly callerNumber: string | undefined;
  readonly answerWithinMs: number | undefined;
  readonly trunk: TrunkWay | undefined;
}

const PLAIN = {
  ...{ credentials: undefined, domain: undefined, callerNumber: undefined },
  ...{ answerWithinMs: undefined, trunk: undefined },
};

export class DialPlan {
  readonly #core: SipCore;
  readonly #trunks: TrunkKeeper;
  readonly #logger: Logger;

  constructor(parts: { core: SipCore; trunks: TrunkKeeper; logger: Logger }) {
    this.#core = parts.core;
    this.#trunks = parts.trunks;
    this.#logger = parts.logger;
  }

  /** Ways to a target in the order in which they are tried. */
  async waysTo(target: DialTarget): Promise<readonly Way[]> {
    if (target.type === 'endpoint') {
      const reach = this.#core.reach(target.endpointId);
      return reach === undefined ? [] : [{ ...PLAIN, ...reach, endpointId: target.endpointId }];
    }
    const uri = parseUri(target.uri);
    if (uri === undefined || uri.scheme === 'tel') return [];
    const overTrunks = this.#trunks.ways(uri.host === ANY_TRUNK_HOST ? undefined : uri.host);
    if (overTrunks.length > 0 || uri.host === ANY_TRUNK_HOST) return overTrunks.map((way) => trunkWay(way, uri));
    const address = isIpv4(uri.host) ? uri.host : await this.#resolve(uri.host);
    if (address === undefined) return [];
    return [{ ...PLAIN, uri: target.uri, flow: udpFlow(address, uri.port ?? 5060), endpointId: undefined }];
  }

  async #resolve(host: string): Promise<string | undefined> {
    try {
      return (await lookup(host, { family: 4 })).address;
    } catch (error) {
      this.#logger.warn({ err: error }, 'host of a dialled address cannot be resolved');
      return undefined;
    }
  }

  /** What a trunk is told by the outcome of a call. */
  report(way: Way, input: HealthInput): void {
    if (way.trunk !== undefined) this.#trunks.report(way.trunk, input);
  }

  /** The ways a 302 leads to: only those to the trunk itself, with the numbers that it names. */
  redirected(way: Way, contacts: readonly string[]): readonly Way[] {
    const { trunk } = way;
    if (trunk === undefined) return [];
    const ways = this.#trunks.ways(trunk.outbound.host.toLowerCase());
    return contacts.flatMap((contact) => {
      const uri = parseUri(contact);
      if (uri?.scheme !== 'sip') return [];
      const here = [trunk, ...ways].find(
        ({ outbound, flow, trunk: { name } }) =>
          name === trunk.trunk.name && [outbound.host.toLowerCase(), outbound.domain, flow.address].includes(uri.host),
      );
      if (here === undefined) return [];
      return [{ ...trunkWay(here, uri), uri: contact }];
    });
  }
}

/** Whether the next way is to be tried (RFC 3263 section 4.3): nobody there, or nobody with room. */
export function mayTryNext(event: Extract<SipEvent, { type: 'ended' }>): boolean {
  if (event.why === 'unreachable') return true;
  return event.why === 'rejected' && [408, 502, 503, 504].includes(event.status);
}

/** What the end of a try says about the health of its trunk; undefined: nothing. */
export function healthOfEnd(event: Extract<SipEvent, { type: 'ended' }>): HealthInput | undefined {
  if (event.why === 'unreachable') return { type: 'call-unanswered' };
  if (event.why !== 'rejected') return undefined;
  return event.status === 503
    ? { type: 'call-refused', retryAfterS: event.retry?.retryAfterS }
    : { type: 'call-answered' };
}

function trunkWay(way: TrunkWay, dialled: SipUri): Way {
  const { outbound, trunk, flow } = way;
  const transport = flow.transport === 'UDP' ? '' : `;transport=${flow.transport.toLowerCase()}`;
  return {
    uri: `sip:${escapeUser(uriUser(dialled))}@${hostPart(outbound)}${transport}`,
    flow,
    endpointId: undefined,
    credentials: trunk.account,
    domain: outbound.domain,
    callerNumber: outbound.callerNumber,
    answerWithinMs: outbound.answerWithinMs,
    trunk: way,
  };
}
