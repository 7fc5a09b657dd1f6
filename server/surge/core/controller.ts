/**
 * The surge controller: samples and supervisors' answers in, measures and decisions out. Pure; the runner, the dry run
 * and the simulation are its only callers. What it starts it ends: a measure is active exactly while the level (or a
 * supervisor's yes) asks for it.
 */
import type { Measure, MeasureType, SurgePlan } from '../../../config/surge-schema.ts';
import type { DecisionKind, Words } from '../api-types.ts';
import { forecastOf, indicatorsOf, nextDemand } from './forecast.ts';
import { nextLevel, rank } from './level.ts';
import { amountOf, measuresOf, wrapUpLimitMs, type Situation } from './measures.ts';
import type {
  ActiveMeasure,
  ControllerInput,
  ControllerState,
  ControllerStep,
  Decision,
  Effect,
  Proposal,
  SurgeSample,
} from './types.ts';
import { calm, peopleNeeded, whyNormal } from './why-normal.ts';
import { levelNames, limitsPassed, measureWords, situation } from './words.ts';

/** A smaller change of the admission limit is not worth a line in the log. */
const WORTH_TELLING = 0.2;

export function newController(atMs: number): ControllerState {
  return {
    level: 'normal',
    levelSinceMs: atMs,
    heldLevel: null,
    aboveSinceMs: {},
    calmSinceMs: null,
    spareSinceMs: null,
    demand: null,
    active: [],
    proposals: [],
    answers: {},
    nextId: 1,
    why: calm,
    indicators: null,
    sample: null,
    forecast: [],
  };
}

/** Collects what one step changes; numbers decisions as it goes. */
class Draft {
  state: ControllerState;
  readonly effects: Effect[] = [];
  readonly decisions: Decision[] = [];
  readonly atMs: number;

  constructor(state: ControllerState, atMs: number) {
    this.state = state;
    this.atMs = atMs;
  }

  newId(): string {
    const { nextId } = this.state;
    this.state = { ...this.state, nextId: nextId + 1 };
    // Sorts by itself in the order of deciding.
    return `${Math.floor(this.atMs)}-${String(nextId).padStart(6, '0')}`;
  }

  say(kind: DecisionKind, measure: MeasureType | null, why: Words, by = 'controller'): void {
    this.decisions.push({ id: this.newId(), atMs: this.atMs, kind, level: this.state.level, measure, why, by });
  }

  put(type: 'start' | 'change', active: ActiveMeasure): void {
    const others = this.state.active.filter((a) => a.measure.type !== active.measure.type);
    this.state = { ...this.state, active: [...others, active] };
    this.effects.push({ type, active });
  }

  stop(active: ActiveMeasure, why: Words, by?: string): void {
    this.state = { ...this.state, active: this.state.active.filter((a) => a !== active) };
    this.effects.push({ type: 'stop', active });
    const what = measureWords(active.measure, active.amount);
    this.say('stop', active.measure.type, { zh: `结束：${what.zh}。${why.zh}`, en: `end: ${what.en}; ${why.en}` }, by);
  }

  done(): ControllerStep {
    return { state: this.state, effects: this.effects, decisions: this.decisions };
  }
}

export function step(state: ControllerState, input: ControllerInput, plan: SurgePlan): ControllerStep {
  switch (input.type) {
    case 'sample':
      return onSample(state, input, plan);
    case 'answer':
      return onAnswer(state, input);
    case 'hold':
      return onHold(state, input);
    case 'end':
      return onEnd(state, input);
  }
}

function onSample(
  before: ControllerState,
  { sample, usual }: Extract<ControllerInput, { type: 'sample' }>,
  plan: SurgePlan,
): ControllerStep {
  const now = indicatorsOf(plan, sample, usual, wrapUpLimitMs(before));
  const demand = nextDemand(before.demand, now, sample.atMs);
  const forecast = forecastOf(plan, sample, demand, { now, usual });
  const draft = new Draft({ ...before, demand, forecast, indicators: now, sample }, sample.atMs);
  moveLevel(draft, plan, sample);
  const { levelSinceMs } = draft.state;
  carryOut(draft, { plan, sample, now, demand, usual, levelSinceMs });
  return draft.done();
}

function moveLevel(draft: Draft, plan: SurgePlan, sample: SurgeSample): void {
  const { state } = draft;
  const now = state.indicators;
  if (now === null) return;
  const enough = sample.people >= peopleNeeded(plan, sample);
  const next = nextLevel(state, plan, now, { atMs: sample.atMs, enough });
  const { level, aboveSinceMs, calmSinceMs } = next;
  const all = situation(now, sample);
  if (level === state.level) {
    const held = state.heldLevel !== null;
    const why = level === 'normal' ? whyNormal({ plan, now, sample, held, aboveSinceMs }) : all;
    draft.state = { ...state, aboveSinceMs, calmSinceMs, why };
    return;
  }
  const up = rank(level) > rank(state.level);
  const passed = up && level !== 'normal' && state.heldLevel === null ? limitsPassed(plan, level, now) : null;
  const answers = level === 'normal' ? {} : state.answers;
  draft.state = { ...state, level, levelSinceMs: sample.atMs, aboveSinceMs, calmSinceMs, answers, why: all };
  const [to, from] = [levelNames[level], levelNames[state.level]];
  const because =
    passed === null || passed.zh === '' ? all : { zh: `${passed.zh}；${all.zh}`, en: `${passed.en}; ${all.en}` };
  draft.say('level', null, {
    zh: `由“${from.zh}”${up ? '升' : '降'}为“${to.zh}”：${because.zh}`,
    en: `from ${from.en} ${up ? 'up' : 'down'} to ${to.en}: ${because.en}`,
  });
}

/** Brings what is active in line with what the level asks for. */
function carryOut(draft: Draft, s: Situation): void {
  const wanted = measuresOf(s.plan, draft.state.level);
  const over: Words = {
    zh: `已不需要：${situation(s.now, s.sample).zh}`,
    en: `not needed now: ${situation(s.now, s.sample).en}`,
  };
  for (const active of [...draft.state.active]) if (!wanted.has(active.measure.type)) draft.stop(active, over);
  withdraw(draft, (p) => !wanted.has(p.measure.type), over);
  for (const measure of wanted.values()) {
    const active = draft.state.active.find((a) => a.measure.type === measure.type);
    if (active === undefined) begin(draft, measure, s);
    else adjust(draft, active, measure, s);
  }
}

function withdraw(draft: Draft, which: (proposal: Proposal) => boolean, why: Words): void {
  for (const proposal of draft.state.proposals.filter(which)) {
    draft.state = { ...draft.state, proposals: draft.state.proposals.filter((p) => p !== proposal) };
    draft.say('withdraw', proposal.measure.type, why);
  }
}

function begin(draft: Draft, measure: Measure, s: Situation): void {
  const amount = amountOf(measure, s);
  // Nobody is called in for nothing.
  if (measure.type === 'call-in' && amount === 0) return;
  const why = situation(s.now, s.sample);
  const answer = draft.state.answers[measure.type];
  if (measure.approval === 'automatic' || answer === 'accept') {
    start(draft, { measure, sinceMs: s.sample.atMs, amount, why });
    return;
  }
  if (answer === 'refuse' || draft.state.proposals.some((p) => p.measure.type === measure.type)) return;
  const what = measureWords(measure, amount);
  const proposal: Proposal = { id: draft.newId(), atMs: s.sample.atMs, measure, amount, what, why };
  draft.state = { ...draft.state, proposals: [...draft.state.proposals, proposal] };
  draft.say('propose', measure.type, { zh: `建议${what.zh}：${why.zh}`, en: `proposes to ${what.en}: ${why.en}` });
}

function start(draft: Draft, active: ActiveMeasure, by?: string): void {
  const what = measureWords(active.measure, active.amount);
  draft.put('start', active);
  const why = { zh: `${what.zh}：${active.why.zh}`, en: `${what.en}: ${active.why.en}` };
  draft.say('start', active.measure.type, why, by);
}

function adjust(draft: Draft, active: ActiveMeasure, measure: Measure, s: Situation): void {
  const fresh = amountOf(measure, s);
  const amount = measure.type === 'call-in' ? seatsToKeep(draft, active, measure, fresh ?? 0) : fresh;
  const same = textOf(active.measure) === textOf(measure);
  if (same && amount === active.amount) return;
  const why = situation(s.now, s.sample);
  draft.put('change', { ...active, measure, amount, why });
  if (!same || changedMuch(measure.type, active.amount, amount)) {
    const what = measureWords(measure, amount);
    draft.say('change', measure.type, { zh: `改为${what.zh}：${why.zh}`, en: `now ${what.en}: ${why.en}` });
  }
}

/** The same text for the same measure: a database gives its keys back in another order. */
function textOf(measure: Measure): string {
  return JSON.stringify(measure, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function changedMuch(type: MeasureType, before: number | null, now: number | null): boolean {
  if (type === 'call-in') return before !== now;
  return Math.abs((now ?? 0) - (before ?? 0)) > WORTH_TELLING * Math.max(1, before ?? 0);
}

/** More seats at once, fewer only when they have been too many for a while. */
function seatsToKeep(
  draft: Draft,
  active: ActiveMeasure,
  measure: Extract<Measure, { type: 'call-in' }>,
  needed: number,
): number {
  const before = active.amount ?? 0;
  if (needed >= before) {
    draft.state = { ...draft.state, spareSinceMs: null };
    return needed;
  }
  const spareSinceMs = draft.state.spareSinceMs ?? draft.atMs;
  draft.state = { ...draft.state, spareSinceMs };
  if (draft.atMs - spareSinceMs < measure.releaseAfterMs) return before;
  draft.state = { ...draft.state, spareSinceMs: null };
  return needed;
}

function onAnswer(before: ControllerState, input: Extract<ControllerInput, { type: 'answer' }>): ControllerStep {
  const draft = new Draft(before, input.atMs);
  const proposal = before.proposals.find((p) => p.id === input.proposalId);
  if (proposal === undefined) return draft.done();
  const { measure, amount, what, why } = proposal;
  draft.state = {
    ...before,
    proposals: before.proposals.filter((p) => p !== proposal),
    answers: { ...before.answers, [measure.type]: input.answer },
  };
  const verb = input.answer === 'accept' ? { zh: '同意', en: 'accepted' } : { zh: '不同意', en: 'refused' };
  draft.say(input.answer, measure.type, { zh: `${verb.zh}${what.zh}`, en: `${verb.en}: ${what.en}` }, input.by);
  if (input.answer === 'accept') start(draft, { measure, sinceMs: input.atMs, amount, why }, input.by);
  return draft.done();
}

/** The level changes with the next sample. */
function onHold(
  before: ControllerState,
  { atMs, level, by }: Extract<ControllerInput, { type: 'hold' }>,
): ControllerStep {
  if (level === before.heldLevel) return { state: before, effects: [], decisions: [] };
  const draft = new Draft({ ...before, heldLevel: level, calmSinceMs: null }, atMs);
  const name = level === null ? null : levelNames[level];
  draft.say(
    'hold',
    null,
    name === null
      ? { zh: '恢复自动判断级别', en: 'level decided by the controller again' }
      : { zh: `人工保持“${name.zh}”级`, en: `level held at ${name.en} by hand` },
    by,
  );
  return draft.done();
}

function onEnd(before: ControllerState, { atMs, by }: Extract<ControllerInput, { type: 'end' }>): ControllerStep {
  const draft = new Draft(before, atMs);
  const off: Words = { zh: '激增预案已关闭', en: 'the surge plan is switched off' };
  for (const active of before.active) draft.stop(active, off, by);
  withdraw(draft, () => true, off);
  const level = 'normal';
  draft.state = {
    ...draft.state,
    level,
    levelSinceMs: atMs,
    heldLevel: null,
    answers: {},
    aboveSinceMs: {},
    why: calm,
  };
  return draft.done();
}
