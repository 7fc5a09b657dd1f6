/**
 * Runs a flow: input in, effects out. Pure; the caller owns clock, timers and audio.
 * From everywhere `0` leads to a person; a broken prompt never stops a call.
 */
import type { Flow } from './flow.ts';

export interface FlowState {
  readonly node: string;
  /** How often the question of this node has been put. */
  readonly tries: number;
  readonly done: boolean;
}

export type FlowInput =
  | { readonly type: 'start' }
  | { readonly type: 'prompt-finished' }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'timer-fired' };

export type FlowEffect =
  | { readonly type: 'play'; readonly prompts: readonly string[] }
  | { readonly type: 'start-timer'; readonly delayMs: number }
  | { readonly type: 'enter-queue'; readonly queue: string; readonly priority: number }
  | { readonly type: 'hang-up' };

export interface FlowStep {
  readonly state: FlowState;
  readonly effects: readonly FlowEffect[];
}

export function stepFlow(flow: Flow, state: FlowState, input: FlowInput): FlowStep {
  if (state.done) return { state, effects: [] };
  switch (input.type) {
    case 'start':
      return enter(flow, flow.start);
    case 'prompt-finished':
      return afterPrompt(flow, state);
    case 'digit':
      return onDigit(flow, state, input.digit);
    case 'timer-fired':
      return onSilence(flow, state);
  }
}

export const initialFlowState: FlowState = { node: '', tries: 0, done: false };

function enter(flow: Flow, name: string): FlowStep {
  // The schema lets no link lead nowhere; if one did, the caller would get a person.
  const node = flow.nodes[name] ?? { type: 'queue', queue: 'main', priority: 5 };
  switch (node.type) {
    case 'say':
    case 'ask':
      return { state: { node: name, tries: 1, done: false }, effects: [{ type: 'play', prompts: node.prompts }] };
    case 'queue':
      return {
        state: { node: name, tries: 0, done: true },
        effects: [{ type: 'enter-queue', queue: node.queue, priority: node.priority }],
      };
    case 'hang-up':
      return { state: { node: name, tries: 0, done: true }, effects: [{ type: 'hang-up' }] };
  }
}

function afterPrompt(flow: Flow, state: FlowState): FlowStep {
  const node = flow.nodes[state.node];
  if (node?.type === 'say') return enter(flow, node.next);
  if (node?.type === 'ask') return { state, effects: [{ type: 'start-timer', delayMs: node.timeoutMs }] };
  return { state, effects: [] };
}

function onDigit(flow: Flow, state: FlowState, digit: string): FlowStep {
  if (digit === '0') return enter(flow, flow.person);
  const node = flow.nodes[state.node];
  if (node?.type !== 'ask') return { state, effects: [] };
  const to = node.choices[digit];
  return to === undefined ? again(flow, state) : enter(flow, to);
}

function onSilence(flow: Flow, state: FlowState): FlowStep {
  return flow.nodes[state.node]?.type === 'ask' ? again(flow, state) : { state, effects: [] };
}

/** Puts the question again, or gives up and goes where `otherwise` says. */
function again(flow: Flow, state: FlowState): FlowStep {
  const node = flow.nodes[state.node];
  if (node?.type !== 'ask') return { state, effects: [] };
  if (state.tries >= node.tries) return enter(flow, node.otherwise);
  return { state: { ...state, tries: state.tries + 1 }, effects: [{ type: 'play', prompts: node.prompts }] };
}
