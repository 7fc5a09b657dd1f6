import { createHash, createHmac, randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { EpochMs } from '../../timeline/events.ts';
import type { SessionStore, User } from '../ports.ts';
import type { Database } from './database.ts';
import { userOf } from './rows.ts';

const nowMs = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Follows from the token, so that nothing needs to be stored and a stolen table holds neither. */
function csrfOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url');
}

/** Log-ins. The database's clock decides when one is over. */
export class PostgresSessionStore implements SessionStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async create(userId: string, expiresAtMs: EpochMs): Promise<{ readonly token: string; readonly csrfToken: string }> {
    const token = randomBytes(32).toString('base64url');
    await sql`
      with gone as (delete from sessions where expires_at_ms <= ${nowMs})
      insert into sessions (token_hash, user_id, expires_at_ms)
      values (${hashOf(token)}, ${userId}, ${Math.floor(expiresAtMs)})`.execute(this.#db);
    return { token, csrfToken: csrfOf(token) };
  }

  async find(token: string): Promise<{ readonly user: User; readonly csrfToken: string } | undefined> {
    const row = await this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'login', 'display_name', 'agent_number', 'role'])
      .where('token_hash', '=', hashOf(token))
      .where('expires_at_ms', '>', nowMs)
      .executeTakeFirst();
    return row === undefined ? undefined : { user: userOf(row), csrfToken: csrfOf(token) };
  }

  async end(token: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('token_hash', '=', hashOf(token)).execute();
  }
}
