/** Table rows to what the ports promise. */
import type { Selectable } from 'kysely';
import type { CallEvent } from '../../timeline/events.ts';
import type { CallRow, TicketRow, User } from '../ports.ts';
import type { CallEventsTable, CallsTable, TicketsTable, UsersTable } from './database.ts';

export function eventOf(row: Selectable<CallEventsTable>): CallEvent {
  return { ...row.body, callId: row.call_id, seq: row.seq, atMs: row.at_ms };
}

export function callOf(row: Selectable<CallsTable>): CallRow {
  return {
    callId: row.call_id,
    from: row.from_number,
    to: row.to_number,
    trunk: row.trunk,
    arrivedAtMs: row.arrived_at_ms,
    answeredAtMs: row.answered_at_ms,
    queuedAtMs: row.queued_at_ms,
    bridgedAtMs: row.bridged_at_ms,
    endedAtMs: row.ended_at_ms,
    endCause: row.end_cause,
    agentId: row.agent_id,
    recordingPath: row.recording_path,
    recordingStartedAtMs: row.recording_started_at_ms,
    ticketNumber: row.ticket_number,
  };
}

export function ticketOf(row: Selectable<TicketsTable>): TicketRow {
  return {
    id: row.id,
    number: row.number,
    callId: row.call_id,
    createdAtMs: row.created_at_ms,
    agentId: row.agent_id,
    status: row.status,
    fields: row.fields,
    confidential: row.confidential,
    note: row.note,
    callerNumber: row.caller_number,
  };
}

export function userOf(row: Selectable<Omit<UsersTable, 'password_hash' | 'created_at_ms'>>): User {
  return {
    id: row.id,
    login: row.login,
    displayName: row.display_name,
    agentNumber: row.agent_number,
    role: row.role,
  };
}
