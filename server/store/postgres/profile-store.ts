import type { Kysely } from 'kysely';
import type { ProfileRow, ProfileStore } from '../ports.ts';
import type { Database } from './database.ts';
import { toJson } from './json.ts';

/** What agents can do. */
export class PostgresProfileStore implements ProfileStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async list(): Promise<readonly ProfileRow[]> {
    const rows = await this.#db.selectFrom('agent_profiles').selectAll().execute();
    return rows.map((r) => ({ userId: r.user_id, queues: r.queues, skills: r.skills, seatLevel: r.seat_level }));
  }

  async save({ userId, queues, skills, seatLevel }: ProfileRow): Promise<void> {
    const row = { queues: toJson(queues), skills: toJson(skills), seat_level: seatLevel };
    await this.#db
      .insertInto('agent_profiles')
      .values({ user_id: userId, ...row })
      .onConflict((c) => c.column('user_id').doUpdateSet(row))
      .execute();
  }
}
