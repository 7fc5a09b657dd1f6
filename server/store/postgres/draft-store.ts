import { sql, type Kysely } from 'kysely';
import type { Draft } from '../../drafts/types.ts';
import type { DraftStore } from '../ports.ts';
import { toJson } from './json.ts';
import type { Database, DraftState } from './database.ts';

/** Writes a draft; an older revision never replaces a newer one, however late it arrives. */
export async function upsertDraft(
  db: Kysely<Database>,
  draft: Draft,
  agentId: string | null,
  state: DraftState,
): Promise<void> {
  await sql`
    insert into drafts as d (call_id, agent_id, rev, state, body)
    values (${draft.callId}, ${agentId}, ${draft.rev}, ${state}, ${toJson(draft)}::jsonb)
    on conflict (call_id) do update set
      agent_id = coalesce(excluded.agent_id, d.agent_id),
      rev = greatest(d.rev, excluded.rev),
      body = case when excluded.rev >= d.rev then excluded.body else d.body end,
      state = case when excluded.state = 'ticket' then 'ticket' else d.state end,
      updated_at_ms = (extract(epoch from clock_timestamp()) * 1000)::bigint`.execute(db);
}

/** Drafts as they stand, typed words included. */
export class PostgresDraftStore implements DraftStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async save(draft: Draft, agentId: string | null): Promise<void> {
    await upsertDraft(this.#db, draft, agentId, 'open');
  }

  async load(callId: string): Promise<Draft | undefined> {
    const row = await this.#db.selectFrom('drafts').select('body').where('call_id', '=', callId).executeTakeFirst();
    return row?.body;
  }

  async open(agentId: string): Promise<readonly Draft[]> {
    const rows = await this.#db
      .selectFrom('drafts')
      .select('body')
      .where('agent_id', '=', agentId)
      .where('state', '=', 'open')
      .orderBy('updated_at_ms', 'desc')
      .limit(100)
      .execute();
    return rows.map((r) => r.body);
  }

  async unclaimedMessages(): Promise<readonly string[]> {
    const rows = await sql<{ call_id: string }>`
      select e.call_id from call_events e left join drafts d on d.call_id = e.call_id
      where e.type = 'ivr.voicemail-left' and (d.call_id is null or (d.state = 'open' and d.agent_id is null))
      group by e.call_id order by min(e.at_ms) limit 500`.execute(this.#db);
    return rows.rows.map((row) => row.call_id);
  }

  /** A draft that became a ticket stays one; another agent's draft is left alone. */
  async drop(callId: string, agentId: string): Promise<void> {
    await this.#db
      .updateTable('drafts')
      .set({ state: 'dropped' })
      .where('call_id', '=', callId)
      .where('state', '=', 'open')
      .where((eb) => eb.or([eb('agent_id', 'is', null), eb('agent_id', '=', agentId)]))
      .execute();
  }
}
