/** An agent's own telephone dials while its agent is on a call: a consultation of that call, or a refusal. */
import type { HangupCause, Switch, SwitchEvent } from '../../telephony/ports/switch.ts';
import type { SeatState } from './core/seat.ts';
import { agentOf } from './endpoints.ts';

export type Dialled = Extract<SwitchEvent, { readonly type: 'leg.incoming' }>;

export interface AgentDialsDesk {
  /** Why it is refused; undefined when it is the call's consultation now. */
  dialled(agentId: string, event: Dialled): HangupCause | undefined;
}

export interface AgentDialsParts {
  readonly seats: { get(agentId: string): SeatState };
  readonly switch: Pick<Switch, 'hangup'>;
  readonly desk: AgentDialsDesk | undefined;
}

/** False: nobody on a call has dialled; it is a caller like others. */
export function agentDials(event: Dialled, { seats, switch: sw, desk }: AgentDialsParts): boolean {
  const agentId = event.origin.type === 'endpoint' ? agentOf(event.origin.endpointId) : undefined;
  if (agentId === undefined) return false;
  const { type } = seats.get(agentId).work;
  if (type === 'none' || type === 'wrap-up') return false;
  const refusal = desk === undefined ? 'busy' : desk.dialled(agentId, event);
  // Its end is told by an event; a leg that is gone needs none.
  if (refusal !== undefined) void sw.hangup(event.legId, refusal).catch(() => undefined);
  return true;
}
