import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { EpochMs } from '../../timeline/events.ts';
import type {
  CallInRow,
  OutboxRow,
  PartnerCallRow,
  RosterRow,
  ShiftRow,
  SurgePlanRow,
  SurgeStore,
} from '../surge-ports.ts';
import type { Database } from './database.ts';
import { toJson } from './json.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const WEEKS_LOOKED_AT = 4;
/** Hour of the week, Monday 00:00 first, of 1 January 1970 00:00. */
const EPOCH_HOUR_OF_WEEK = 72;
const PLAN_TRIES = 5;

const planColumns = sql.raw(`name, version, title, yaml, saved_at_ms as "savedAtMs", saved_by as "savedBy"`);
const callInColumns = sql.raw(`id, roster_id as "rosterId", user_id as "userId", wave, state, why,
  asked_at_ms as "askedAtMs", expires_at_ms as "expiresAtMs", answered_at_ms as "answeredAtMs",
  ready_at_ms as "readyAtMs", released_at_ms as "releasedAtMs"`);
const rosterColumns = sql.raw(`id, user_id as "userId", source, city, skills, dialects,
  contact_ref as "contactRef", active`);
const partnerColumns = sql.raw(`id, direction, partner_id as "partnerId", call_id as "callId", city,
  place_in_line as "placeInLine", reason, state, at_ms as "atMs", ticket_number as "ticketNumber"`);

const jsonb = (value: unknown): RawBuilder<unknown> => sql`${toJson(value)}::jsonb`;
const whole = (ms: EpochMs): number => Math.floor(ms);
const wholeOrNull = (ms: EpochMs | null): number | null => (ms === null ? null : Math.floor(ms));

/** Plans, roster, call-ins, decisions and partner calls of the surge part. */
export class PostgresSurgeStore implements SurgeStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async #rows<T>(query: RawBuilder<T>): Promise<readonly T[]> {
    return (await query.execute(this.#db)).rows;
  }

  async savePlan(plan: Omit<SurgePlanRow, 'version'>): Promise<SurgePlanRow> {
    // Two supervisors who save at once get two versions.
    for (let tries = 0; tries < PLAN_TRIES; tries++) {
      const [saved] = await this.#rows(sql<SurgePlanRow>`
        insert into surge_plans (name, version, title, yaml, saved_at_ms, saved_by)
        select ${plan.name}, coalesce(max(version), 0) + 1, ${plan.title}, ${plan.yaml}, ${whole(plan.savedAtMs)}::bigint,
          ${plan.savedBy}
        from surge_plans where name = ${plan.name}
        on conflict do nothing returning ${planColumns}`);
      if (saved !== undefined) return saved;
    }
    throw new Error('a surge plan was not stored');
  }

  plans(): Promise<readonly SurgePlanRow[]> {
    return this.#rows(
      sql<SurgePlanRow>`select distinct on (name) ${planColumns} from surge_plans order by name, version desc`,
    );
  }

  planVersions(name: string): Promise<readonly SurgePlanRow[]> {
    return this.#rows(
      sql<SurgePlanRow>`select ${planColumns} from surge_plans where name = ${name} order by version desc`,
    );
  }

  async saveState(key: string, body: unknown): Promise<void> {
    await this.#rows(sql`insert into surge_state (key, body) values (${key}, ${jsonb(body)})
      on conflict (key) do update set body = excluded.body`);
  }

  async loadState(key: string): Promise<unknown> {
    const [row] = await this.#rows(sql<{ body: unknown }>`select body from surge_state where key = ${key}`);
    return row?.body;
  }

  roster(): Promise<readonly RosterRow[]> {
    return this.#rows(sql<RosterRow>`select ${rosterColumns} from surge_roster order by user_id`);
  }

  async saveRoster(row: RosterRow): Promise<RosterRow> {
    const [saved] = await this.#rows(sql<RosterRow>`
      insert into surge_roster (id, user_id, source, city, skills, dialects, contact_ref, active)
      values (${row.id}, ${row.userId}, ${row.source}, ${row.city}, ${jsonb(row.skills)}, ${jsonb(row.dialects)},
        ${row.contactRef}, ${row.active})
      on conflict (user_id) do update set source = excluded.source, city = excluded.city, skills = excluded.skills,
        dialects = excluded.dialects, contact_ref = excluded.contact_ref, active = excluded.active
      returning ${rosterColumns}`);
    if (saved === undefined) throw new Error('a standby seat was not stored');
    return saved;
  }

  shifts(): Promise<readonly ShiftRow[]> {
    return this.#rows(sql<ShiftRow>`select id, roster_id as "rosterId", starts_at_ms as "startsAtMs",
      ends_at_ms as "endsAtMs" from surge_shifts order by starts_at_ms, id`);
  }

  async replaceShifts(rosterId: string, shifts: readonly ShiftRow[]): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await sql`delete from surge_shifts where roster_id = ${rosterId}`.execute(transaction);
      for (const { id, startsAtMs, endsAtMs } of shifts)
        await sql`insert into surge_shifts (id, roster_id, starts_at_ms, ends_at_ms)
          values (${id}, ${rosterId}, ${whole(startsAtMs)}, ${whole(endsAtMs)})`.execute(transaction);
    });
  }

  async saveCallIn(row: CallInRow): Promise<void> {
    await this.#rows(sql`
      insert into surge_call_ins (id, roster_id, user_id, wave, state, why, asked_at_ms, expires_at_ms, answered_at_ms,
        ready_at_ms, released_at_ms)
      values (${row.id}, ${row.rosterId}, ${row.userId}, ${row.wave}, ${row.state}, ${jsonb(row.why)},
        ${whole(row.askedAtMs)}, ${whole(row.expiresAtMs)}, ${wholeOrNull(row.answeredAtMs)},
        ${wholeOrNull(row.readyAtMs)}, ${wholeOrNull(row.releasedAtMs)})
      on conflict (id) do update set state = excluded.state, expires_at_ms = excluded.expires_at_ms,
        answered_at_ms = excluded.answered_at_ms, ready_at_ms = excluded.ready_at_ms,
        released_at_ms = excluded.released_at_ms`);
  }

  callIns(sinceMs: EpochMs): Promise<readonly CallInRow[]> {
    return this.#rows(sql<CallInRow>`select ${callInColumns} from surge_call_ins
      where asked_at_ms >= ${whole(sinceMs)} or state in ('asked', 'accepted', 'ready') order by asked_at_ms desc, id`);
  }

  async saveDecisions(rows: Parameters<SurgeStore['saveDecisions']>[0]): Promise<void> {
    for (const { id, atMs, body } of rows)
      await this.#rows(sql`insert into surge_decisions (id, at_ms, body) values (${id}, ${whole(atMs)}, ${jsonb(body)})
        on conflict do nothing`);
  }

  async decisions(limit: number): Promise<readonly unknown[]> {
    const rows = await this.#rows(
      sql<{ body: unknown }>`select body from surge_decisions order by at_ms desc, id desc limit ${limit}`,
    );
    return rows.map((r) => r.body);
  }

  async saveSample(atMs: EpochMs, body: unknown): Promise<void> {
    await this.#rows(sql`insert into surge_samples (at_ms, body) values (${whole(atMs)}, ${jsonb(body)})
      on conflict do nothing`);
  }

  async samples(fromMs: EpochMs, toMs: EpochMs): Promise<readonly unknown[]> {
    const rows = await this.#rows(sql<{ body: unknown }>`select body from surge_samples
      where at_ms between ${whole(fromMs)} and ${whole(toMs)} order by at_ms`);
    return rows.map((r) => r.body);
  }

  async forget(beforeMs: EpochMs): Promise<void> {
    await this.#rows(sql`delete from surge_samples where at_ms < ${whole(beforeMs)}`);
    await this.#rows(sql`delete from surge_decisions where at_ms < ${whole(beforeMs)}`);
    await this.#rows(sql`delete from surge_outbox where done_at_ms < ${whole(beforeMs)}`);
    await this.#rows(sql`delete from surge_nonces where expires_at_ms < ${whole(beforeMs)}`);
  }

  async usualWeek(nowMs: EpochMs, offsetMs: number): Promise<readonly number[] | null> {
    const [oldest] = await this.#rows(sql<{ atMs: number | null }>`select min(arrived_at_ms) as "atMs" from calls`);
    const weeks = Math.min(WEEKS_LOOKED_AT, Math.floor((nowMs - (oldest?.atMs ?? nowMs)) / WEEK_MS));
    if (weeks < 1) return null;
    const rows = await this.#rows(sql<{ hour: number; people: number }>`
      with hours as (
        select (arrived_at_ms + ${offsetMs}::bigint) / ${HOUR_MS}::bigint as hour,
          count(distinct nullif(from_number, '')) + count(*) filter (where from_number = '') as people
        from calls where arrived_at_ms >= ${whole(nowMs) - weeks * WEEK_MS}::bigint and arrived_at_ms < ${whole(nowMs)}::bigint
        group by 1)
      select ((hour + ${EPOCH_HOUR_OF_WEEK}) % 168)::int as hour, sum(people)::int as people from hours group by 1`);
    const week = Array.from({ length: 168 }, () => 0);
    for (const { hour, people } of rows) week[hour] = people / weeks;
    return week;
  }

  async savePartnerCall(row: PartnerCallRow): Promise<void> {
    await this.#rows(sql`
      insert into surge_partner_calls (id, direction, partner_id, call_id, city, place_in_line, reason, state, at_ms,
        ticket_number)
      values (${row.id}, ${row.direction}, ${row.partnerId}, ${row.callId}, ${row.city}, ${row.placeInLine},
        ${row.reason}, ${row.state}, ${whole(row.atMs)}, ${row.ticketNumber})
      on conflict (direction, partner_id, call_id) do update set state = excluded.state,
        ticket_number = coalesce(excluded.ticket_number, surge_partner_calls.ticket_number)`);
  }

  async partnerCall(direction: 'out' | 'in', partnerId: string, callId: string): Promise<PartnerCallRow | undefined> {
    const [row] = await this.#rows(sql<PartnerCallRow>`select ${partnerColumns} from surge_partner_calls
      where direction = ${direction} and partner_id = ${partnerId} and call_id = ${callId}`);
    return row;
  }

  partnerCalls(limit: number): Promise<readonly PartnerCallRow[]> {
    return this.#rows(
      sql<PartnerCallRow>`select ${partnerColumns} from surge_partner_calls order by at_ms desc, id limit ${limit}`,
    );
  }

  async useNonce(partnerId: string, nonce: string, expiresAtMs: EpochMs): Promise<boolean> {
    const used = await this.#rows(sql<{ nonce: string }>`insert into surge_nonces (partner_id, nonce, expires_at_ms)
      values (${partnerId}, ${nonce}, ${whole(expiresAtMs)}) on conflict do nothing returning nonce`);
    return used.length === 1;
  }

  async saveHandedBack(partnerId: string, callId: string, body: unknown): Promise<void> {
    await this.#rows(sql`update surge_partner_calls set handed_back = ${jsonb(body)}
      where direction = 'out' and partner_id = ${partnerId} and call_id = ${callId}`);
  }

  async putOutbox(row: OutboxRow): Promise<void> {
    await this.#rows(sql`insert into surge_outbox (id, kind, target, payload, tries, next_at_ms, last_error)
      values (${row.id}, ${row.kind}, ${row.target}, ${row.payload}, ${row.tries}, ${whole(row.nextAtMs)}, ${row.lastError})
      on conflict (id) do update set tries = excluded.tries, next_at_ms = excluded.next_at_ms,
        last_error = excluded.last_error`);
  }

  dueOutbox(nowMs: EpochMs, limit: number): Promise<readonly OutboxRow[]> {
    return this.#rows(sql<OutboxRow>`select id, kind, target, payload, tries, next_at_ms as "nextAtMs",
      last_error as "lastError" from surge_outbox where done_at_ms is null and next_at_ms <= ${whole(nowMs)}
      order by next_at_ms limit ${limit}`);
  }

  async doneOutbox(id: string, atMs: EpochMs): Promise<void> {
    await this.#rows(sql`update surge_outbox set done_at_ms = ${whole(atMs)} where id = ${id}`);
  }
}
