/** Who may read what of calls, tickets and callers. Supervisors and admins read everything, agents what is theirs. */
import type { CallerHistory, CallRow, Store, TicketRow, User } from '../store/ports.ts';

/** How long after a call its agent may still look up the caller: the shift. */
const callerKnownMs = 24 * 3_600_000;

/** Lists are narrowed to this agent; not at all when undefined. */
export function onlyOf(user: User): string | undefined {
  return user.role === 'supervisor' || user.role === 'admin' ? undefined : user.id;
}

/** Calls, and their recordings: the agents who were in the call. */
export async function mayReadCall({ calls }: Store, call: CallRow, user: User): Promise<boolean> {
  if (onlyOf(user) === undefined || call.agentId === user.id) return true;
  // An agent before the last one, when the call went back to the line.
  const events = await calls.timeline(call.callId);
  return events.some((e) => e.type === 'call.bridged' && e.agentId === user.id);
}

/** A confidential ticket is for the agent who wrote it; others also for those who were in its call. */
export async function mayReadTicket(store: Store, ticket: TicketRow, user: User): Promise<boolean> {
  if (onlyOf(user) === undefined || ticket.agentId === user.id) return true;
  if (ticket.confidential) return false;
  const call = await store.calls.call(ticket.callId);
  return call !== undefined && mayReadCall(store, call, user);
}

/** The call that lets an agent look up its caller. */
export async function callOfCaller({ calls }: Store, user: User, callerNumber: string): Promise<CallRow | undefined> {
  return calls.withCaller(user.id, callerNumber, Date.now() - callerKnownMs);
}

/** The history as this user may see it: nothing of confidential tickets of others, not even the name in them. */
export function visibleHistory(history: CallerHistory, user: User): CallerHistory {
  const tickets = history.tickets.filter((t) => onlyOf(user) === undefined || !t.confidential || t.agentId === user.id);
  if (tickets.length === history.tickets.length) return history;
  const callerName = tickets.map((t) => t.fields.callerName.value).find((name) => name !== '') ?? '';
  return { ...history, callerName, tickets };
}
