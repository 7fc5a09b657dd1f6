import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Draft, DraftField } from '../../drafts/types.ts';
import { callOfDraft, draftFields, isSecondDraft } from '../../drafts/types.ts';
import { StoreError } from '../errors.ts';
import type { TicketLikeness, TicketRow, TicketStore } from '../ports.ts';
import { callIdsOfAgent } from './calls-of-agent.ts';
import { toJson } from './json.ts';
import type { Database, TicketsTable } from './database.ts';
import { upsertDraft } from './draft-store.ts';
import { ticketOf } from './rows.ts';

/** Letters before the day in a ticket's number, and the time zone in which its day begins. */
export interface TicketNumbering {
  readonly prefix: string;
  readonly timeZone: string;
}

export const defaultNumbering: TicketNumbering = { prefix: 'JC', timeZone: 'Asia/Shanghai' };

/** Thrown inside the transaction so that the number it took is given back. */
class AlreadyConfirmed extends Error {
  override readonly name = 'AlreadyConfirmed';
}

function fieldsOf(draft: Draft): TicketRow['fields'] {
  const plain = draftFields.map((f) => [f, { value: draft.fields[f].value, display: draft.fields[f].display }]);
  return Object.fromEntries(plain) as Record<DraftField, { value: string; display: string }>;
}

/** The row of the day stays locked until commit, so numbers grow in the order in which tickets become visible. */
async function nextNumber(db: Kysely<Database>, numbering: TicketNumbering): Promise<string> {
  const result = await sql<{ day: string; last: number }>`
    insert into ticket_days as t (day, last)
    values (to_char(clock_timestamp() at time zone ${numbering.timeZone}, 'YYYYMMDD'), 1)
    on conflict (day) do update set last = t.last + 1
    returning day, last`.execute(db);
  const row = result.rows[0];
  if (row === undefined || row.last > 999_999)
    throw new StoreError('number-space-full', 'No ticket number is left for today.');
  return `${numbering.prefix}${row.day}-${String(row.last).padStart(6, '0')}`;
}

/** Confirmed tickets and their numbers. */
export class PostgresTicketStore implements TicketStore {
  readonly #db: Kysely<Database>;
  readonly #numbering: TicketNumbering;

  constructor(db: Kysely<Database>, numbering: TicketNumbering = defaultNumbering) {
    this.#db = db;
    this.#numbering = numbering;
  }

  async confirm(draft: Draft, agentId: string, callerNumber: string): Promise<TicketRow> {
    const existing = await this.#ofDraft(draft.callId);
    if (existing !== undefined) return existing;
    try {
      return await this.#db.transaction().execute((tx) => this.#create(tx, draft, agentId, callerNumber));
    } catch (error) {
      if (!(error instanceof AlreadyConfirmed)) throw error;
      const winner = await this.#ofDraft(draft.callId);
      if (winner === undefined) throw error;
      return winner;
    }
  }

  async byId(id: string): Promise<TicketRow | undefined> {
    return this.#one('id', id);
  }

  async byNumber(number: string): Promise<TicketRow | undefined> {
    return this.#one('number', number);
  }

  async recent(limit: number, agentId?: string): Promise<readonly TicketRow[]> {
    const newest = this.#db.selectFrom('tickets').selectAll().orderBy('created_at_ms', 'desc').limit(limit);
    if (agentId === undefined) return (await newest.execute()).map(ticketOf);
    const readable = newest.where((is) =>
      is.or([
        is('agent_id', '=', agentId),
        is.and([is('confidential', '=', false), is('call_id', 'in', callIdsOfAgent(agentId))]),
      ]),
    );
    return (await readable.execute()).map(ticketOf);
  }

  /** Three short walks along indexes; each condition repeats its index's own, so that the index is used. */
  async like({
    callerNumber,
    communityId,
    streetId,
    classId,
    sinceMs,
    limit,
  }: TicketLikeness): Promise<readonly TicketRow[]> {
    const newest = sql`created_at_ms >= ${sinceMs} and not confidential order by created_at_ms desc limit ${limit}`;
    const result = await sql<Selectable<TicketsTable>>`
      select * from (
        (select * from tickets where caller_number = ${callerNumber} and caller_number <> '' and ${newest})
        union
        (select * from tickets where fields -> 'communityId' ->> 'value' = ${communityId}
          and fields -> 'communityId' ->> 'value' <> '' and ${newest})
        union
        (select * from tickets where fields -> 'classId' ->> 'value' = ${classId}
          and fields -> 'streetId' ->> 'value' = ${streetId} and fields -> 'streetId' ->> 'value' <> '' and ${newest})
      ) as alike order by created_at_ms desc limit ${limit}`.execute(this.#db);
    return result.rows.map(ticketOf);
  }

  async #create(tx: Kysely<Database>, draft: Draft, agentId: string, callerNumber: string): Promise<TicketRow> {
    const number = await nextNumber(tx, this.#numbering);
    const callId = callOfDraft(draft.callId);
    const result = await sql<Selectable<TicketsTable>>`
      insert into tickets (id, number, call_id, draft_id, agent_id, status, fields, confidential, note, caller_number)
      values (${randomUUID()}, ${number}, ${callId}, ${draft.callId}, ${agentId}, 'accepted', ${toJson(fieldsOf(draft))}::jsonb,
        ${draft.confidential}, ${draft.note.replaceAll('\0', '')}, ${callerNumber})
      on conflict (draft_id) do nothing returning *`.execute(tx);
    const row = result.rows[0];
    if (row === undefined) throw new AlreadyConfirmed();
    await upsertDraft(tx, draft, agentId, 'ticket');
    if (!isSecondDraft(draft.callId))
      await tx.updateTable('calls').set({ ticket_number: number }).where('call_id', '=', callId).execute();
    return ticketOf(row);
  }

  async #ofDraft(draftId: string): Promise<TicketRow | undefined> {
    return this.#one('draft_id', draftId);
  }

  async #one(column: 'id' | 'number' | 'draft_id', value: string): Promise<TicketRow | undefined> {
    const row = await this.#db.selectFrom('tickets').selectAll().where(column, '=', value).executeTakeFirst();
    return row === undefined ? undefined : ticketOf(row);
  }
}
