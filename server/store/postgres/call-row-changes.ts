import type { CallEvent } from '../../timeline/events.ts';
import type { CallsTable } from './database.ts';

/** What a batch of events says about one row of `calls`; a column it says nothing about is absent. */
export type CallRowChange = { call_id: string } & Partial<Omit<CallsTable, 'call_id'>>;

type Change = Partial<Omit<CallsTable, 'call_id'>>;
type Row = { readonly [T in CallEvent['type']]?: (event: Extract<CallEvent, { type: T }>) => Change | undefined };

/** The first occurrence counts for these; a later one (after a lost agent, say) does not move them. Others say nothing. */
const changes: Row = {
  'call.arrived': (event) => ({
    from_number: event.from,
    to_number: event.to,
    trunk: event.trunk,
    arrived_at_ms: event.atMs,
  }),
  'call.answered': (event) => ({ answered_at_ms: event.atMs }),
  'queue.joined': (event) => ({ queued_at_ms: event.atMs }),
  'queue.left': (event) => (event.reason === 'abandoned' ? { abandoned_wait_ms: event.waitMs } : undefined),
  'call.bridged': (event) => ({ bridged_at_ms: event.atMs, agent_id: event.agentId, wait_ms: event.waitMs }),
  'recording.started': (event) => ({ recording_path: event.path, recording_started_at_ms: event.startedAtMs }),
  'ticket.created': (event) => (event.matter === undefined ? { ticket_number: event.number } : {}),
  'call.ended': (event) => ({ ended_at_ms: event.atMs, end_cause: event.cause, talk_ms: event.talkMs }),
};

function changeOf(event: CallEvent): Change | undefined {
  // The key is the event's own type, so the entry takes this very event.
  const entry = changes[event.type] as ((event: CallEvent) => Change | undefined) | undefined;
  return entry?.(event);
}

/**
 * Folds events, in order, into one change per call. Within a batch the first value of a column wins too,
 * except `agent_id`, where the last agent who was bridged stands.
 */
export function callRowChanges(events: readonly CallEvent[]): readonly CallRowChange[] {
  const rows = new Map<string, CallRowChange>();
  for (const event of events) {
    const change = changeOf(event);
    if (change === undefined) continue;
    const before = rows.get(event.callId) ?? { call_id: event.callId };
    const agent = change.agent_id === undefined ? {} : { agent_id: change.agent_id };
    rows.set(event.callId, { ...change, ...before, ...agent });
  }
  return [...rows.values()];
}
