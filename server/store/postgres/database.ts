/** The tables, as kysely sees them. Times are milliseconds since the Unix epoch (`bigint`). */
import type { ColumnType } from 'kysely';
import type { Draft } from '../../drafts/types.ts';
import type { CallbackReason, CallEndCause, CallEvent, CallEventBody, EpochMs } from '../../timeline/events.ts';
import type { CallbackState, LearnedPlaceRow, Role, TicketRow } from '../ports.ts';

/** Read as an object; written as text, so that the driver does not turn arrays into PostgreSQL arrays. */
type Json<T> = ColumnType<T, string, string>;

export interface UsersTable {
  id: string;
  login: string;
  display_name: string;
  agent_number: string;
  role: Role;
  password_hash: string;
  created_at_ms: EpochMs;
}

export interface SessionsTable {
  token_hash: string;
  user_id: string;
  created_at_ms: EpochMs;
  expires_at_ms: EpochMs;
}

export interface CallsTable {
  call_id: string;
  from_number: string;
  to_number: string;
  trunk: string;
  arrived_at_ms: EpochMs;
  answered_at_ms: EpochMs | null;
  queued_at_ms: EpochMs | null;
  bridged_at_ms: EpochMs | null;
  ended_at_ms: EpochMs | null;
  end_cause: CallEndCause | null;
  agent_id: string | null;
  recording_path: string | null;
  recording_started_at_ms: EpochMs | null;
  ticket_number: string | null;
  /** Wait until the first bridge. */
  wait_ms: number | null;
  /** Wait until the caller gave up; null when answered or still waiting. */
  abandoned_wait_ms: number | null;
  talk_ms: number | null;
}

export interface CallEventsTable {
  call_id: string;
  seq: number;
  at_ms: EpochMs;
  type: CallEvent['type'];
  /** The event without callId, seq and atMs. */
  body: Json<CallEventBody>;
}

export const draftStates = ['open', 'ticket', 'dropped'] as const;
export type DraftState = (typeof draftStates)[number];

export interface DraftsTable {
  call_id: string;
  agent_id: string | null;
  rev: number;
  state: DraftState;
  body: Json<Draft>;
  updated_at_ms: EpochMs;
}

export interface TicketsTable {
  id: string;
  number: string;
  call_id: string;
  draft_id: string;
  created_at_ms: EpochMs;
  agent_id: string;
  status: 'accepted';
  fields: Json<TicketRow['fields']>;
  confidential: boolean;
  note: string;
  caller_number: string;
}

/** One row a day: the last number given out. */
export interface TicketDaysTable {
  day: string;
  last: number;
}

export interface CallbacksTable {
  id: string;
  call_id: string;
  number: string;
  queue: string;
  priority: number;
  needs: Json<readonly { readonly skill: string; readonly minLevel: number }[]>;
  dialect: string | null;
  reason: CallbackReason;
  joined_at_ms: EpochMs;
  requested_at_ms: EpochMs;
  state: CallbackState;
  tries: number;
  not_before_ms: EpochMs;
  result: string;
  agent_id: string | null;
  out_call_id: string | null;
  updated_at_ms: ColumnType<EpochMs, EpochMs | undefined, EpochMs>;
}

export interface AgentProfilesTable {
  user_id: string;
  queues: Json<readonly string[]>;
  skills: Json<Readonly<Record<string, number>>>;
  seat_level: 'on-site' | 'cloud' | 'partner';
}

export interface LearnedPlacesTable {
  id: string;
  city: string;
  text: string;
  community_id: string;
  state: LearnedPlaceRow['state'];
  tickets: number;
  agent_id: string;
  ticket_number: string;
  updated_at_ms: EpochMs;
}

export interface Database {
  learned_places: LearnedPlacesTable;
  agent_profiles: AgentProfilesTable;
  callbacks: CallbacksTable;
  users: UsersTable;
  sessions: SessionsTable;
  calls: CallsTable;
  call_events: CallEventsTable;
  drafts: DraftsTable;
  tickets: TicketsTable;
  ticket_days: TicketDaysTable;
}
