/**
 * Agents who take calls by a telephone instead of the browser. Pure. A telephone that picks up may be a mailbox: whoever
 * it is must press 1, or say so on the page, before the call machine hears that the leg has answered.
 */
import type { LegSnapshot } from '../../../telephony/ports/switch.ts';
import type { CallEffect, CallInput, CallState, CallStep, Phase } from './call-types.ts';

const joining: ReadonlySet<CallEffect['type']> = new Set(['bridge', 'bridge-others', 'conference', 'play-agent']);

type Next = (state: CallState, input: CallInput) => CallStep;

/** The key that takes the call. */
export const TAKE_KEY = '1';
/**
 * A telephone is further away than a page: so much longer it may ring and be asked. Shorter than what the line holds an
 * offer for beyond its ring (`HOLD_MARGIN_MS`).
 */
export const PHONE_EXTRA_MS = 8_000;

export const askToTake = (legId: string): CallEffect => ({ type: 'play-agent', legId, prompts: ['agent-take-call'] });

/** Lets the machine see of such legs only what counts. */
export function withPhones(state: CallState, input: CallInput, next: Next): CallStep {
  const { phones } = state;
  if (state.phase.name === 'ended') return next(state, input);
  if (input.type === 'accept-by-phone') return taken(state, legOf(state.phase, input), input.atMs, next);
  if (!('legId' in input) || phones[input.legId] === undefined) return noted(next(state, input));
  if (input.type === 'leg-answered')
    return { state: { ...state, phones: { ...phones, [input.legId]: 'asked' } }, effects: [askToTake(input.legId)] };
  if (input.type === 'digit')
    return input.digit === TAKE_KEY ? taken(state, input.legId, input.atMs, next) : { state, effects: [] };
  if (input.type !== 'leg-ended') return noted(next(state, input));
  // Picked up, not taken and put down: a mailbox, or somebody who is not there for calls.
  const unheard = phones[input.legId] === 'asked' && input.cause === 'normal';
  return noted(next(without(state, input.legId), unheard ? { ...input, cause: 'no-answer', by: 'local' } : input));
}

function taken(state: CallState, legId: string | undefined, atMs: number, next: Next): CallStep {
  if (legId === undefined || state.phones[legId] !== 'asked') return { state, effects: [] };
  const { state: after, effects } = noted(next(without(state, legId), { type: 'leg-answered', legId, atMs }));
  // What is joined, or hears something else, does not hear the question any more; who is kept apart still does.
  const hears = effects.some((e) => joining.has(e.type));
  return { state: after, effects: hears ? effects : [{ type: 'hush-agent', legId }, ...effects] };
}

function without(state: CallState, legId: string): CallState {
  const { [legId]: _gone, ...phones } = state.phones;
  return { ...state, phones };
}

/** The leg that an agent is offered the call on. */
function legOf(
  phase: Phase,
  { agentId, offerId }: Extract<CallInput, { type: 'accept-by-phone' }>,
): string | undefined {
  if ('offer' in phase)
    return phase.offer?.agentId === agentId && phase.offer.offerId === offerId ? phase.offer.legId : undefined;
  if (!('party' in phase) || phase.party.partyId !== offerId) return undefined;
  const { target, legId } = phase.party;
  return target.kind === 'agent' && target.agentId === agentId ? legId : undefined;
}

/** Keeps count of the telephones that are rung and let go. */
function noted({ state, effects }: CallStep): CallStep {
  const phones = { ...state.phones };
  for (const effect of effects) {
    if (effect.type === 'ring-agent' && effect.offer.byPhone === true) phones[effect.offer.legId] = 'ringing';
    if (effect.type === 'ring-party' && effect.party.byPhone === true) phones[effect.party.legId] = 'ringing';
    if (effect.type === 'hangup') Reflect.deleteProperty(phones, effect.legId);
  }
  const isSame = Object.keys(phones).join() === Object.keys(state.phones).join();
  return isSame ? { state, effects } : { state: { ...state, phones }, effects };
}

/** What an agent's page is told of the telephone that an offer rings. */
export function phoneOfOffer(state: CallState, agentId: string, offerId: string): 'ringing' | 'picked-up' | null {
  const legId = legOf(state.phase, { type: 'accept-by-phone', agentId, offerId, atMs: 0 });
  const phone = legId === undefined ? undefined : state.phones[legId];
  return phone === undefined ? null : phone === 'asked' ? 'picked-up' : 'ringing';
}

export function isUp(leg: LegSnapshot): boolean {
  return leg.state !== 'incoming' && leg.state !== 'dialling' && leg.state !== 'ringing';
}

/** What is known of a call that goes on after a restart. */
interface Plan {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
  readonly inputs: readonly CallInput[];
}

/** A telephone that has picked up while nobody watched may be a mailbox: whoever it is is asked once more. */
export function askPhones(legs: readonly LegSnapshot[], { state, effects, inputs }: Plan): Plan {
  const answered = new Set(inputs.flatMap((i) => (i.type === 'leg-answered' ? [i.legId] : [])));
  const phones = legs.filter((l) => l.marks['by_phone'] === '1');
  const asked = phones.filter((l) => answered.has(l.legId)).map((l) => l.legId);
  const ringing = phones.filter((l) => !isUp(l)).map((l) => l.legId);
  const told = [...asked.map((id) => [id, 'asked'] as const), ...ringing.map((id) => [id, 'ringing'] as const)];
  return {
    state: told.length === 0 ? state : { ...state, phones: Object.fromEntries(told) },
    effects: [...effects, ...asked.map(askToTake)],
    inputs: inputs.filter((i) => i.type !== 'leg-answered' || !asked.includes(i.legId)),
  };
}
