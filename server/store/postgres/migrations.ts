/**
 * The schema, step by step. A step that has been released is never edited: add another one.
 * SQL of PostgreSQL 15. Each step runs in a transaction of its own.
 */
import { surgeTables } from './surge-migration.ts';

export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

const nowMs = `(extract(epoch from clock_timestamp()) * 1000)::bigint`;

const firstCall: Migration = {
  name: '0001-first-call',
  statements: [
    `create table users (
      id text primary key,
      login text not null,
      display_name text not null,
      agent_number text not null,
      role text not null check (role in ('agent', 'supervisor', 'admin')),
      password_hash text not null,
      created_at_ms bigint not null default ${nowMs}
    )`,
    `create unique index users_login on users (lower(login))`,
    `create table sessions (
      token_hash text primary key,
      user_id text not null references users (id) on delete cascade,
      created_at_ms bigint not null default ${nowMs},
      expires_at_ms bigint not null
    )`,
    `create index sessions_expiry on sessions (expires_at_ms)`,
    `create table calls (
      call_id text primary key,
      from_number text not null default '',
      to_number text not null default '',
      trunk text not null default '',
      arrived_at_ms bigint not null,
      answered_at_ms bigint,
      queued_at_ms bigint,
      bridged_at_ms bigint,
      ended_at_ms bigint,
      end_cause text,
      agent_id text,
      recording_path text,
      recording_started_at_ms bigint,
      ticket_number text,
      wait_ms bigint,
      abandoned_wait_ms bigint,
      talk_ms bigint
    )`,
    `create index calls_by_caller on calls (from_number, arrived_at_ms desc) where from_number <> ''`,
    `create index calls_by_arrival on calls (arrived_at_ms desc)`,
    `create index calls_by_queueing on calls (queued_at_ms) where queued_at_ms is not null`,
    `create index calls_open on calls (arrived_at_ms) where ended_at_ms is null`,
    // No foreign key to calls: an event must never be refused because an earlier one was lost.
    `create table call_events (
      call_id text not null,
      seq integer not null check (seq > 0),
      at_ms bigint not null,
      type text not null,
      body jsonb not null,
      primary key (call_id, seq)
    )`,
    `create table drafts (
      call_id text primary key,
      agent_id text,
      rev integer not null,
      state text not null default 'open' check (state in ('open', 'ticket', 'dropped')),
      body jsonb not null,
      updated_at_ms bigint not null default ${nowMs}
    )`,
    `create index drafts_open on drafts (agent_id, updated_at_ms desc) where state = 'open'`,
    `create table tickets (
      id text primary key,
      number text not null unique,
      call_id text not null unique,
      created_at_ms bigint not null default ${nowMs},
      agent_id text not null,
      status text not null check (status in ('accepted')),
      fields jsonb not null,
      confidential boolean not null,
      note text not null,
      caller_number text not null
    )`,
    `create index tickets_by_caller on tickets (caller_number, created_at_ms desc) where caller_number <> ''`,
    `create index tickets_by_time on tickets (created_at_ms desc)`,
    `create table ticket_days (day text primary key, last integer not null)`,
  ],
};

/** What an agent may read is found by the agent. */
const ofAgents: Migration = {
  name: '0002-of-agents',
  statements: [
    `create index calls_by_agent on calls (agent_id, arrived_at_ms desc) where agent_id is not null`,
    `create index tickets_by_agent on tickets (agent_id, created_at_ms desc)`,
    `create index call_events_bridged on call_events ((body ->> 'agentId')) where type = 'call.bridged'`,
  ],
};

/** Promises to call back; at most one to do for each number. */
const callbacks: Migration = {
  name: '0003-callbacks',
  statements: [
    `create table callbacks (
      id text primary key,
      call_id text not null,
      number text not null check (number <> ''),
      queue text not null,
      priority integer not null,
      needs jsonb not null,
      dialect text,
      reason text not null check (reason in ('asked', 'overflow', 'missed')),
      joined_at_ms bigint not null,
      requested_at_ms bigint not null,
      state text not null default 'open'
        check (state in ('open', 'calling', 'reached', 'not-reached', 'cancelled', 'expired')),
      tries integer not null default 0,
      not_before_ms bigint not null,
      result text not null default '',
      agent_id text,
      out_call_id text,
      updated_at_ms bigint not null default ${nowMs}
    )`,
    `create unique index callbacks_one_a_number on callbacks (number) where state in ('open', 'calling')`,
    `create index callbacks_to_do on callbacks (joined_at_ms) where state in ('open', 'calling')`,
    `create index callbacks_by_time on callbacks (requested_at_ms desc)`,
  ],
};

/** What agents can do, and agents who see only the call of the moment. */
const profiles: Migration = {
  name: '0004-agent-profiles',
  statements: [
    `create table agent_profiles (
      user_id text primary key references users (id) on delete cascade,
      queues jsonb not null,
      skills jsonb not null,
      seat_level text not null check (seat_level in ('on-site', 'cloud', 'partner'))
    )`,
    `alter table users drop constraint users_role_check`,
    `alter table users add constraint users_role_check check (role in ('agent', 'cloud', 'supervisor', 'admin'))`,
  ],
};

/** Messages left by callers are few among many events. */
const messages: Migration = {
  name: '0006-messages',
  statements: [`create index call_events_messages on call_events (call_id) where type = 'ivr.voicemail-left'`],
};

/** Earlier tickets of the same place and matter are looked for while people talk. */
const likeTickets: Migration = {
  name: '0007-like-tickets',
  statements: [
    `create index tickets_by_community on tickets ((fields -> 'communityId' ->> 'value'), created_at_ms desc)
      where fields -> 'communityId' ->> 'value' <> ''`,
    `create index tickets_by_class_and_street on tickets
      ((fields -> 'classId' ->> 'value'), (fields -> 'streetId' ->> 'value'), created_at_ms desc)
      where fields -> 'streetId' ->> 'value' <> ''`,
  ],
};

/** A call may have two matters: one ticket for each draft. */
const twoMatters: Migration = {
  name: '0008-two-matters',
  statements: [
    `alter table tickets add column draft_id text`,
    `update tickets set draft_id = call_id`,
    `alter table tickets alter column draft_id set not null`,
    `alter table tickets drop constraint tickets_call_id_key`,
    `create unique index tickets_by_draft on tickets (draft_id)`,
    `create index tickets_by_call on tickets (call_id)`,
  ],
};

/** Place names that agents' choices have told. */
const learnedPlaces: Migration = {
  name: '0009-learned-places',
  statements: [
    `create table learned_places (
      id text primary key,
      city text not null,
      text text not null,
      community_id text not null,
      state text not null default 'proposed' check (state in ('proposed', 'used', 'undone')),
      tickets integer not null default 1,
      agent_id text not null,
      ticket_number text not null,
      updated_at_ms bigint not null default ${nowMs},
      unique (city, text, community_id)
    )`,
    `create index learned_places_by_time on learned_places (city, updated_at_ms desc)`,
  ],
};

export const migrations: readonly Migration[] = [
  firstCall,
  ofAgents,
  callbacks,
  profiles,
  surgeTables,
  messages,
  likeTickets,
  twoMatters,
  learnedPlaces,
];
