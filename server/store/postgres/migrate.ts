import type { PoolClient } from 'pg';
import type { Migration } from './migrations.ts';

/** Any number that no other program on this database uses for an advisory lock. */
const migrationLock = 1_234_500_001;

const createTable = `create table if not exists schema_migrations (
  name text primary key, applied_at timestamptz not null default now())`;

async function applied(client: PoolClient): Promise<ReadonlySet<string>> {
  const found = await client.query<{ exists: boolean }>(
    `select to_regclass('schema_migrations') is not null as exists`,
  );
  if (found.rows[0]?.exists !== true) await client.query(createTable);
  const rows = await client.query<{ name: string }>('select name from schema_migrations');
  return new Set(rows.rows.map((r) => r.name));
}

async function apply(client: PoolClient, step: Migration): Promise<void> {
  await client.query('begin');
  try {
    for (const statement of step.statements) await client.query(statement);
    await client.query('insert into schema_migrations (name) values ($1)', [step.name]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Brings the schema up to date. Servers that start at once wait for each other on an advisory lock. */
export async function migrate(client: PoolClient, steps: readonly Migration[]): Promise<readonly string[]> {
  await client.query('select pg_advisory_lock($1)', [migrationLock]);
  try {
    const done = await applied(client);
    const missing = steps.filter((s) => !done.has(s.name));
    for (const step of missing) await apply(client, step);
    return missing.map((s) => s.name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
  }
}
