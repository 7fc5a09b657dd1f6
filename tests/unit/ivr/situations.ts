/** Every node of a flow in every stage it can be in, and everything that can happen there. */
import { calendarSchema } from '../../../ivr/core/calendar.ts';
import type { FlowContext, FlowEffect, FlowInput, FlowState } from '../../../ivr/core/flow-types.ts';
import { flowShape } from '../../../ivr/core/flow.ts';
import { stepFlow } from '../../../ivr/core/interpreter.ts';
import { initialFlowState } from '../../../ivr/core/ways.ts';

type Bare = FlowInput extends infer I ? (I extends { atMs: number } ? Omit<I, 'atMs'> : never) : never;

const q = { prompts: ['q'], again: ['again'] };
const ends = { next: 'next', otherwise: 'other' };
const bad = { timeoutMs: 2_000, tries: 2 };

export const context: FlowContext = {
  flow: flowShape.parse({
    name: 'all',
    title: 't',
    start: 'say',
    person: 'person',
    rating: 'rating',
    nodes: {
      say: { type: 'say', prompts: ['q'], next: 'next' },
      skip: { type: 'say', prompts: ['q'], skippable: true, next: 'next' },
      ask: { type: 'ask', ...q, ...bad, choices: { '1': 'next' }, otherwise: 'other' },
      digits: { type: 'digits', ...q, ...bad, min: 2, max: 3, as: 'n', ...ends },
      speech: {
        type: 'speech',
        ...q,
        ...bad,
        branches: [{ words: ['社保'], next: 'next' }],
        choices: { '1': 'next' },
        otherwise: 'other',
      },
      voice: { type: 'speech', ...q, ...bad, branches: [{ words: ['社保'], next: 'next' }], otherwise: 'other' },
      hours: { type: 'hours', timetable: 'office', open: 'next', closed: 'other' },
      language: { type: 'language', ...q, ...bad, choices: { '1': { dialect: 'wu' } }, next: 'next' },
      incident: { type: 'incident', ...q, ...bad, stay: 'next', otherwise: 'other', none: 'none' },
      queue: { type: 'queue', queue: 'main', skills: ['tax', { skill: 'wu', minLevel: 3 }] },
      progress: {
        type: 'progress',
        ticket: '$n',
        prompts: ['ticket', { date: '$accepted' }, { word: '$state' }],
        states: { accepted: 'state-accepted' },
        next: 'next',
        missing: 'other',
      },
      voicemail: { type: 'voicemail', prompts: ['q'], saved: ['saved'], next: 'next', empty: 'other' },
      'call-back': { type: 'call-back', ...q, ...bad, accepted: ['saved'], ...ends },
      rating: {
        type: 'rating',
        ...q,
        ...bad,
        why: { below: 2, prompts: ['why'], reasons: { '1': 'slow' } },
        thanks: ['thanks'],
        next: 'next',
      },
      transfer: { type: 'transfer', prompts: ['q'], to: '110', otherwise: 'other' },
      bye: { type: 'hang-up', prompts: ['q'] },
      gone: { type: 'hang-up' },
      next: { type: 'say', prompts: ['next'], next: 'person' },
      other: { type: 'say', prompts: ['other'], next: 'person' },
      none: { type: 'say', prompts: ['none'], next: 'person' },
      person: { type: 'queue' },
    },
  }),
  calendar: calendarSchema.parse({ timetables: { office: { mon: [['08:30', '12:00']] } } }),
};

/** Monday, 2 November 2026, 10:00 in Shanghai. */
export const MONDAY_10 = Date.UTC(2026, 10, 2, 2, 0);

export interface Ran {
  readonly state: FlowState;
  readonly effects: readonly FlowEffect[];
  readonly last: readonly FlowEffect[];
}

/** Goes to a node and feeds inputs, one second apart. */
export function at(node: string, inputs: readonly Bare[], with_ = context, callerKnown = true): Ran {
  let state: FlowState = { ...initialFlowState, callerKnown };
  const effects: FlowEffect[] = [];
  let last: readonly FlowEffect[] = [];
  [{ type: 'go', to: node } as const, ...inputs].forEach((input, i) => {
    const done = stepFlow(with_, state, { ...input, atMs: MONDAY_10 + i * 1_000 });
    state = done.state;
    last = done.effects;
    effects.push(...last);
  });
  return { state, effects, last };
}

export const finished: Bare = { type: 'prompt-finished' };
export const silence: Bare = { type: 'timer-fired' };
export const key = (digit: string): Bare => ({ type: 'digit', digit });
export const words = (text: string, final = true): Bare => ({ type: 'heard', text, syllables: [], final });
export const answer = (answered: Extract<FlowInput, { type: 'answer' }>['answer'], visit = 1): Bare => ({
  type: 'answer',
  visit,
  answer: answered,
});
const told = answer({ type: 'incident', incident: { incidentId: 'i1', prompts: ['water'] } });

/** How a stage is reached. */
export const situations: Readonly<Record<string, readonly [string, readonly Bare[]]>> = {
  'say, speaking': ['say', []],
  'say (skippable), speaking': ['skip', []],
  'ask, asking': ['ask', []],
  'ask, waiting': ['ask', [finished]],
  'ask, last try': ['ask', [finished, silence, finished]],
  'digits, asking': ['digits', []],
  'digits, waiting': ['digits', [finished]],
  'digits, one typed': ['digits', [finished, key('7')]],
  'digits, two typed': ['digits', [finished, key('7'), key('7')]],
  'speech, asking': ['speech', []],
  'speech, listening': ['speech', [finished]],
  'speech without keys, listening': ['voice', [finished]],
  'language, waiting': ['language', [finished]],
  'incident, looking up': ['incident', []],
  'incident, waiting': ['incident', [told, finished]],
  'progress, looking up': ['progress', []],
  'voicemail, speaking': ['voicemail', []],
  'voicemail, recording': ['voicemail', [finished]],
  'call-back, waiting': ['call-back', [finished]],
  'call-back, looking up': ['call-back', [finished, key('1')]],
  'rating, waiting': ['rating', [finished]],
  'rating, why': ['rating', [finished, key('1'), finished]],
  'transfer, speaking': ['transfer', []],
  'hang-up, speaking': ['bye', []],
  'queue (left)': ['queue', []],
};

/** What can happen there. */
export const happenings: Readonly<Record<string, Bare>> = {
  finished,
  '0': key('0'),
  '1': key('1'),
  '9': key('9'),
  '#': key('#'),
  '*': key('*'),
  silence,
  '“社保”': words('我要办社保'),
  '“其他”': words('别的事情'),
  'nobody listens': { type: 'speech-off' },
  'nothing found': answer({ type: 'incident', incident: null }),
  'not recorded': { type: 'record-failed' },
  'hangs up': { type: 'caller-gone' },
};

function wordOf(effect: FlowEffect): string {
  switch (effect.type) {
    case 'play':
      return `says ${effect.prompts.join('+')}`;
    case 'tell':
      return tellOf(effect.event);
    case 'exit':
      return `leaves:${effect.exit.type}`;
    case 'look-up':
      return `asks the house:${effect.question.type}`;
    case 'listen':
    case 'record':
      return `${effect.type} ${effect.on ? 'on' : 'off'}`;
    case 'start-timer':
    case 'stop-timer':
      return '';
    case 'stop-play':
      return 'stops speaking';
  }
}

function tellOf(event: Extract<FlowEffect, { type: 'tell' }>['event']): string {
  switch (event.type) {
    case 'ivr.entered':
      return `→ ${event.node}`;
    case 'ivr.unanswered':
      return event.why;
    case 'ivr.left':
      return '';
    case 'ivr.rated':
      return `rated ${event.score} ${event.reason}`.trim();
    case 'ivr.voicemail-left':
      return 'message';
    case 'ivr.language-chosen':
    case 'ivr.incident-told':
    case 'ivr.progress-told':
    case 'ivr.call-back-offered':
      return event.type.slice(4);
  }
}

/** What one happening does in one situation, in a few words; `-` for nothing. */
export function outcome(situation: string, happening: string): string {
  const [node, before] = situations[situation] ?? ['', []];
  const input = happenings[happening];
  if (input === undefined) return '?';
  const { last, state } = at(node, [...before, input]);
  const parts = last.map(wordOf).filter((word) => word !== '');
  const hasTyped = state.digits !== at(node, before).state.digits && state.node === 'digits';
  const digits = hasTyped ? [`typed ${state.digits || 'nothing'}`] : [];
  return [...parts, ...digits].join(', ') || '-';
}
