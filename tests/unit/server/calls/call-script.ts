/** One call played through its machine: settings, the people on it, and what came out. */
import type { Flow } from '../../../../ivr/core/flow.ts';
import type { FlowExit } from '../../../../ivr/core/flow-types.ts';
import { newCall, step } from '../../../../server/calls/core/call-machine.ts';
import type { CallEffect, CallInput, CallSettings, CallState } from '../../../../server/calls/core/call-types.ts';

export const lineFlow: Flow = {
  name: 'line',
  title: 't',
  start: 'line',
  person: 'line',
  nodes: { line: { type: 'queue', queue: 'main', skills: [], priority: 5 } },
};
export const settings: CallSettings = {
  flow: lineFlow,
  ringMs: 20_000,
  excludeAfterNoAnswerMs: 30_000,
  agentReturnMs: 30_000,
  firstAnnouncementMs: 3_000,
  positionEveryMs: 30_000,
  maxWaitMs: 600_000,
  wrapUpMs: 30_000,
  mediaTimeoutMs: 5_000,
};
export const facts = {
  ...{ callId: 'c1', callerLegId: 'caller', from: '13800138000', to: '12345', trunk: 'local' },
  arrivedAtMs: 0,
};
export const offer = { offerId: 'o1', agentId: 'a1', legId: 'agent1' };
/** What the flow says when the caller wants a person. */
export const toLine: Extract<FlowExit, { type: 'queue' }> = {
  type: 'queue',
  queue: 'main',
  skills: [],
  priority: 5,
  language: '',
  dialect: '',
};

export type Bare = CallInput extends infer I ? (I extends { atMs: number } ? Omit<I, 'atMs'> : never) : never;

export interface Played {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
  /** Of the last input. */
  readonly last: readonly CallEffect[];
}

/** Feeds inputs one second apart and collects what comes out. */
export function play(inputs: readonly Bare[], from: CallState = newCall(facts, settings), startMs = 0): Played {
  let state = from;
  let last: readonly CallEffect[] = [];
  const effects: CallEffect[] = [];
  inputs.forEach((input, i) => {
    const done = step(state, { ...input, atMs: startMs + i * 1_000 });
    ({ state } = done);
    last = done.effects;
    effects.push(...last);
  });
  return { state, effects, last };
}

export const events = (effects: readonly CallEffect[]): string[] =>
  effects.flatMap((e) => (e.type === 'emit' ? [e.event.type] : []));
export const types = (effects: readonly CallEffect[]): string[] => effects.map((e) => e.type);

export const inFlow: readonly Bare[] = [{ type: 'arrived' }, { type: 'leg-answered', legId: 'caller' }];
export const waiting: readonly Bare[] = [
  ...inFlow,
  { type: 'flow-left', exit: toLine, legId: 'unused' },
  { type: 'joined' },
];
