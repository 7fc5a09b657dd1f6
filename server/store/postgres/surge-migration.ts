/** Tables of the surge part. */
import type { Migration } from './migrations.ts';

export const surgeTables: Migration = {
  name: '0010-surge',
  statements: [
    `create table surge_plans (
      name text not null,
      version integer not null check (version > 0),
      title text not null,
      yaml text not null,
      saved_at_ms bigint not null,
      saved_by text not null,
      primary key (name, version)
    )`,
    `create table surge_state (key text primary key, body jsonb not null)`,
    `create table surge_roster (
      id text primary key,
      user_id text not null unique,
      source text not null check (source in ('on-site', 'cloud', 'partner')),
      city text not null,
      skills jsonb not null,
      dialects jsonb not null,
      contact_ref text not null,
      active boolean not null
    )`,
    `create table surge_shifts (
      id text primary key,
      roster_id text not null references surge_roster (id) on delete cascade,
      starts_at_ms bigint not null,
      ends_at_ms bigint not null check (ends_at_ms > starts_at_ms)
    )`,
    `create index surge_shifts_of on surge_shifts (roster_id, starts_at_ms)`,
    `create table surge_call_ins (
      id text primary key,
      roster_id text not null,
      user_id text not null,
      wave integer not null,
      state text not null check (state in ('asked', 'accepted', 'declined', 'expired', 'ready', 'released')),
      why jsonb not null,
      asked_at_ms bigint not null,
      expires_at_ms bigint not null,
      answered_at_ms bigint,
      ready_at_ms bigint,
      released_at_ms bigint
    )`,
    // One call-in to do for each person.
    `create unique index surge_call_ins_one on surge_call_ins (user_id) where state in ('asked', 'accepted', 'ready')`,
    `create index surge_call_ins_by_time on surge_call_ins (asked_at_ms desc)`,
    `create table surge_decisions (id text primary key, at_ms bigint not null, body jsonb not null)`,
    `create index surge_decisions_by_time on surge_decisions (at_ms desc)`,
    `create table surge_samples (at_ms bigint primary key, body jsonb not null)`,
    `create table surge_partner_calls (
      id text primary key,
      direction text not null check (direction in ('out', 'in')),
      partner_id text not null,
      call_id text not null,
      city text not null,
      place_in_line integer not null,
      reason text not null,
      state text not null check (state in ('sent', 'connected', 'ended', 'failed', 'handed-back')),
      at_ms bigint not null,
      ticket_number text,
      handed_back jsonb,
      unique (direction, partner_id, call_id)
    )`,
    `create index surge_partner_calls_by_time on surge_partner_calls (at_ms desc)`,
    `create table surge_nonces (
      partner_id text not null,
      nonce text not null,
      expires_at_ms bigint not null,
      primary key (partner_id, nonce)
    )`,
    `create table surge_outbox (
      id text primary key,
      kind text not null check (kind in ('webhook', 'ticket')),
      target text not null,
      payload text not null,
      tries integer not null,
      next_at_ms bigint not null,
      done_at_ms bigint,
      last_error text not null
    )`,
    `create index surge_outbox_due on surge_outbox (next_at_ms) where done_at_ms is null`,
  ],
};
