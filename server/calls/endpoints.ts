/** Names of the agents' softphones at the switch. */

/** Softphones of agents register as `agent:<userId>`. */
export function endpointOf(agentId: string): string {
  return `agent:${agentId}`;
}

export function agentOf(endpointId: string): string | undefined {
  return endpointId.startsWith('agent:') ? endpointId.slice('agent:'.length) : undefined;
}
