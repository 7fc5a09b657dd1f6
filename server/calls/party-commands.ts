/** Commands to the switch about those who are beside the caller and the agent. */
import { SwitchError, type OriginateRequest, type Switch } from '../../telephony/ports/switch.ts';
import { PHONE_EXTRA_MS } from './core/call-phone.ts';
import type { CallEffect, CallState } from './core/call-types.ts';
import { rulesOf } from './core/wait-rules.ts';

export interface PartyHost {
  readonly switch: Switch;
  /** Which endpoint an agent's softphone registers as. */
  endpointOf(agentId: string): string;
  /** Where an outside number is reached; undefined when the hotline has no way out. */
  dialUri?(number: string): string | undefined;
  /** Where the telephone of an agent who takes calls outside is reached. */
  phoneUri?(agentId: string): string | undefined;
}

export type PartyEffect = Extract<
  CallEffect,
  {
    type:
      | 'ring-party'
      | 'ring-supervisor'
      | 'bridge-others'
      | 'conference'
      | 'supervise'
      | 'park-leg'
      | 'ring-own'
      | 'answer-own';
  }
>;

const partyEffects: ReadonlySet<string> = new Set<PartyEffect['type']>([
  'ring-party',
  'ring-supervisor',
  'bridge-others',
  'conference',
  'supervise',
  'park-leg',
  'ring-own',
  'answer-own',
]);

export function isPartyEffect(effect: CallEffect): effect is PartyEffect {
  return partyEffects.has(effect.type);
}

export async function carryOutParty(host: PartyHost, state: CallState, effect: PartyEffect): Promise<void> {
  const { switch: sw } = host;
  const { callId, callerLegId } = state.facts;
  switch (effect.type) {
    case 'ring-party':
      return sw.originate(partyRequest(host, state, effect));
    case 'ring-supervisor':
      return sw.originate(supervisorRequest(host, state, effect));
    case 'bridge-others':
      return sw.bridge(effect.a, effect.b);
    case 'conference':
      return sw.conference(callId, [callerLegId, ...effect.legIds]);
    case 'supervise':
      return sw.supervise(effect.legId, effect.targetLegId, effect.mode);
    case 'park-leg':
      return sw.park(effect.legId);
    case 'ring-own':
      // Marked first: a leg without marks would be nobody's after a restart.
      await sw.setMarks(effect.legId, { call_id: callId, role: 'agent', agent_id: effect.agentId });
      return sw.ring(effect.legId);
    case 'answer-own':
      return sw.answer(effect.legId);
  }
}

/** The leg that has to go when a command could not be carried out: its end puts the machine right. */
export function legToDrop(effect: PartyEffect): string | undefined {
  switch (effect.type) {
    case 'ring-party':
      return effect.party.legId;
    case 'ring-supervisor':
      return effect.supervision.legId;
    case 'bridge-others':
      return effect.b;
    case 'conference':
      return effect.legIds.at(-1);
    case 'supervise':
    case 'ring-own':
    case 'answer-own':
      return effect.legId;
    case 'park-leg':
      return undefined;
  }
}

/** The switch's own deadline is later than the machine's: it is for a machine that is gone. */
function shared(state: CallState): Pick<OriginateRequest, 'ringMs' | 'mediaTimeoutMs' | 'from'> {
  const { settings, facts } = state;
  return {
    ringMs: rulesOf(settings, state.queued?.queue ?? 'main').ringMs + 5_000,
    mediaTimeoutMs: settings.mediaTimeoutMs,
    from: { user: facts.from === '' ? 'anonymous' : facts.from },
  };
}

function partyRequest(
  host: PartyHost,
  state: CallState,
  { party }: Extract<PartyEffect, { type: 'ring-party' }>,
): OriginateRequest {
  const { legId, partyId, target } = party;
  const { callId, to } = state.facts;
  const marks = { call_id: callId, role: 'party', party_id: partyId };
  if (target.kind === 'agent' && party.byPhone === true)
    return {
      ...byPhone(host, state, target.agentId),
      legId,
      marks: { ...marks, agent_id: target.agentId, by_phone: '1' },
    };
  if (target.kind === 'agent') {
    return {
      ...shared(state),
      legId,
      target: { type: 'endpoint', endpointId: host.endpointOf(target.agentId) },
      headers: { 'X-Hotline-Call': callId, 'X-Hotline-Offer': partyId },
      marks: { ...marks, agent_id: target.agentId },
    };
  }
  // A call flow may name a SIP address; agents can only dial numbers (they are parsed as such).
  const uri = target.number.startsWith('sip:') ? target.number : host.dialUri?.(target.number);
  if (uri === undefined) throw new SwitchError('bad-request', 'no way out to other numbers is configured');
  // Outside numbers see the hotline's number: a carrier takes no other.
  return { ...shared(state), legId, target: { type: 'uri', uri }, from: { user: to }, marks };
}

/** Agents' own telephones see the hotline's number, and no citizen's. */
function byPhone(
  host: PartyHost,
  state: CallState,
  agentId: string,
): Pick<OriginateRequest, 'ringMs' | 'mediaTimeoutMs' | 'from' | 'target'> {
  const uri = host.phoneUri?.(agentId);
  if (uri === undefined) throw new SwitchError('bad-request', 'the telephone of this agent is not known any more');
  const { ringMs, mediaTimeoutMs } = shared(state);
  const from = { user: state.facts.to };
  return { ringMs: ringMs + PHONE_EXTRA_MS, mediaTimeoutMs, from, target: { type: 'uri', uri } };
}

/** The agent who is offered the call, or comes back to it. */
export function agentRequest(
  host: PartyHost,
  state: CallState,
  { offer, returning }: Extract<CallEffect, { type: 'ring-agent' }>,
): OriginateRequest {
  const { offerId, agentId, legId } = offer;
  const { callId } = state.facts;
  const marks = { call_id: callId, role: 'agent', agent_id: agentId, offer_id: offerId };
  if (offer.byPhone === true) return { ...byPhone(host, state, agentId), legId, marks: { ...marks, by_phone: '1' } };
  return {
    ...shared(state),
    legId,
    target: { type: 'endpoint', endpointId: host.endpointOf(agentId) },
    headers: {
      'X-Hotline-Call': callId,
      ...(returning ? { 'X-Hotline-Return': '1' } : { 'X-Hotline-Offer': offerId }),
    },
    marks,
  };
}

function supervisorRequest(
  host: PartyHost,
  state: CallState,
  { supervision }: Extract<PartyEffect, { type: 'ring-supervisor' }>,
): OriginateRequest {
  const { legId, supervisorId } = supervision;
  const { callId } = state.facts;
  return {
    ...shared(state),
    legId,
    target: { type: 'endpoint', endpointId: host.endpointOf(supervisorId) },
    // The supervisor has asked for it: the page answers by itself.
    headers: { 'X-Hotline-Call': callId, 'X-Hotline-Supervise': '1' },
    marks: { call_id: callId, role: 'supervisor', agent_id: supervisorId },
  };
}
