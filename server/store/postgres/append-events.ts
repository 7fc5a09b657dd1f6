import { sql, type Kysely } from 'kysely';
import type { CallEvent } from '../../timeline/events.ts';
import { StoreError } from '../errors.ts';
import { callRowChanges } from './call-row-changes.ts';
import type { Database } from './database.ts';
import { toJson } from './json.ts';

interface EventRow {
  readonly call_id: string;
  readonly seq: number;
  readonly at_ms: number;
  readonly type: string;
  readonly body: object;
}

function rowOf(event: CallEvent): EventRow {
  const { callId, seq, atMs, ...body } = event;
  return { call_id: callId, seq, at_ms: atMs, type: event.type, body };
}

/**
 * Events and rows go in one statement, so in one round trip and one transaction; all of them or, when one would take
 * the place of another event, none. Returns how many were new.
 */
async function insert(db: Kysely<Database>, events: readonly CallEvent[]): Promise<number> {
  const result = await sql<{ inserted: number }>`
    with given as (
      select call_id, seq, at_ms, type, body
      from jsonb_to_recordset(${toJson(events.map(rowOf))}::jsonb)
        as e (call_id text, seq integer, at_ms bigint, type text, body jsonb)
    ), clashes as (
      select from given join call_events as stored using (call_id, seq) where stored.type <> given.type
    ), row_changes as (
      insert into calls as c (call_id, from_number, to_number, trunk, arrived_at_ms, answered_at_ms, queued_at_ms,
        bridged_at_ms, ended_at_ms, end_cause, agent_id, recording_path, recording_started_at_ms, ticket_number,
        wait_ms, abandoned_wait_ms, talk_ms)
      select call_id, coalesce(from_number, ''), coalesce(to_number, ''), coalesce(trunk, ''),
        coalesce(arrived_at_ms, answered_at_ms, queued_at_ms, bridged_at_ms, ended_at_ms, ${events[0]?.atMs ?? 0}::bigint),
        answered_at_ms, queued_at_ms, bridged_at_ms, ended_at_ms, end_cause, agent_id, recording_path,
        recording_started_at_ms, ticket_number, wait_ms, abandoned_wait_ms, talk_ms
      from jsonb_to_recordset(${toJson(callRowChanges(events))}::jsonb) as r (call_id text, from_number text,
        to_number text, trunk text, arrived_at_ms bigint, answered_at_ms bigint, queued_at_ms bigint,
        bridged_at_ms bigint, ended_at_ms bigint, end_cause text, agent_id text, recording_path text,
        recording_started_at_ms bigint, ticket_number text, wait_ms bigint, abandoned_wait_ms bigint, talk_ms bigint)
      where not exists (select from clashes)
      on conflict (call_id) do update set
        from_number = case when c.from_number = '' then excluded.from_number else c.from_number end,
        to_number = case when c.to_number = '' then excluded.to_number else c.to_number end,
        trunk = case when c.trunk = '' then excluded.trunk else c.trunk end,
        arrived_at_ms = least(c.arrived_at_ms, excluded.arrived_at_ms),
        answered_at_ms = coalesce(c.answered_at_ms, excluded.answered_at_ms),
        queued_at_ms = coalesce(c.queued_at_ms, excluded.queued_at_ms),
        bridged_at_ms = coalesce(c.bridged_at_ms, excluded.bridged_at_ms),
        ended_at_ms = coalesce(c.ended_at_ms, excluded.ended_at_ms),
        end_cause = coalesce(c.end_cause, excluded.end_cause),
        agent_id = coalesce(excluded.agent_id, c.agent_id),
        recording_path = coalesce(c.recording_path, excluded.recording_path),
        recording_started_at_ms = coalesce(c.recording_started_at_ms, excluded.recording_started_at_ms),
        ticket_number = coalesce(c.ticket_number, excluded.ticket_number),
        wait_ms = coalesce(c.wait_ms, excluded.wait_ms),
        abandoned_wait_ms = coalesce(c.abandoned_wait_ms, excluded.abandoned_wait_ms),
        talk_ms = coalesce(c.talk_ms, excluded.talk_ms)
    ), new_events as (
      insert into call_events (call_id, seq, at_ms, type, body)
      select call_id, seq, at_ms, type, body from given where not exists (select from clashes)
      on conflict (call_id, seq) do nothing
      returning 1
    )
    select count(*)::int as inserted from new_events`.execute(db);
  return result.rows[0]?.inserted ?? 0;
}

/**
 * Rare: some were there already. Fine when they are of the same type: a batch whose reply was lost is appended again.
 * Another type under the same number is a fault of ours, and names the event so that the writer can set it aside.
 */
async function refuseOtherTypes(db: Kysely<Database>, events: readonly CallEvent[]): Promise<void> {
  const rows = await db
    .selectFrom('call_events')
    .select(['call_id', 'seq', 'type'])
    .where('call_id', 'in', [...new Set(events.map((e) => e.callId))])
    .where('seq', 'in', [...new Set(events.map((e) => e.seq))])
    .execute();
  const stored = new Map(rows.map((r) => [`${r.seq} ${r.call_id}`, r.type]));
  const clash = events.find((e) => stored.has(`${e.seq} ${e.callId}`) && stored.get(`${e.seq} ${e.callId}`) !== e.type);
  if (clash !== undefined)
    throw new StoreError(
      'sequence-conflict',
      `Event ${clash.seq} (${clash.type}) of a call is already stored with another type.`,
      { event: { callId: clash.callId, seq: clash.seq } },
    );
}

/** Appends events and keeps the rows of `calls` up to date; repeating an append is harmless. */
export async function appendEvents(db: Kysely<Database>, events: readonly CallEvent[]): Promise<void> {
  if (events.length === 0) return;
  if ((await insert(db, events)) < events.length) await refuseOtherTypes(db, events);
}
