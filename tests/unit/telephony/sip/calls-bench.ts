/** Calls between two cores `a` (dials) and `b`, for the tests of dialogs. */
import { header } from '../../../../telephony/sip/message/headers.ts';
import { udpFlow, type DialRequest, type SipCoreOptions, type SipEvent } from '../../../../telephony/sip/core/types.ts';
import { ANSWER, Network, OFFER, type Traffic } from './core-bench.ts';

export const A = udpFlow('192.0.2.1', 5060);
export const B = udpFlow('192.0.2.2', 5060);
export const NORMAL = { rejectStatus: 486, reason: '' };

export function dialTo(more: Partial<DialRequest> = {}): DialRequest {
  return {
    ...{ call: 'a1', uri: 'sip:12345@192.0.2.2:5060', flow: B, endpointId: undefined },
    ...{ from: { user: '13800138000', displayName: '' }, headers: [], offer: OFFER, ringMs: 60_000 },
    credentials: undefined,
    ...more,
  };
}

export interface Pair {
  readonly net: Network;
  /** B's handle of the call; A's is `a1`. */
  readonly b: string;
}

/** A has dialled B. */
export function ringing(
  options: { readonly a?: Partial<SipCoreOptions>; readonly b?: Partial<SipCoreOptions> } = {},
  more: Partial<DialRequest> = {},
): Pair {
  const net = new Network();
  net.add('a', A, options.a);
  net.add('b', B, options.b);
  net.do('a', (core, now) => core.dial(dialTo(more), now));
  const [incoming] = net.events('b', 'incoming');
  return { net, b: incoming?.type === 'incoming' ? incoming.call : '' };
}

export function talking(options: Parameters<typeof ringing>[0] = {}): Pair {
  const pair = ringing(options);
  pair.net.do('b', (core, now) => core.answer(pair.b, ANSWER, now));
  return pair;
}

export const endOf = (net: Network, name: string): SipEvent | undefined => net.events(name, 'ended')[0];

/** Messages of a method (requests) or status (responses), in order. */
export function messagesOf(net: Network, what: string | number): Traffic[] {
  return net.traffic.filter(({ message }) =>
    message.kind === 'request' ? message.method === what : message.status === what,
  );
}

/** Values of a header in the messages of a method or status. */
export function valuesOf(net: Network, what: string | number, name: string): (string | undefined)[] {
  return messagesOf(net, what).map(({ message }) => header(message, name));
}

/** Checks that both cores have forgotten everything. */
export function leftBehind(net: Network): unknown[] {
  const sizes: unknown[] = [];
  for (const name of ['a', 'b']) {
    net.do(name, (core) => {
      sizes.push(core.sizes());
      return [];
    });
  }
  return sizes;
}

export const NOTHING = { transactions: 0, calls: 0, bindings: 0, timers: 0 };
