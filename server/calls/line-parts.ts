/** Makes the parts of the call centre that have to do with the line, each with what it needs of the calls. */
import type { LegId } from '../../telephony/ports/switch.ts';
import type { Reservation } from '../acd/line-store.ts';
import type { CallbackRow } from '../store/ports.ts';
import type { CallEvent } from '../timeline/events.ts';
import { AgentPhones } from './agent-phones.ts';
import type { CallCenterOptions } from './call-center-options.ts';
import { CallbackService } from './callback-service.ts';
import { mayBeCalled } from './core/callback-plan.ts';
import type { CallFacts, CallState } from './core/call-types.ts';
import { Dispatcher } from './dispatcher.ts';
import type { TimelineWriter } from './timeline-writer.ts';
import { LineDesk } from './line-desk.ts';
import type { LinePolicy } from '../acd/line-policy.ts';
import type { LiveCall } from './live-call.ts';

export interface LineHouse {
  readonly calls: ReadonlyMap<string, LiveCall>;
  /** The leg belongs to this call from now on. */
  own(legId: LegId, callId: string): void;
  callbacks(): CallbackService;
  policy(): LinePolicy;
  startCallback(row: CallbackRow): void;
  /** False when there is no such call any more. */
  reserved(reservation: Reservation): boolean;
  lineLost(): void;
  changed(): void;
}

export function makeLineDesk(options: CallCenterOptions, house: LineHouse): LineDesk {
  const { line, ownNumber, stickyDays, nowMs, newId, urgent = new Set() } = options;
  return new LineDesk({
    ...{ line, ownNumber, stickyDays, nowMs, newId, urgent },
    callbacks: () => house.callbacks(),
    historyOf: (callId) => house.calls.get(callId)?.history,
    ownLeg: (legId, callId) => {
      house.own(legId, callId);
    },
  });
}

export function makeCallbacks(options: CallCenterOptions, house: LineHouse): CallbackService {
  const { store, callback, ownNumber, nowMs, newId, logger } = options;
  const some = (fits: (call: LiveCall) => boolean): readonly LiveCall[] => [...house.calls.values()].filter(fits);
  return new CallbackService(
    {
      ...callback,
      ...{ ownNumber, nowMs, newId, logger },
      store: store.callbacks,
      isOutboundPaused: () => house.policy().outboundPaused,
    },
    {
      start: (row) => {
        house.startCallback(row);
      },
      withdraw: (callbackId) => {
        for (const call of some((c) => c.runner.state.facts.callback?.callbackId === callbackId))
          call.runner.input({ type: 'callback-withdrawn' });
      },
      isOnLine: (number) =>
        some(({ runner: { state } }) => state.facts.from === number && state.phase.name !== 'ended').length > 0,
      waitingIn: (queue) =>
        some(({ runner: { state } }) => state.phase.name === 'waiting' && state.queued?.queue === queue).length,
      changed: () => {
        house.changed();
      },
    },
  );
}

export function makePhones({ agentsByPhone, dialUri, callback, ownNumber }: CallCenterOptions): AgentPhones {
  return new AgentPhones({
    isAllowed: agentsByPhone === true && dialUri?.(ownNumber) !== undefined,
    mayBeCalled: (number) => mayBeCalled(number, callback.rules, ownNumber),
    dialUri: (number) => dialUri?.(number),
  });
}

export function makeDispatcher({ line, logger, nowMs }: CallCenterOptions, house: LineHouse): Dispatcher {
  return new Dispatcher({
    ...{ line, logger, nowMs },
    onReserved: (reservation) => house.reserved(reservation),
    onOfferLost: ({ callId, offerId }) => {
      const call = house.calls.get(callId);
      const { phase } = call?.runner.state ?? {};
      if (phase === undefined || !('offer' in phase) || phase.offer?.offerId !== offerId) return;
      call?.runner.input({ type: 'timer', timer: 'offer', announcement: null });
    },
    onLineLost: () => {
      logger.warn('the line has lost this server; telling it everything again');
      house.lineLost();
    },
    onAlarm: () => {
      house.changed();
    },
  });
}

/** The facts of a call that we make to keep a promise. */
export function callbackFacts({ newId, nowMs, ownNumber, callback }: CallCenterOptions, row: CallbackRow): CallFacts {
  const { id, number, queue, priority, joinedAtMs, needs, dialect, tries } = row;
  return {
    callId: newId(),
    callerLegId: newId(),
    from: number,
    to: ownNumber,
    trunk: 'callback',
    arrivedAtMs: nowMs(),
    callback: {
      callbackId: id,
      attempt: tries + 1,
      queued: { queue, priority, joinedAtMs, wants: { needs, dialect } },
      ringMs: callback.ringMs,
    },
  };
}

/** Every event of every call comes by here: call-backs, redials and partners' places follow from them. */
export function tellLineParts(
  { callbacks, lineDesk }: { readonly callbacks: CallbackService; readonly lineDesk: LineDesk },
  { facts, queued, agentId }: CallState,
  event: CallEvent,
): void {
  callbacks.onEvent(event, facts, queued);
  lineDesk.onEvent(event, facts.from);
  if (event.type === 'divert.failed') lineDesk.partnerDone(event.partner, event.callId, false);
  if (event.type === 'call.ended' && agentId?.startsWith('partner:') === true)
    lineDesk.partnerDone(agentId.slice('partner:'.length), event.callId, true);
}

/** Figures of the line for `/metrics`. */
export function lineCounters({
  dispatcher,
  callbacks,
  timeline,
}: {
  readonly dispatcher: Dispatcher;
  readonly callbacks: CallbackService;
  readonly timeline: TimelineWriter;
}): Readonly<Record<string, number>> {
  return {
    late_offers: dispatcher.lateOffers,
    dispatch_alarm: dispatcher.alarm === null ? 0 : 1,
    dispatch_alarms: dispatcher.alarms,
    callbacks_open: callbacks.counts.open,
    callbacks_in_line: callbacks.counts.standing,
    timeline_backlog: timeline.backlog,
    timeline_dropped: timeline.dropped,
  };
}
