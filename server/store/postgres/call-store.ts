import { sql, type Kysely } from 'kysely';
import type { TranscriptUpdate } from '../../../asr/ports.ts';
import type { CallEvent, EpochMs } from '../../timeline/events.ts';
import { noDayCounts, type CallerHistory, type CallRow, type CallStore, type DayCounts } from '../ports.ts';
import { appendEvents } from './append-events.ts';
import { callIdsOfAgent } from './calls-of-agent.ts';
import type { Database } from './database.ts';
import { callOf, eventOf, ticketOf } from './rows.ts';

const historyTickets = 20;
/** Read together: few enough that nobody who talks notices. */
const callsAtOnce = 200;
const noHistory: CallerHistory = { callsIn90Days: 0, callerName: '', tickets: [] };

/** Calls and their timelines. */
export class PostgresCallStore implements CallStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async append(events: readonly CallEvent[]): Promise<void> {
    await appendEvents(this.#db, events);
  }

  async call(callId: string): Promise<CallRow | undefined> {
    const row = await this.#db.selectFrom('calls').selectAll().where('call_id', '=', callId).executeTakeFirst();
    return row === undefined ? undefined : callOf(row);
  }

  async timeline(callId: string): Promise<readonly CallEvent[]> {
    const rows = await this.#db
      .selectFrom('call_events')
      .selectAll()
      .where('call_id', '=', callId)
      .orderBy('seq')
      .execute();
    return rows.map(eventOf);
  }

  /** The newest final of each segment, in the order in which they were said. */
  async transcript(callId: string): Promise<readonly TranscriptUpdate[]> {
    const rows = await this.#db
      .selectFrom('call_events')
      .selectAll()
      .where('call_id', '=', callId)
      .where('type', '=', 'speech.final')
      .orderBy('seq')
      .execute();
    const segments = new Map<string, TranscriptUpdate>();
    for (const event of rows.map(eventOf))
      if (event.type === 'speech.final') segments.set(event.segment.segmentId, event.segment);
    return [...segments.values()].sort((a, b) => a.startMs - b.startMs);
  }

  async openCalls(): Promise<readonly CallRow[]> {
    const open = this.#db.selectFrom('calls').selectAll().where('ended_at_ms', 'is', null);
    return (await open.orderBy('arrived_at_ms').execute()).map(callOf);
  }

  async recent(limit: number, agentId?: string): Promise<readonly CallRow[]> {
    const newest = this.#db.selectFrom('calls').selectAll().orderBy('arrived_at_ms', 'desc').limit(limit);
    const found = agentId === undefined ? newest : newest.where('call_id', 'in', callIdsOfAgent(agentId));
    return (await found.execute()).map(callOf);
  }

  async withCaller(agentId: string, callerNumber: string, sinceMs: EpochMs): Promise<CallRow | undefined> {
    if (callerNumber === '') return undefined;
    const row = await this.#db
      .selectFrom('calls')
      .selectAll()
      .where('from_number', '=', callerNumber)
      .where('from_number', '<>', '')
      .where((is) => is.or([is('arrived_at_ms', '>=', sinceMs), is('ended_at_ms', 'is', null)]))
      .where('call_id', 'in', callIdsOfAgent(agentId))
      .orderBy('arrived_at_ms', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : callOf(row);
  }

  /** As docs/metrics.md defines them: calls that joined the line since then. */
  async dayCounts(sinceMs: EpochMs): Promise<DayCounts> {
    const result = await sql<DayCounts>`
      select count(*)::int as offered,
        count(bridged_at_ms)::int as bridged,
        (count(*) filter (where bridged_at_ms is not null and wait_ms <= 15000))::int as "bridgedWithin15s",
        (count(*) filter (where bridged_at_ms is null and abandoned_wait_ms is not null))::int as abandoned,
        (count(*) filter (where bridged_at_ms is null and abandoned_wait_ms <= 5000))::int as "abandonedWithin5s",
        (select count(*)::int from tickets where created_at_ms >= ${sinceMs}) as tickets,
        coalesce(round(avg(talk_ms) filter (where bridged_at_ms is not null and ended_at_ms is not null)), 0)::int
          as "meanTalkMs",
        (select count(*)::int from callbacks where requested_at_ms >= ${sinceMs}
          and state in ('reached', 'not-reached', 'expired')) as callbacks,
        (select count(*)::int from callbacks where requested_at_ms >= ${sinceMs} and state = 'reached')
          as "callbacksReached"
      from calls where queued_at_ms >= ${sinceMs}`.execute(this.#db);
    return result.rows[0] ?? noDayCounts;
  }

  async *eventsOf(
    fromMs: EpochMs,
    toMs: EpochMs,
    types: readonly CallEvent['type'][],
  ): AsyncGenerator<readonly CallEvent[]> {
    let last = { arrivedAtMs: fromMs, callId: '' };
    for (;;) {
      const calls = await sql<{ callId: string; arrivedAtMs: number }>`
        select call_id as "callId", arrived_at_ms as "arrivedAtMs" from calls
        where arrived_at_ms < ${toMs} and (arrived_at_ms, call_id) > (${last.arrivedAtMs}, ${last.callId})
        order by arrived_at_ms, call_id limit ${callsAtOnce}`.execute(this.#db);
      const ids = calls.rows.map((row) => row.callId);
      if (ids.length === 0) return;
      const events = this.#db.selectFrom('call_events').selectAll().where('call_id', 'in', ids);
      const rows = await events.where('type', 'in', types).orderBy('call_id').orderBy('seq').execute();
      yield rows.map(eventOf);
      const end = calls.rows.at(-1);
      if (end === undefined || ids.length < callsAtOnce) return;
      last = { arrivedAtMs: end.arrivedAtMs, callId: end.callId };
    }
  }

  async history(callerNumber: string): Promise<CallerHistory> {
    // A withheld number is nobody's.
    if (callerNumber === '') return noHistory;
    const [counted, tickets] = await Promise.all([
      sql<{ calls: number }>`
        select count(*)::int as calls from calls where from_number = ${callerNumber} and from_number <> ''
          and arrived_at_ms > (extract(epoch from now() - interval '90 days') * 1000)::bigint`.execute(this.#db),
      this.#db
        .selectFrom('tickets')
        .selectAll()
        .where('caller_number', '=', callerNumber)
        .where('caller_number', '<>', '')
        .orderBy('created_at_ms', 'desc')
        .limit(historyTickets)
        .execute(),
    ]);
    const rows = tickets.map(ticketOf);
    return {
      callsIn90Days: counted.rows[0]?.calls ?? 0,
      callerName: rows.map((t) => t.fields.callerName.value).find((name) => name !== '') ?? '',
      tickets: rows,
    };
  }
}
