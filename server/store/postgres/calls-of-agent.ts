import { sql, type RawBuilder } from 'kysely';

/**
 * Ids of the calls that an agent was connected to, also those which went back to the line and on to somebody else.
 * Two look-ups by index, whatever the number of calls.
 */
export function callIdsOfAgent(agentId: string): RawBuilder<string> {
  return sql<string>`(select call_id from calls where agent_id = ${agentId} union
    select call_id from call_events where type = 'call.bridged' and body ->> 'agentId' = ${agentId})`;
}
