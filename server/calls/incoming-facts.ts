/** What is known of a call when it comes in. */
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import type { CallFacts } from './core/call-types.ts';
import type { SentBy } from '../timeline/events.ts';
import type { LineDesk } from './line-desk.ts';
import type { SentByPartner } from './partners.ts';

type Incoming = Extract<SwitchEvent, { type: 'leg.incoming' }>;

/** `desk` knows which trunks are of partner hotlines, and what their headers say. */
export function incomingFacts(
  event: Incoming,
  { callId, nowMs, desk }: { callId: string; nowMs: number; desk: Pick<LineDesk, 'receive'> },
): CallFacts {
  const trunk = event.origin.type === 'trunk' ? event.origin.trunk : 'web-phone';
  // Whoever opens the web phone may write any number into From: it is not believed.
  const said = event.origin.type === 'endpoint' || /^anonymous$/i.test(event.from) ? '' : event.from;
  const sent = event.origin.type === 'trunk' ? desk.receive(callId, trunk, event.headers) : null;
  const from = sent === null || sent.number === '' ? said : sent.number;
  const sentBy = sent === null ? {} : { sentBy: sentFrom(sent) };
  return { callId, callerLegId: event.legId, from, to: event.to, trunk, arrivedAtMs: nowMs, ...sentBy };
}

/** What is kept of it; the number is the caller's own and stands there. */
function sentFrom({ partnerId, theirCallId, queue, city, placeInLine }: SentByPartner): SentBy {
  return { partnerId, theirCallId, queue, city, placeInLine };
}
