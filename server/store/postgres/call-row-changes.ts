import type { CallEvent } from '../../timeline/events.ts';
import type { CallsTable } from './database.ts';

/** What a batch of events says about one row of `calls`; a column it says nothing about is absent. */
export type CallRowChange = { call_id: string } & Partial<Omit<CallsTable, 'call_id'>>;

/** The first occurrence counts for these; a later one (after a lost agent, say) does not move them. */
function changeOf(event: CallEvent): Partial<Omit<CallsTable, 'call_id'>> | undefined {
  switch (event.type) {
    case 'call.arrived':
      return { from_number: event.from, to_number: event.to, trunk: event.trunk, arrived_at_ms: event.atMs };
    case 'call.answered':
      return { answered_at_ms: event.atMs };
    case 'queue.joined':
      return { queued_at_ms: event.atMs };
    case 'queue.left':
      return event.reason === 'abandoned' ? { abandoned_wait_ms: event.waitMs } : undefined;
    case 'call.bridged':
      return { bridged_at_ms: event.atMs, agent_id: event.agentId, wait_ms: event.waitMs };
    case 'recording.started':
      return { recording_path: event.path, recording_started_at_ms: event.startedAtMs };
    case 'ticket.created':
      return { ticket_number: event.number };
    case 'call.ended':
      return { ended_at_ms: event.atMs, end_cause: event.cause, talk_ms: event.talkMs };
    case 'prompt.started':
    case 'prompt.finished':
    case 'call.digit':
    case 'ivr.entered':
    case 'ivr.unanswered':
    case 'ivr.language-chosen':
    case 'ivr.incident-told':
    case 'ivr.progress-told':
    case 'ivr.voicemail-left':
    case 'ivr.call-back-offered':
    case 'ivr.rated':
    case 'ivr.left':
    case 'queue.announced':
    case 'queue.moved':
    case 'callback.booked':
    case 'callback.queued':
    case 'callback.dialled':
    case 'callback.not-reached':
    case 'call.disposed':
    case 'divert.started':
    case 'divert.failed':
    case 'agent.offered':
    case 'offer.ended':
    case 'agent.answered':
    case 'call.held':
    case 'call.resumed':
    case 'consult.started':
    case 'consult.answered':
    case 'consult.ended':
    case 'call.transferred':
    case 'transfer.answered':
    case 'transfer.failed':
    case 'call.requeued':
    case 'conference.started':
    case 'conference.ended':
    case 'supervision.started':
    case 'supervision.changed':
    case 'supervision.ended':
    case 'call.taken-over':
    case 'call.adopted':
    case 'agent.lost':
    case 'agent.returned':
    case 'recording.finished':
    case 'recording.failed':
    case 'transcription.changed':
    case 'speech.final':
    case 'draft.changed':
    case 'wrap-up.started':
    case 'wrap-up.ended':
      return undefined;
  }
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
