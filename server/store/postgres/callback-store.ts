import { sql, type Kysely, type Selectable, type Updateable } from 'kysely';
import type { CallbackChange, CallbackRow, CallbackStore } from '../ports.ts';
import type { CallbacksTable, Database } from './database.ts';
import { toJson } from './json.ts';

const nowMs = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
const toDo = ['open', 'calling'] as const;

/** Promises to call back. */
export class PostgresCallbackStore implements CallbackStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async book(row: Parameters<CallbackStore['book']>[0]): Promise<CallbackRow> {
    // In one statement: two calls from one number at once still make one promise. A wish of the caller's is stronger
    // than a call we only missed; the earlier place stands, and the sooner call.
    const result = await sql<Selectable<CallbacksTable>>`
      insert into callbacks as c (id, call_id, number, queue, priority, needs, dialect, reason, joined_at_ms,
        requested_at_ms, not_before_ms)
      values (${row.id}, ${row.callId}, ${row.number}, ${row.queue}, ${row.priority}, ${toJson(row.needs)}::jsonb,
        ${row.dialect}, ${row.reason}, ${Math.floor(row.joinedAtMs)}, ${Math.floor(row.requestedAtMs)},
        ${Math.floor(row.notBeforeMs)})
      on conflict (number) where state in ('open', 'calling') do update set
        joined_at_ms = least(c.joined_at_ms, excluded.joined_at_ms),
        not_before_ms = case when c.state = 'open' then least(c.not_before_ms, excluded.not_before_ms)
          else c.not_before_ms end,
        priority = greatest(c.priority, excluded.priority),
        requested_at_ms = case when excluded.reason = 'missed' then c.requested_at_ms else excluded.requested_at_ms end,
        reason = case when c.reason = 'missed' then excluded.reason else c.reason end,
        updated_at_ms = ${nowMs}
      returning *`.execute(this.#db);
    const [stored] = result.rows;
    if (stored === undefined) throw new Error('a call-back was not stored');
    return rowOf(stored);
  }

  async change(id: string, change: CallbackChange): Promise<CallbackRow | undefined> {
    const stored = await this.#db
      .updateTable('callbacks')
      .set({ ...columnsOf(change), updated_at_ms: nowMs })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return stored === undefined ? undefined : rowOf(stored);
  }

  async byId(id: string): Promise<CallbackRow | undefined> {
    const stored = await this.#db.selectFrom('callbacks').selectAll().where('id', '=', id).executeTakeFirst();
    return stored === undefined ? undefined : rowOf(stored);
  }

  async open(): Promise<readonly CallbackRow[]> {
    const rows = await this.#db
      .selectFrom('callbacks')
      .selectAll()
      .where('state', 'in', toDo)
      .orderBy('joined_at_ms')
      .orderBy('id')
      .execute();
    return rows.map(rowOf);
  }

  async recent(limit: number): Promise<readonly CallbackRow[]> {
    const rows = await this.#db
      .selectFrom('callbacks')
      .selectAll()
      .orderBy('requested_at_ms', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(rowOf);
  }
}

function columnsOf(change: CallbackChange): Updateable<CallbacksTable> {
  const { state, tries, notBeforeMs, result, agentId, outCallId, joinedAtMs, priority, reason, queue } = change;
  return {
    ...(state === undefined ? {} : { state }),
    ...(tries === undefined ? {} : { tries }),
    ...(notBeforeMs === undefined ? {} : { not_before_ms: Math.floor(notBeforeMs) }),
    ...(result === undefined ? {} : { result }),
    ...(agentId === undefined ? {} : { agent_id: agentId }),
    ...(outCallId === undefined ? {} : { out_call_id: outCallId }),
    ...(joinedAtMs === undefined ? {} : { joined_at_ms: Math.floor(joinedAtMs) }),
    ...(priority === undefined ? {} : { priority }),
    ...(reason === undefined ? {} : { reason }),
    ...(queue === undefined ? {} : { queue }),
  };
}

function rowOf(row: Selectable<CallbacksTable>): CallbackRow {
  return {
    id: row.id,
    callId: row.call_id,
    number: row.number,
    queue: row.queue,
    priority: row.priority,
    needs: row.needs,
    dialect: row.dialect,
    reason: row.reason,
    joinedAtMs: row.joined_at_ms,
    requestedAtMs: row.requested_at_ms,
    state: row.state,
    tries: row.tries,
    notBeforeMs: row.not_before_ms,
    result: row.result,
    agentId: row.agent_id,
    outCallId: row.out_call_id,
    updatedAtMs: row.updated_at_ms,
  };
}
