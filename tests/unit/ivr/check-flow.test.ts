import { describe, expect, it } from '@jest/globals';
import { calendarSchema } from '../../../ivr/core/calendar.ts';
import { checkFlow, type FlowFault } from '../../../ivr/core/check-flow.ts';

const surroundings = {
  prompts: new Set(['hello', 'menu']),
  calendar: calendarSchema.parse({ timetables: { office: {} } }),
};
const faultsOf = (text: string): readonly FlowFault[] => {
  const checked = checkFlow(text, surroundings);
  return checked.ok ? [] : checked.faults;
};
const flow = (nodes: string, more = ''): string => `name: x
title: t
start: a
person: p
${more}nodes:
${nodes}
  p: { type: queue }
`;

describe('a flow file', () => {
  it('that is sound is taken', () => {
    expect(faultsOf(flow('  a: { type: say, prompts: [hello], next: p }'))).toEqual([]);
  });

  it('is told all its faults at once, each with its line', () => {
    const text = flow(
      [
        '  a: { type: say, prompts: [hello, nobody], next: b }',
        '  b: { type: ask, prompts: [menu], choices: { "1": gone }, otherwise: a }',
        '  lonely: { type: hang-up }',
        '  h: { type: hours, timetable: night, open: p, closed: p }',
        '  t: { type: progress, ticket: $typed, prompts: [hello], states: {}, next: p, missing: h }',
      ].join('\n'),
      'rating: b\n',
    );
    expect(faultsOf(text)).toEqual([
      { line: 5, message: "rating must name a rating node; 'b' is of type ask" },
      { line: 7, message: 'a caller who does nothing goes round for ever: a → b → a' },
      { line: 7, message: "node 'a' says 'nobody', of which there is no recording" },
      { line: 8, message: "node 'b' leads to 'gone', which is not a node" },
      { line: 9, message: "node 'lonely' cannot be reached from anywhere" },
      { line: 10, message: "node 'h' cannot be reached from anywhere" },
      { line: 10, message: "node 'h' asks for the timetable 'night', which the calendar does not have" },
      { line: 11, message: "node 't' cannot be reached from anywhere" },
      { line: 11, message: "node 't' uses $typed, which no node sets" },
    ]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a person who is none',
      'start: a\nperson: a\nnodes:\n  a: { type: hang-up }',
      /person must name a queue node.*'a' is of type hang-up/,
    ],
    [
      'a start that is not there',
      'start: z\nperson: p\nnodes:\n  p: { type: queue }',
      /start names 'z', which is not a node/,
    ],
    [
      '0 with another meaning',
      'start: a\nperson: p\nnodes:\n  a: { type: ask, prompts: [menu], choices: { "0": p }, otherwise: p }\n  p: { type: queue }',
      /0 always means a person/,
    ],
    [
      'a kind that does not exist',
      'start: a\nperson: p\nnodes:\n  a: { type: sing }\n  p: { type: queue }',
      /must have a type: say, ask/,
    ],
    [
      'a word that does not exist',
      'start: p\nperson: p\nnodes:\n  p: { type: queue, rank: 7 }',
      /does not know 'rank'/,
    ],
    [
      'something missing',
      'start: a\nperson: p\nnodes:\n  a: { type: say, prompts: [hello] }\n  p: { type: queue }',
      /node 'a': next is missing/,
    ],
    [
      'a wait that is too long',
      'start: a\nperson: p\nnodes:\n  a: { type: ask, prompts: [menu], timeoutMs: 60000, choices: { "1": p }, otherwise: p }\n  p: { type: queue }',
      /node 'a': timeoutMs.*30000/,
    ],
    [
      'a piece that is none',
      'start: a\nperson: p\nnodes:\n  a: { type: say, prompts: [{ sing: 1 }], next: p }\n  p: { type: queue }',
      /must be the name of a prompt, or one of \{number\}/,
    ],
  ])('with %s', (_name, body, expected) => {
    const faults = faultsOf(`name: x\ntitle: t\n${body}\n`);
    expect(faults.map((f) => f.message).join('\n')).toMatch(expected);
    expect(faults.every((f) => f.line >= 1)).toBe(true);
  });

  it('finds a round that only goes through look-ups and silence', () => {
    const text = flow(
      [
        '  a: { type: digits, prompts: [menu], min: 1, max: 2, as: n, next: t, otherwise: t }',
        '  t: { type: progress, ticket: $n, prompts: [hello], states: {}, next: p, missing: a }',
      ].join('\n'),
    );
    expect(faultsOf(text).map((f) => f.message)).toEqual(['a caller who does nothing goes round for ever: a → t → a']);
  });

  it('lets a caller go round by pressing keys', () => {
    const text = flow('  a: { type: ask, prompts: [menu], choices: { "9": a }, otherwise: p }');
    expect(faultsOf(text)).toEqual([]);
  });

  it.each([
    ['no YAML at all', 'name: [x'],
    ['a list', '- a\n- b'],
    ['nothing', ''],
    ['far too much', 'x'.repeat(600_000)],
    [
      'a bomb of references',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map((c, i) => `${c}: &${c} [${new Array(9).fill(`*${'abcdefghij'[i] ?? 'a'}`).join(',')}]`)
        .join('\n')}\n`,
    ],
  ])('that is %s is refused in words', (_name, text) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((f) => f.message.length > 5)).toBe(true);
  });
});
