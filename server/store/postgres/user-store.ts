import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { User, UserStore } from '../ports.ts';
import type { Database } from './database.ts';
import { userOf } from './rows.ts';

const shown = ['id', 'login', 'display_name', 'agent_number', 'role'] as const;

/** People who may log in. Log-in names differ by more than upper and lower case. */
export class PostgresUserStore implements UserStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async byLogin(login: string): Promise<(User & { readonly passwordHash: string }) | undefined> {
    const row = await this.#db
      .selectFrom('users')
      .select([...shown, 'password_hash'])
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .executeTakeFirst();
    return row === undefined ? undefined : { ...userOf(row), passwordHash: row.password_hash };
  }

  async byId(id: string): Promise<User | undefined> {
    const row = await this.#db.selectFrom('users').select(shown).where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : userOf(row);
  }

  async list(): Promise<readonly User[]> {
    return (await this.#db.selectFrom('users').select(shown).orderBy('login').execute()).map(userOf);
  }

  async create(user: Omit<User, 'id'> & { readonly passwordHash: string }): Promise<User> {
    const id = randomUUID();
    await sql`
      insert into users (id, login, display_name, agent_number, role, password_hash)
      values (${id}, ${user.login}, ${user.displayName}, ${user.agentNumber}, ${user.role}, ${user.passwordHash})`.execute(
      this.#db,
    );
    const { login, displayName, agentNumber, role } = user;
    return { id, login, displayName, agentNumber, role };
  }
}
