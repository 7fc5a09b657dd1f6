import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { flowSchema, type Flow } from '../../../ivr/core/flow.ts';
import { initialFlowState, stepFlow, type FlowInput, type FlowEffect } from '../../../ivr/core/interpreter.ts';

const load = (name: string): Flow => flowSchema.parse(parse(readFileSync(`ivr/flows/${name}.yaml`, 'utf8')));
const menu = load('short-menu');
const run = (flow: Flow, inputs: readonly FlowInput[]): readonly FlowEffect[] => {
  let state = initialFlowState;
  let effects: readonly FlowEffect[] = [];
  for (const input of inputs) ({ state, effects } = stepFlow(flow, state, input));
  return effects;
};
const start: FlowInput = { type: 'start' };
const spoken: FlowInput = { type: 'prompt-finished' };
const silence: FlowInput = { type: 'timer-fired' };
const key = (digit: string): FlowInput => ({ type: 'digit', digit });
const line = [{ type: 'enter-queue', queue: 'main', priority: 5 }];
const urgent = [{ type: 'enter-queue', queue: 'main', priority: 8 }];
const ask = [{ type: 'play', prompts: ['menu'] }];

describe('flow interpreter', () => {
  it.each<[string, FlowInput[], unknown]>([
    ['greeting first', [start], [{ type: 'play', prompts: ['greeting'] }]],
    ['0 during the greeting', [start, key('0')], line],
    ['a digit during the greeting that means nothing', [start, key('5')], []],
    ['menu after the greeting', [start, spoken], ask],
    ['menu waits for a digit', [start, spoken, spoken], [{ type: 'start-timer', delayMs: 4000 }]],
    ['choice 1', [start, spoken, key('1')], line],
    ['choice 2 while the menu still speaks', [start, spoken, key('2')], urgent],
    ['0 in the menu', [start, spoken, spoken, key('0')], line],
    ['a wrong digit repeats the question', [start, spoken, key('9')], ask],
    ['silence repeats the question', [start, spoken, spoken, silence], ask],
    ['two wrong digits lead on', [start, spoken, key('9'), key('8')], line],
    ['silence twice leads on', [start, spoken, spoken, silence, spoken, silence], line],
    ['nothing after the end', [start, key('0'), key('0')], []],
    ['a timer in a say node means nothing', [start, silence], []],
  ])('%s', (_name, inputs, expected) => {
    expect(run(menu, inputs)).toEqual(expected);
  });

  it('goes straight to the line by default', () => {
    expect(run(load('greeting-line'), [start, spoken])).toEqual(line);
  });

  it('lists every fault of a flow file', () => {
    const broken = {
      name: 'x',
      title: 't',
      start: 'nowhere',
      person: 'say',
      nodes: { say: { type: 'say', prompts: ['p'], next: 'gone' } },
    };
    const messages = flowSchema.safeParse(broken).error?.issues.map((i) => i.message) ?? [];
    expect(messages).toEqual([
      "start leads to 'nowhere', which is not a node",
      "say leads to 'gone', which is not a node",
      'person must name a queue node: 0 always means a person',
    ]);
  });
});
