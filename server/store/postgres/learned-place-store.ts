import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { LearnedPlaceRow, LearnedPlaceStore } from '../ports.ts';
import type { Database, LearnedPlacesTable } from './database.ts';

const MAX_ROWS = 2_000;

function rowOf(row: Selectable<LearnedPlacesTable>): LearnedPlaceRow {
  return {
    id: row.id,
    text: row.text,
    communityId: row.community_id,
    state: row.state,
    tickets: row.tickets,
    agentId: row.agent_id,
    ticketNumber: row.ticket_number,
    updatedAtMs: row.updated_at_ms,
  };
}

/** Place names that agents' choices have told. */
export class PostgresLearnedPlaceStore implements LearnedPlaceStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** The second ticket makes a proposed name a used one; one that was taken back stays so. */
  async note(name: Parameters<LearnedPlaceStore['note']>[0]): Promise<LearnedPlaceRow> {
    const { city, text, communityId, agentId, ticketNumber } = name;
    const result = await sql<Selectable<LearnedPlacesTable>>`
      insert into learned_places as l (id, city, text, community_id, agent_id, ticket_number)
      values (${randomUUID()}, ${city}, ${text}, ${communityId}, ${agentId}, ${ticketNumber})
      on conflict (city, text, community_id) do update set
        tickets = case when l.ticket_number = excluded.ticket_number then l.tickets else l.tickets + 1 end,
        state = case when l.state = 'proposed' and l.ticket_number <> excluded.ticket_number then 'used' else l.state end,
        agent_id = excluded.agent_id, ticket_number = excluded.ticket_number,
        updated_at_ms = (extract(epoch from clock_timestamp()) * 1000)::bigint
      returning *`.execute(this.#db);
    const row = result.rows[0];
    if (row === undefined) throw new Error('a noted name was not returned');
    return rowOf(row);
  }

  async list(city: string): Promise<readonly LearnedPlaceRow[]> {
    const rows = await this.#db
      .selectFrom('learned_places')
      .selectAll()
      .where('city', '=', city)
      .orderBy('updated_at_ms', 'desc')
      .limit(MAX_ROWS)
      .execute();
    return rows.map(rowOf);
  }

  async set(id: string, state: 'used' | 'undone'): Promise<LearnedPlaceRow | undefined> {
    const row = await this.#db
      .updateTable('learned_places')
      .set({ state })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : rowOf(row);
  }
}
