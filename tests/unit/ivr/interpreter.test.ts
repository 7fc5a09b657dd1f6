import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FlowContext, FlowEffect, FlowEvent, FlowInput, FlowState } from '../../../ivr/core/flow-types.ts';
import { flowShape } from '../../../ivr/core/flow.ts';
import { stepFlow } from '../../../ivr/core/interpreter.ts';
import { initialFlowState } from '../../../ivr/core/ways.ts';
import { answer, at, context, finished, key, MONDAY_10, silence, words } from './situations.ts';

const spoken = (effects: readonly FlowEffect[]): string[] =>
  effects.flatMap((e) => (e.type === 'play' ? [e.prompts.join('+')] : []));
const told = (effects: readonly FlowEffect[]): FlowEvent[] =>
  effects.flatMap((e) => (e.type === 'tell' ? [e.event] : []));
const entered = (effects: readonly FlowEffect[]): string[] =>
  told(effects).flatMap((e) => (e.type === 'ivr.entered' ? [e.node] : []));
const exits = (effects: readonly FlowEffect[]): unknown[] =>
  effects.flatMap((e) => (e.type === 'exit' ? [e.exit] : []));

describe('leaving for the line', () => {
  it('takes skills, priority, dialect along', () => {
    const queued = at('language', [finished, key('1')]);
    expect(queued.state).toMatchObject({ dialect: 'wu', language: '' });
    expect(told(queued.last)).toContainEqual({ type: 'ivr.language-chosen', language: '', dialect: 'wu' });
    expect(exits(at('language', [finished, key('1'), finished]).last)).toEqual([
      { type: 'queue', queue: 'main', skills: [], priority: 5, language: '', dialect: 'wu' },
    ]);
    expect(exits(at('queue', []).last)).toEqual([
      {
        ...{ type: 'queue', queue: 'main', priority: 5, language: '', dialect: '' },
        skills: [
          { skill: 'tax', minLevel: 1 },
          { skill: 'wu', minLevel: 3 },
        ],
      },
    ]);
  });

  it('leaves nothing under way', () => {
    expect(at('voicemail', [finished, key('0')]).last.map((e) => e.type)).toEqual([
      ...['record', 'stop-timer', 'tell', 'tell', 'exit'],
    ]);
  });
});

describe('numbers', () => {
  it('keeps what was typed, ends at the longest, and starts anew with *', () => {
    expect(at('digits', [key('1'), key('0'), key('2')]).state.variables).toEqual({ n: '102' });
    expect(at('digits', [key('1'), key('0'), key('#')]).state.variables).toEqual({ n: '10' });
    expect(at('digits', [key('9'), key('*'), key('1'), key('2'), silence]).state.variables).toEqual({ n: '12' });
  });

  it('lets 0 mean a person until a number has begun', () => {
    expect(entered(at('digits', [finished, key('0')]).last)).toEqual(['person']);
    expect(entered(at('digits', [finished, key('1'), key('*'), key('0')]).last)).toEqual(['person']);
  });
});

describe('what the house knows', () => {
  const ticket = (state: string): ReturnType<typeof answer> =>
    answer({ type: 'progress', ticket: { state, acceptedDate: '2026-11-02', dueDate: '' } });

  it('asks for the number that was typed, and tells date and state', () => {
    const typed = at('digits', [key('1'), key('2'), key('3')]).state;
    const looked = stepFlow(context, typed, { type: 'go', to: 'progress', atMs: 0 });
    expect(looked.effects).toContainEqual({
      type: 'look-up',
      visit: 3,
      question: { type: 'progress', ticket: '123' },
    });
    const date = ['number-10', 'number-1', 'date-month', 'number-2', 'date-day'].join('+');
    const { last } = at('progress', [ticket('accepted')]);
    expect(spoken(last)).toEqual([`ticket+${date}+state-accepted`]);
    expect(told(last)).toEqual([{ type: 'ivr.progress-told', found: true, state: 'accepted' }]);
  });

  it('does not tell a state it has no words for, nor of a ticket that is not there', () => {
    expect(entered(at('progress', [ticket('strange')]).last)).toEqual(['other']);
    expect(entered(at('progress', [ticket('toString')]).last)).toEqual(['other']);
    expect(entered(at('progress', [answer({ type: 'progress', ticket: null })]).last)).toEqual(['other']);
  });

  it('says the message about an incident, and again with all of it', () => {
    const up = answer({ type: 'incident', incident: { incidentId: 'i1', prompts: ['water', 'repair'] } });
    expect(spoken(at('incident', [up]).last)).toEqual(['water+repair+q']);
    expect(spoken(at('incident', [up, finished, silence]).last)).toEqual(['again+water+repair+q']);
    expect(told(at('incident', [up, finished, silence, finished, silence]).last)).toContainEqual({
      type: 'ivr.incident-told',
      incidentId: 'i1',
      stayed: false,
    });
  });

  it('promises a call-back only when it is kept, and offers none without a number', () => {
    const kept = [finished, key('1'), answer({ type: 'call-back', accepted: true })];
    expect(spoken(at('call-back', kept).last)).toEqual(['saved']);
    const refused = [finished, key('1'), answer({ type: 'call-back', accepted: false })];
    expect(entered(at('call-back', refused).last)).toEqual(['other']);
    expect(entered(at('call-back', [], context, false).effects)).toEqual(['call-back', 'other']);
  });

  it('takes no answer to an earlier question', () => {
    const { last } = at('progress', [answer({ type: 'progress', ticket: null }, 7)]);
    expect(last).toEqual([]);
    expect(at('progress', [answer({ type: 'incident', incident: null })]).last).toEqual([]);
  });
});

describe('hours', () => {
  const hoursAt = (atMs: number): readonly string[] =>
    entered(stepFlow(context, initialFlowState, { type: 'go', to: 'hours', atMs }).effects);

  it('goes by the clock of the city', () => {
    expect(hoursAt(MONDAY_10)).toEqual(['hours', 'next']);
    expect(hoursAt(MONDAY_10 + 3 * 3_600_000)).toEqual(['hours', 'other']);
  });
});

describe('messages', () => {
  it('count when the caller just hangs up, and not when they are too short', () => {
    expect(told(at('voicemail', [finished, words('一'), { type: 'caller-gone' }]).last)).toContainEqual({
      type: 'ivr.voicemail-left',
      lengthMs: 2_000,
    });
    expect(told(at('voicemail', [finished, { type: 'caller-gone' }]).last)).toEqual([
      { type: 'ivr.left', node: 'voicemail', to: 'caller-gone' },
    ]);
    const { last } = at('voicemail', [finished, words('一'), key('#')]);
    expect(spoken(last)).toEqual(['saved']);
  });
});

describe('ratings', () => {
  const rated = (...inputs: Parameters<typeof at>[1]): FlowEvent[] =>
    told(at('rating', inputs).effects).filter((e) => e.type === 'ivr.rated');

  it('asks why only when the score is low', () => {
    expect(rated(key('5'))).toEqual([{ type: 'ivr.rated', score: 5, reason: '' }]);
    expect(rated(key('2'), key('1'))).toEqual([{ type: 'ivr.rated', score: 2, reason: 'slow' }]);
    expect(rated(key('1'), finished, silence, finished, silence)).toEqual([
      { type: 'ivr.rated', score: 1, reason: '' },
    ]);
    expect(rated(key('6'), key('7'))).toEqual([]);
  });
});

describe('speech', () => {
  it('takes a word as soon as it is heard, and a sound like it', () => {
    expect(entered(at('speech', [finished, words('我要办社保', false)]).last)).toEqual(['next']);
    expect(entered(at('speech', [finished, words('我要办射宝', false)]).last)).toEqual(['next']);
    expect(at('speech', [finished, words('你好', false)]).last).toEqual([]);
  });
});

const silly: FlowContext = {
  ...context,
  flow: flowShape.parse({
    name: 'silly',
    title: 't',
    start: 'a',
    person: 'p',
    nodes: {
      a: { type: 'say', prompts: ['a'], next: 'b' },
      b: { type: 'say', prompts: ['b'], next: 'a' },
      p: { type: 'queue' },
    },
  }),
};

describe('a caller is never lost', () => {
  it('who goes round and round gets a person', () => {
    const { effects } = at('a', new Array<typeof finished>(200).fill(finished), silly);
    expect(exits(effects)).toHaveLength(1);
    expect(entered(effects).at(-1)).toBe('p');
  });

  it('whom the flow has found out to be old says so to the line', () => {
    const old = { ...silly.flow.nodes, p: { type: 'queue', caller: 'elderly' } };
    const flow = flowShape.parse({ ...silly.flow, nodes: old });
    const { effects } = at('p', [], { ...silly, flow });
    expect(exits(effects)).toEqual([expect.objectContaining({ type: 'queue', caller: 'elderly' })]);
    expect(exits(at('p', [], silly).effects)[0]).not.toHaveProperty('caller');
  });

  it('whom a link sends nowhere gets a person', () => {
    expect(exits(at('nowhere', []).last)).toEqual([expect.objectContaining({ type: 'queue', queue: 'main' })]);
    expect(exits(at('toString', []).last)).toHaveLength(1);
  });

  it('starts once, and does nothing after the end', () => {
    const start: FlowInput = { type: 'start', callerKnown: true, atMs: 0 };
    const first = stepFlow(context, initialFlowState, start);
    expect(spoken(first.effects)).toEqual(['q']);
    expect(stepFlow(context, first.state, start).effects).toEqual([]);
    expect(at('queue', [key('0'), finished, silence]).last).toEqual([]);
  });

  const inputs = fc.oneof(
    fc
      .constantFrom('0', '1', '2', '5', '9', '*', '#', 'A')
      .map((digit): FlowInput => ({ type: 'digit', digit, atMs: 0 })),
    fc.constantFrom<FlowInput>(
      { type: 'prompt-finished', atMs: 0 },
      { type: 'timer-fired', atMs: 9_000 },
      { type: 'heard', text: '社保', syllables: [], final: true, atMs: 0 },
      { type: 'speech-off', atMs: 0 },
      { type: 'record-failed', atMs: 0 },
      { type: 'caller-gone', atMs: 0 },
      { type: 'answer', visit: 1, answer: { type: 'incident', incident: null }, atMs: 0 },
      { type: 'answer', visit: 1, answer: { type: 'call-back', accepted: true }, atMs: 0 },
    ),
  );
  const nodes = fc.constantFrom(...Object.keys(context.flow.nodes));

  it('in any order of inputs: one end at most, what is begun is ended, something always goes on', () => {
    fc.assert(
      fc.property(nodes, fc.array(inputs, { maxLength: 60 }), (node, list) => {
        let state: FlowState = { ...initialFlowState, callerKnown: true };
        const effects: FlowEffect[] = [];
        for (const input of [{ type: 'go', to: node, atMs: 0 } as FlowInput, ...list]) {
          const done = stepFlow(context, state, input);
          state = done.state;
          effects.push(...done.effects);
        }
        const on = (type: 'listen' | 'record'): number =>
          effects.reduce((n, e) => (e.type === type ? n + (e.on ? 1 : -1) : n), 0);
        const isOver = state.stage === 'done';
        expect(exits(effects).length).toBeLessThanOrEqual(1);
        expect(on('listen')).toBe(state.stage === 'waiting' && ['speech', 'voice'].includes(state.node) ? 1 : 0);
        expect(on('record')).toBe(state.stage === 'recording' ? 1 : 0);
        const last = effects.findLast((e) => ['play', 'start-timer', 'look-up', 'exit'].includes(e.type));
        expect(isOver || last !== undefined).toBe(true);
        if (!isOver) expect(['saying', 'asking', 'waiting', 'looking-up', 'recording']).toContain(state.stage);
      }),
      { numRuns: 500 },
    );
  });
});
