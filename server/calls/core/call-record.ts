/**
 * What the timeline says about a call, as far as it takes to go on with it: a fold of its events. Pure.
 * Events that change nothing of that are passed over, also those that a later version has added.
 */
import type { CallEndCause, CallEvent, EpochMs, SentBy } from '../../timeline/events.ts';
import type { Party, PartyTarget, Queued, Supervision } from './call-types.ts';

export type Stage =
  | 'arriving'
  | 'flow'
  | 'waiting'
  | 'talking'
  | 'held'
  | 'consulting'
  | 'conference'
  | 'transferring'
  | 'forwarded'
  | 'agent-lost'
  | 'callback'
  | 'dialling'
  | 'diverting'
  | 'diverted'
  | 'closing'
  | 'ended';

export interface CallRecord {
  readonly callId: string;
  readonly callerLegId: string;
  readonly from: string;
  readonly to: string;
  readonly trunk: string;
  readonly arrivedAtMs: EpochMs;
  readonly sentBy: SentBy | undefined;
  /** Of the last event. */
  readonly seq: number;
  readonly lastAtMs: EpochMs;
  readonly stage: Stage;
  readonly queued: Queued | null;
  readonly offer: { readonly offerId: string; readonly agentId: string } | null;
  readonly agentId: string | null;
  readonly bridgedAtMs: EpochMs | null;
  readonly firstWaitMs: number;
  readonly heldAtMs: EpochMs | null;
  readonly lostAtMs: EpochMs | null;
  readonly party:
    (Party & { readonly answered: boolean; readonly sinceMs: EpochMs; readonly byAgentId: string }) | null;
  readonly supervisors: readonly Supervision[];
  /** A recording that has not ended. */
  readonly recordingStartedAtMs: EpochMs | null;
  readonly partner: { readonly name: string; readonly legId: string } | null;
  readonly closingCause: CallEndCause;
  readonly ticketNumber: string | null;
}

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;
type Change = Partial<CallRecord>;
type Readers = { readonly [T in CallEvent['type']]?: (event: Of<T>, record: CallRecord) => Change };

function targetOf(event: Of<'consult.started' | 'call.transferred'>): PartyTarget {
  return event.toAgentId === null
    ? { kind: 'number', number: event.toNumber }
    : { kind: 'agent', agentId: event.toAgentId };
}

function partyOf(event: Of<'consult.started' | 'call.transferred'>): NonNullable<CallRecord['party']> {
  const { partyId, legId, agentId, atMs } = event;
  return { partyId, legId, target: targetOf(event), answered: false, sinceMs: atMs, byAgentId: agentId };
}

const closings: Partial<Record<Of<'queue.left'>['reason'], CallEndCause>> = {
  'waited-too-long': 'waited-too-long',
  'line-full': 'line-full',
  'left-line': 'left-line',
  deflected: 'deflected',
  callback: 'callback-booked',
  abandoned: 'caller-hung-up',
};

const readers: Readers = {
  'call.answered': (_, { stage }) => (stage === 'arriving' ? { stage: 'flow' } : {}),
  // After the talk the flow only asks for a rating; a call that was cut off there has been served.
  'ivr.entered': (_, { bridgedAtMs }) =>
    bridgedAtMs === null ? { stage: 'flow', party: null } : { stage: 'closing', closingCause: 'agent-hung-up' },
  'callback.queued': ({ queue, joinedAtMs }) => ({ stage: 'callback', queued: { queue, priority: 5, joinedAtMs } }),
  'callback.dialled': ({ legId, agentId }) => ({ stage: 'dialling', callerLegId: legId, agentId }),
  'queue.joined': ({ queue, priority, atMs, needs = [], dialect = null, caller }) => ({
    stage: 'waiting',
    offer: null,
    party: null,
    queued: {
      queue,
      priority,
      joinedAtMs: atMs,
      wants: { needs, dialect, ...(caller === undefined ? {} : { caller }) },
    },
  }),
  'queue.moved': ({ queue, priority }, { queued }) =>
    queued === null ? {} : { queued: { ...queued, queue, priority }, stage: 'waiting' },
  'queue.left': ({ reason }) => {
    if (reason === 'diverted') return { stage: 'diverted' };
    const closingCause = closings[reason];
    return closingCause === undefined ? {} : { stage: 'closing', closingCause };
  },
  'agent.offered': ({ offerId, agentId }) => ({ offer: { offerId, agentId } }),
  'offer.ended': ({ offerId }, { offer }) => (offer?.offerId === offerId ? { offer: null } : {}),
  'call.bridged': ({ agentId, atMs, waitMs }, record) => ({
    stage: 'talking',
    offer: null,
    party: null,
    heldAtMs: null,
    agentId,
    ...(record.bridgedAtMs === null ? { bridgedAtMs: atMs, firstWaitMs: waitMs } : {}),
  }),
  'call.held': ({ atMs }) => ({ stage: 'held', heldAtMs: atMs }),
  'call.resumed': (_, { stage }) => ({ heldAtMs: null, ...(stage === 'held' ? { stage: 'talking' } : {}) }),
  'consult.started': (event) => ({ stage: 'consulting', party: partyOf(event), heldAtMs: null }),
  'consult.answered': (_, { party }) => ({ party: party === null ? null : { ...party, answered: true } }),
  'consult.ended': ({ reason }, { stage }) =>
    // What comes after a transfer or into a conference is told by the next event.
    reason === 'conferenced' || stage !== 'consulting' ? {} : { stage: 'talking', party: null },
  'conference.started': () => ({ stage: 'conference' }),
  'conference.ended': (_, { stage }) => (stage === 'conference' ? { stage: 'talking', party: null } : {}),
  'call.transferred': (event) => ({
    stage: event.kind === 'attended' && event.toAgentId === null ? 'forwarded' : 'transferring',
    party: partyOf(event),
  }),
  'transfer.answered': ({ partyId, atMs }, { party, stage }) => {
    if (stage === 'transferring') return party?.target.kind === 'number' ? { stage: 'forwarded' } : {};
    if (stage !== 'flow') return {};
    // The call flow has passed the caller on; its party is named by its leg.
    const target: PartyTarget = { kind: 'number', number: '' };
    return {
      stage: 'forwarded',
      party: { partyId, legId: partyId, target, answered: true, sinceMs: atMs, byAgentId: '' },
    };
  },
  // Let go by the agent without anybody after: at most a question about the service was still open.
  'wrap-up.started': (_, { stage }) =>
    stage === 'talking' || stage === 'held' ? { stage: 'closing', closingCause: 'agent-hung-up' } : {},
  'agent.lost': ({ atMs }) => ({ stage: 'agent-lost', lostAtMs: atMs, heldAtMs: null, party: null }),
  'agent.returned': (_, { stage }) => (stage === 'agent-lost' ? { stage: 'talking', lostAtMs: null } : {}),
  'divert.started': ({ partner, legId }) => ({ stage: 'diverting', partner: { name: partner, legId } }),
  'divert.failed': (_, { stage }) => (stage === 'diverting' ? { stage: 'waiting', partner: null } : {}),
  'supervision.started': ({ supervisorId, legId, mode, atMs }, { supervisors }) => ({
    supervisors: [...supervisors, { supervisorId, legId, mode, sinceMs: atMs }],
  }),
  'supervision.changed': ({ supervisorId, mode }, { supervisors }) => ({
    supervisors: supervisors.map((s) => (s.supervisorId === supervisorId ? { ...s, mode } : s)),
  }),
  'supervision.ended': ({ supervisorId }, { supervisors }) => ({
    supervisors: supervisors.filter((s) => s.supervisorId !== supervisorId),
  }),
  'recording.started': ({ startedAtMs }) => ({ recordingStartedAtMs: startedAtMs }),
  'recording.finished': () => ({ recordingStartedAtMs: null }),
  'recording.failed': () => ({ recordingStartedAtMs: null }),
  'ticket.created': ({ number, matter }) => (matter === undefined ? { ticketNumber: number } : {}),
  'call.ended': () => ({ stage: 'ended' }),
};

function beginning({ callId, legId, from, to, trunk, sentBy, atMs, seq }: Of<'call.arrived'>): CallRecord {
  return {
    ...{ callId, callerLegId: legId, from, to, trunk, sentBy, arrivedAtMs: atMs, seq, lastAtMs: atMs },
    stage: 'arriving',
    queued: null,
    offer: null,
    agentId: null,
    bridgedAtMs: null,
    firstWaitMs: 0,
    heldAtMs: null,
    lostAtMs: null,
    party: null,
    supervisors: [],
    recordingStartedAtMs: null,
    partner: null,
    closingCause: 'flow-ended',
    ticketNumber: null,
  };
}

/** Undefined without a beginning: such a call cannot be gone on with. */
export function recordOf(events: readonly CallEvent[]): CallRecord | undefined {
  let record: CallRecord | undefined;
  for (const event of events) {
    if (event.type === 'call.arrived') record ??= beginning(event);
    if (record === undefined) continue;
    // The reader of a type takes events of that type; the compiler cannot follow the pairing through the table.
    const read = readers[event.type] as ((event: CallEvent, record: CallRecord) => Change) | undefined;
    record = { ...record, ...read?.(event, record), seq: event.seq, lastAtMs: event.atMs };
  }
  return record;
}
