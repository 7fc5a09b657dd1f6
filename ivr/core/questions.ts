/** What the keys of a question mean, node by node. Pure; one place for all nodes that ask for one key. */
import type { FlowNode, NodeOf, Piece } from './flow.ts';
import type { FlowEvent, FlowState, HostQuestion } from './flow-types.ts';

/** What an answer leads to. */
export interface Outcome {
  readonly to:
    | { readonly type: 'node'; readonly to: string }
    | { readonly type: 'look-up'; readonly question: HostQuestion }
    | { readonly type: 'second-question' };
  readonly tell?: FlowEvent;
  readonly set?: Partial<Pick<FlowState, 'language' | 'dialect' | 'variables'>>;
  /** Said before going on. */
  readonly say?: readonly Piece[];
}

/** Nodes that put a question. */
export type Asking = Extract<
  FlowNode,
  { type: 'ask' | 'digits' | 'speech' | 'language' | 'incident' | 'call-back' | 'rating' }
>;

export const isAsking = (at: FlowNode): at is Asking =>
  ['ask', 'digits', 'speech', 'language', 'incident', 'call-back', 'rating'].includes(at.type);

const go = (to: string): Outcome => ({ to: { type: 'node', to } });
/** Own keys only: what a caller presses must not reach into an object's prototype. */
const chosen = <T>(choices: Readonly<Record<string, T>>, digit: string): T | undefined =>
  Object.hasOwn(choices, digit) ? choices[digit] : undefined;

const SCORES = ['1', '2', '3', '4', '5'];

/** What a key means; undefined when nothing. Numbers of several digits are collected elsewhere. */
export function answered(at: Asking, state: FlowState, digit: string): Outcome | undefined {
  switch (at.type) {
    case 'ask':
    case 'speech': {
      const to = chosen(at.choices, digit);
      return to === undefined ? undefined : go(to);
    }
    case 'language': {
      const choice = chosen(at.choices, digit);
      if (choice === undefined) return undefined;
      const set = { language: choice.language ?? '', dialect: choice.dialect ?? '' };
      return { ...go(at.next), set, tell: { type: 'ivr.language-chosen', ...set } };
    }
    case 'incident':
      return digit === '1' ? { ...go(at.stay), tell: incidentTold(state, true) } : undefined;
    case 'call-back':
      return digit === '1' ? { to: { type: 'look-up', question: { type: 'call-back' } } } : undefined;
    case 'rating':
      return state.isSecond ? whyOf(at, state, digit) : scored(at, state, digit);
    case 'digits':
      return undefined;
  }
}

function incidentTold(state: FlowState, stayed: boolean): FlowEvent {
  return { type: 'ivr.incident-told', incidentId: state.variables['incident'] ?? '', stayed };
}

type Rating = Extract<FlowNode, { type: 'rating' }>;

function scored(at: Rating, state: FlowState, digit: string): Outcome | undefined {
  if (!SCORES.includes(digit)) return undefined;
  const score = Number(digit);
  if (at.why !== undefined && score <= at.why.below) {
    return { to: { type: 'second-question' }, set: { variables: { ...state.variables, score: digit } } };
  }
  return { ...go(at.next), say: at.thanks, tell: { type: 'ivr.rated', score, reason: '' } };
}

function whyOf(at: Rating, state: FlowState, digit: string): Outcome | undefined {
  const reason = chosen(at.why?.reasons ?? {}, digit);
  return reason === undefined ? undefined : rated(at, state, reason);
}

function rated(at: Rating, state: FlowState, reason: string): Outcome {
  const score = Number(state.variables['score'] ?? '0');
  return { ...go(at.next), say: at.thanks, tell: { type: 'ivr.rated', score, reason } };
}

/** Where it goes on when nothing usable came, however often it was asked. */
export function givenUp(at: Asking, state: FlowState): Outcome {
  switch (at.type) {
    case 'ask':
    case 'speech':
    case 'digits':
      return go(at.otherwise);
    case 'call-back':
      return { ...go(at.otherwise), tell: { type: 'ivr.call-back-offered', accepted: false } };
    case 'incident':
      return { ...go(at.otherwise), tell: incidentTold(state, false) };
    case 'language':
      return go(at.next);
    case 'rating':
      // A score without a reason is a score all the same.
      return state.isSecond ? rated(at, state, '') : go(at.next);
  }
}

/** One more key of a number. `*` begins anew (unless it is the terminator). */
export function collect(
  node: NodeOf<'digits'>,
  digits: string,
  key: string,
): { readonly digits: string } | 'ended' | 'bad-input' {
  if (key === node.terminator) return 'ended';
  if (key === '#') return 'bad-input';
  return { digits: key === '*' ? '' : digits + key };
}
