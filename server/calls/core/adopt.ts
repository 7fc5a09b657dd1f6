/**
 * Calls that went on while no process of ours was there: `adopt(records, legs) → decisions`. Pure.
 *
 * The timeline says what was, the switch says which legs still are. The state is rebuilt from the first; what the second
 * contradicts is fed to the call's own machine as the event that was missed (`leg-answered`, `leg-ended`), so that
 * every rule by which nothing gets stuck holds here, too.
 */
import type { HangupCause, LegId, LegSnapshot } from '../../../telephony/ports/switch.ts';
import type { EpochMs } from '../../timeline/events.ts';
import { FRONT_PRIORITY, withMusic } from './call-front.ts';
import { enterFlow } from './call-ivr.ts';
import { newCall } from './call-machine.ts';
import { askPhones, isUp } from './call-phone.ts';
import type { CallRecord } from './call-record.ts';
import type { CallEffect, CallInput, CallSettings, CallState, CallStep, Party, Phase, Talker } from './call-types.ts';
import { emit, goTo, withPlay } from './call-util.ts';
import { rulesOf } from './wait-rules.ts';

/** A call that goes on. */
export interface Adopted {
  readonly record: CallRecord;
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
  /** What was missed, in order; given to the machine after the effects. */
  readonly inputs: readonly CallInput[];
  /** All legs of the call that live. */
  readonly legIds: readonly LegId[];
  /** Agents and supervisors who are on the line by a leg of theirs. */
  readonly present: readonly string[];
}

export interface Adoption {
  readonly adopted: readonly Adopted[];
  /** Calls without a caller: they are over. */
  readonly over: readonly CallRecord[];
  /** Legs of calls that are over. */
  readonly hangUp: readonly LegId[];
  /** Legs that belong to no call we know; hung up when they are still nobody's after a grace time. */
  readonly strays: readonly LegId[];
}

/** Deadlines that passed while nobody watched still leave people this long. */
const GRACE_MS = 5_000;

interface Scene {
  readonly record: CallRecord;
  readonly caller: LegSnapshot;
  readonly legs: readonly LegSnapshot[];
  readonly settings: CallSettings;
  readonly nowMs: EpochMs;
}

interface Plan {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
  readonly inputs: readonly CallInput[];
}

export function adopt(
  records: readonly CallRecord[],
  legs: readonly LegSnapshot[],
  settings: CallSettings,
  nowMs: EpochMs,
): Adoption {
  const open = records.filter((r) => r.stage !== 'ended');
  const legsOf = group(open, legs);
  const adopted: Adopted[] = [];
  const over: CallRecord[] = [];
  const hangUp: LegId[] = [];
  for (const record of open) {
    const own = legsOf.get(record.callId) ?? [];
    const caller = own.find((l) => l.legId === record.callerLegId);
    // A call-back that has found nobody yet is begun anew by its own keeper.
    if (caller === undefined || record.stage === 'callback' || record.stage === 'dialling') {
      over.push(record);
      hangUp.push(...own.map((l) => l.legId));
    } else adopted.push(goOn({ record, caller, legs: own.filter((l) => l !== caller), settings, nowMs }));
  }
  const known = new Set([...legsOf.values()].flat());
  return { adopted, over, hangUp, strays: legs.filter((l) => !known.has(l)).map((l) => l.legId) };
}

/** By our mark; a leg that was not marked yet by its name. */
function group(
  records: readonly CallRecord[],
  legs: readonly LegSnapshot[],
): ReadonlyMap<string, readonly LegSnapshot[]> {
  const byLeg = new Map(records.map((r) => [r.callerLegId, r.callId]));
  const found = new Map<string, LegSnapshot[]>(records.map((r) => [r.callId, []]));
  for (const leg of legs) found.get(leg.marks['call_id'] ?? byLeg.get(leg.legId) ?? '')?.push(leg);
  return found;
}

function goOn(scene: Scene): Adopted {
  const { record, legs, nowMs, caller } = scene;
  const plan = askPhones(legs, planOf(scene));
  const kept = new Set([...legsIn(plan.state), ...plan.inputs.flatMap((i) => ('legId' in i ? [i.legId] : []))]);
  // A leg that nothing refers to (a page that was being rung again, a supervisor without an agent) is let go.
  const idle = legs.filter((l) => !kept.has(l.legId));
  return {
    record,
    state: plan.state,
    effects: [
      emit({ type: 'call.adopted', awayMs: Math.max(0, nowMs - record.lastAtMs) }),
      ...plan.effects,
      ...idle.map((l): CallEffect => ({ type: 'hangup', legId: l.legId, cause: 'normal' })),
    ],
    inputs: plan.inputs,
    legIds: [caller, ...legs].map((l) => l.legId),
    present: legs.filter((l) => isUp(l) && kept.has(l.legId)).flatMap((l) => l.marks['agent_id'] ?? []),
  };
}

function legsIn({ phase, supervisors }: CallState): readonly LegId[] {
  return [
    ...('agent' in phase ? [phase.agent.legId] : []),
    ...('party' in phase ? [phase.party.legId] : []),
    ...('partner' in phase ? [phase.legId] : []),
    ...('offer' in phase && phase.offer !== null ? [phase.offer.legId] : []),
    ...supervisors.map((s) => s.legId),
  ];
}

function planOf(scene: Scene): Plan {
  const { record } = scene;
  switch (record.stage) {
    case 'arriving':
      return arriving(scene);
    case 'flow':
      return plain(enterFlow(base(scene), []));
    case 'waiting':
      return waiting(scene);
    case 'talking':
    case 'held':
    case 'consulting':
    case 'conference':
      return withSupervisors(scene, withAgent(scene));
    case 'agent-lost':
      return agentLeg(scene) === undefined ? lost(scene) : withAgent(scene);
    case 'transferring':
      return transferring(scene);
    case 'forwarded':
      return forwarded(scene);
    case 'diverting':
    case 'diverted':
      return diverting(scene);
    case 'closing':
    case 'callback':
    case 'dialling':
    case 'ended':
      return closing(scene);
  }
}

const plain = ({ state, effects }: CallStep): Plan => ({ state, effects, inputs: [] });

function base({ record, settings, nowMs }: Scene): CallState {
  const { callId, callerLegId, from, to, trunk, arrivedAtMs, sentBy } = record;
  const sent = sentBy === undefined ? {} : { sentBy };
  return {
    ...newCall({ callId, callerLegId, from, to, trunk, arrivedAtMs, ...sent }, settings),
    queued: record.queued,
    bridgedAtMs: record.bridgedAtMs,
    agentId: record.agentId,
    recording: record.recordingStartedAtMs !== null,
    // No prompt of the earlier process has such a number: its late end is not taken for the end of a new one.
    plays: nowMs,
  };
}

const answeredInput = (legId: LegId, atMs: EpochMs): CallInput => ({ type: 'leg-answered', legId, atMs });
const gone = (legId: LegId, cause: HangupCause, atMs: EpochMs): CallInput => ({
  type: 'leg-ended',
  legId,
  cause,
  by: 'local',
  atMs,
});

function arriving(scene: Scene): Plan {
  const { caller, nowMs } = scene;
  const state = base(scene);
  if (caller.state === 'incoming') return { state, effects: [{ type: 'answer' }], inputs: [] };
  return { state, effects: [], inputs: [answeredInput(caller.legId, nowMs)] };
}

/** The old place again. What the line still holds of the call from before (an offer, say) is let go first. */
function waiting(scene: Scene): Plan {
  const { record, settings, nowMs, legs } = scene;
  const queued = record.queued ?? { queue: 'main', priority: 5, joinedAtMs: record.lastAtMs };
  const rules = rulesOf(settings, queued.queue);
  const { offer } = record;
  const rung = offer === null ? undefined : legs.find((l) => l.marks['offer_id'] === offer.offerId);
  const taken = offer !== null && rung !== undefined && isUp(rung) ? { ...offer, legId: rung.legId } : null;
  const offerOver: CallEffect[] =
    offer === null || taken !== null ? [] : [emit({ type: 'offer.ended', ...offer, reason: 'agent-gone' })];
  const inLine: CallEffect =
    queued.priority === FRONT_PRIORITY ? { type: 'join-front', queued } : { type: 'join-again', queued };
  const leftMs = queued.joinedAtMs + rules.maxWaitMs - nowMs;
  const state = { ...goTo(base(scene), { name: 'waiting', offer: taken, announcing: false }), queued };
  const step = withPlay(state, [rules.music], 'forever', [
    ...offerOver,
    { type: 'leave-line' },
    inLine,
    { type: 'start-timer', timer: 'announce', delayMs: rules.announceEveryMs },
    { type: 'start-timer', timer: 'max-wait', delayMs: Math.max(GRACE_MS, leftMs) },
  ]);
  return { ...plain(step), inputs: taken === null ? [] : [answeredInput(taken.legId, nowMs)] };
}

/** The leg of the agent whose call it is: the one the caller talks to rather than one that is only up. */
function agentLeg({ record, legs, caller }: Scene): LegSnapshot | undefined {
  const own = legs.filter((l) => isUp(l) && l.marks['agent_id'] === record.agentId);
  return own.find((l) => l.legId === caller.peerLegId) ?? own.at(-1);
}

function partyOf({ partyId, legId, target }: NonNullable<CallRecord['party']>): Party {
  return { partyId, legId, target };
}

function withAgent(scene: Scene): Plan {
  const { record, nowMs } = scene;
  const leg = agentLeg(scene);
  const agent: Talker = { agentId: record.agentId ?? '', legId: leg?.legId ?? `gone-${record.callId}` };
  const seat: CallEffect = { type: 'seat', agentId: agent.agentId, news: { type: 'talking', callId: record.callId } };
  const plan = talk(scene, agent, leg);
  const missed = leg === undefined ? [gone(agent.legId, 'media-lost', nowMs)] : [];
  return { state: plan.state, effects: [seat, ...plan.effects], inputs: [...missed, ...plan.inputs] };
}

function talk(scene: Scene, agent: Talker, leg: LegSnapshot | undefined): Plan {
  const { record } = scene;
  const { party } = record;
  if (record.stage === 'held') return held(scene, agent);
  if (record.stage === 'consulting' && party !== null) return consulting(scene, agent, leg, party);
  if (record.stage === 'conference' && party !== null) return conference(scene, agent, leg, party);
  const state = goTo(base(scene), { name: 'talking', agent, returning: null });
  if (leg === undefined) return { state, effects: [], inputs: [] };
  return {
    state: { ...state, recording: true },
    effects: [
      ...(scene.caller.peerLegId === leg.legId ? [] : [{ type: 'bridge', legId: leg.legId } as const]),
      ...(state.recording ? [] : [{ type: 'start-recording' } as const]),
      { type: 'listen', on: true },
    ],
    inputs: [],
  };
}

/** Music for a caller who should hear some; whoever the caller is still joined to is put aside first. */
function aside(scene: Scene, phase: Phase, effects: readonly CallEffect[]): CallStep {
  const apart: CallEffect[] = scene.caller.state === 'parked' ? [] : [{ type: 'park' }];
  return withMusic(goTo(base(scene), phase), [...apart, ...effects]);
}

function held(scene: Scene, agent: Talker): Plan {
  const heldAtMs = scene.record.heldAtMs ?? scene.record.lastAtMs;
  return plain(aside(scene, { name: 'held', agent, returning: null, heldAtMs }, []));
}

type PartyRecord = NonNullable<CallRecord['party']>;

function partySeat({ record }: Scene, { target, partyId, answered }: PartyRecord): readonly CallEffect[] {
  if (target.kind === 'number') return [];
  const { callId } = record;
  const as = record.stage === 'conference' ? 'conference' : 'consulted';
  const ringing = { type: 'ringing', callId, offerId: partyId } as const;
  return [{ type: 'seat', agentId: target.agentId, news: answered ? { type: 'helping', callId, as } : ringing }];
}

/** What happened to the one who is rung, while nobody watched. */
function partyNews({ legs, nowMs, settings }: Scene, party: PartyRecord): Pick<Plan, 'effects' | 'inputs'> {
  const leg = legs.find((l) => l.legId === party.legId);
  if (leg === undefined)
    return { effects: [], inputs: [gone(party.legId, party.answered ? 'normal' : 'no-answer', nowMs)] };
  if (party.answered) return { effects: [], inputs: [] };
  if (isUp(leg)) return { effects: [], inputs: [answeredInput(leg.legId, nowMs)] };
  const leftMs = Math.max(GRACE_MS, party.sinceMs + settings.ringMs - nowMs);
  return { effects: [{ type: 'start-timer', timer: 'party', delayMs: leftMs }], inputs: [] };
}

function consulting(scene: Scene, agent: Talker, leg: LegSnapshot | undefined, party: PartyRecord): Plan {
  const { answered, sinceMs } = party;
  const news = partyNews(scene, party);
  const isApart = answered && leg !== undefined && leg.peerLegId !== party.legId && news.inputs.length === 0;
  const asked = { party: partyOf(party), answered, sinceMs, ownLeg: null };
  const phase: Phase = { name: 'consulting', agent, returning: null, ...asked };
  const step = aside(scene, phase, [
    ...partySeat(scene, party),
    ...(isApart ? [{ type: 'bridge-others', a: agent.legId, b: party.legId } as const] : []),
    ...news.effects,
  ]);
  return { ...plain(step), inputs: news.inputs };
}

function conference(scene: Scene, agent: Talker, leg: LegSnapshot | undefined, party: PartyRecord): Plan {
  const answered = { ...party, answered: true };
  const { inputs } = partyNews(scene, answered);
  const partyLeg = scene.legs.find((l) => l.legId === party.legId);
  const isTogether = [scene.caller, leg, partyLeg].every((l) => l?.state === 'conferenced');
  const isWhole = leg !== undefined && partyLeg !== undefined;
  return {
    state: goTo(base(scene), { name: 'conference', agent, returning: null, party: partyOf(party) }),
    effects: [
      ...partySeat(scene, answered),
      ...(isWhole && !isTogether ? [{ type: 'conference', legIds: [agent.legId, party.legId] } as const] : []),
      { type: 'listen', on: true },
    ],
    inputs,
  };
}

function withSupervisors(scene: Scene, plan: Plan): Plan {
  const { record, legs, nowMs } = scene;
  const target = agentLeg(scene);
  const there = record.supervisors.filter((s) => {
    const leg = legs.find((l) => l.legId === s.legId);
    return target !== undefined && leg !== undefined && isUp(leg);
  });
  const effects = record.supervisors.flatMap((s): CallEffect[] => {
    const { supervisorId, legId, mode, sinceMs } = s;
    if (!there.includes(s))
      return [emit({ type: 'supervision.ended', supervisorId, tookMs: nowMs - (sinceMs ?? nowMs) })];
    const isOn = legs.some((l) => l.legId === legId && l.state === 'supervising');
    const again: CallEffect = { type: 'supervise', legId, targetLegId: target?.legId ?? '', mode };
    const news = { type: 'helping', callId: record.callId, as: 'supervisor' } as const;
    return [{ type: 'seat', agentId: supervisorId, news }, ...(isOn ? [] : [again])];
  });
  return { ...plan, state: { ...plan.state, supervisors: there }, effects: [...plan.effects, ...effects] };
}

function lost(scene: Scene): Plan {
  const { record, settings, nowMs } = scene;
  const agentId = record.agentId ?? '';
  const lostAtMs = record.lostAtMs ?? record.lastAtMs;
  const phase: Phase = { name: 'agent-lost', music: true, agentId, lostAtMs, returning: null };
  const delayMs = Math.max(GRACE_MS, lostAtMs + settings.agentReturnMs - nowMs);
  return plain(
    aside(scene, phase, [
      { type: 'seat', agentId, news: { type: 'lost', callId: record.callId } },
      { type: 'start-timer', timer: 'agent-return', delayMs },
    ]),
  );
}

function transferring(scene: Scene): Plan {
  const { party } = scene.record;
  if (party === null) return closing(scene);
  const news = partyNews(scene, party);
  const { byAgentId, sinceMs } = party;
  const phase: Phase = { name: 'transferring', party: partyOf(party), byAgentId, sinceMs };
  const step = aside(scene, phase, [...partySeat(scene, party), ...news.effects]);
  return { ...plain(step), inputs: news.inputs };
}

function forwarded(scene: Scene): Plan {
  const { record, caller } = scene;
  if (record.party === null) return closing(scene);
  const { inputs } = partyNews(scene, { ...record.party, answered: true });
  const { legId, sinceMs } = record.party;
  const isApart = inputs.length === 0 && caller.peerLegId !== legId;
  return {
    state: goTo(base(scene), { name: 'forwarded', party: partyOf(record.party), sinceMs }),
    effects: isApart ? [{ type: 'bridge', legId }] : [],
    inputs,
  };
}

function diverting(scene: Scene): Plan {
  const { record, legs, nowMs, caller } = scene;
  if (record.partner === null) return closing(scene);
  const { name: partner, legId } = record.partner;
  const leg = legs.find((l) => l.legId === legId);
  const missed = leg === undefined ? [gone(legId, 'no-answer', nowMs)] : [];
  if (record.stage === 'diverted') {
    const again: CallEffect[] = leg === undefined || caller.peerLegId === legId ? [] : [{ type: 'bridge', legId }];
    return { state: goTo(base(scene), { name: 'diverted', partner, legId }), effects: again, inputs: missed };
  }
  const step = aside(scene, { name: 'diverting', partner, legId }, [
    { type: 'start-timer', timer: 'divert', delayMs: GRACE_MS },
  ]);
  const answered = leg !== undefined && isUp(leg) ? [answeredInput(legId, nowMs)] : [];
  return { ...plain(step), inputs: [...missed, ...answered] };
}

const lastWords: Partial<Record<CallRecord['closingCause'], string>> = {
  'waited-too-long': 'waited-too-long',
  'line-full': 'line-full',
};

/** The last sentence once more, when it is one of ours; then the end. */
function closing(scene: Scene): Plan {
  const { closingCause: cause } = scene.record;
  const state = goTo(base(scene), { name: 'closing', cause });
  const words = lastWords[cause];
  const end: CallEffect = { type: 'start-timer', timer: 'closing', delayMs: words === undefined ? 0 : 15_000 };
  return words === undefined ? plain({ state, effects: [end] }) : plain(withPlay(state, [words], 'once', [end]));
}
