/**
 * The flow's behaviour as a table: every node in every stage × everything that can happen. What is not written does
 * nothing. `docs/ivr.md` shows the same in words.
 */
import { describe, expect, it } from '@jest/globals';
import { happenings, outcome, situations } from './situations.ts';

const person = '→ person, leaves:queue';

const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'say, speaking': {
    0: person,
    finished: '→ next, says next',
  },
  'say (skippable), speaking': {
    0: person,
    1: '→ next, says next',
    9: '→ next, says next',
    finished: '→ next, says next',
    '#': '→ next, says next',
    '*': '→ next, says next',
  },
  'ask, asking': {
    0: person,
    1: '→ next, says next',
    9: 'bad-input, says again+q',
    '#': 'bad-input, says again+q',
    '*': 'bad-input, says again+q',
  },
  'ask, waiting': {
    0: person,
    1: '→ next, says next',
    9: 'bad-input, says again+q',
    '#': 'bad-input, says again+q',
    '*': 'bad-input, says again+q',
    silence: 'silence, says again+q',
  },
  'ask, last try': {
    0: person,
    1: '→ next, says next',
    9: 'bad-input, → other, says other',
    '#': 'bad-input, → other, says other',
    '*': 'bad-input, → other, says other',
    silence: 'silence, → other, says other',
  },
  'digits, asking': {
    0: person,
    1: 'stops speaking, typed 1',
    9: 'stops speaking, typed 9',
    '#': 'silence, says again+q',
    '*': 'stops speaking',
  },
  'digits, waiting': {
    0: person,
    1: 'typed 1',
    9: 'typed 9',
    '#': 'silence, says again+q',
    silence: 'silence, says again+q',
  },
  'digits, one typed': {
    0: 'typed 70',
    1: 'typed 71',
    9: 'typed 79',
    '#': 'bad-input, says again+q, typed nothing',
    '*': 'typed nothing',
    silence: 'bad-input, says again+q, typed nothing',
  },
  'digits, two typed': {
    0: '→ next, says next',
    1: '→ next, says next',
    9: '→ next, says next',
    '#': '→ next, says next',
    '*': 'typed nothing',
    silence: '→ next, says next',
  },
  'speech, asking': {
    0: person,
    1: '→ next, says next',
    9: 'bad-input, says again+q',
    finished: 'listen on',
    '#': 'bad-input, says again+q',
    '*': 'bad-input, says again+q',
  },
  'speech, listening': {
    0: 'listen off, → person, leaves:queue',
    1: 'listen off, → next, says next',
    9: 'bad-input, listen off, says again+q',
    '#': 'bad-input, listen off, says again+q',
    '*': 'bad-input, listen off, says again+q',
    silence: 'silence, listen off, says again+q',
    '“社保”': 'listen off, → next, says next',
    '“其他”': 'bad-input, listen off, says again+q',
    'hangs up': 'listen off',
  },
  'speech without keys, listening': {
    0: 'listen off, → person, leaves:queue',
    1: 'bad-input, listen off, says again+q',
    9: 'bad-input, listen off, says again+q',
    '#': 'bad-input, listen off, says again+q',
    '*': 'bad-input, listen off, says again+q',
    silence: 'silence, listen off, says again+q',
    '“社保”': 'listen off, → next, says next',
    '“其他”': 'bad-input, listen off, says again+q',
    'nobody listens': 'listen off, → other, says other',
    'hangs up': 'listen off',
  },
  'language, waiting': {
    0: person,
    1: 'language-chosen, → next, says next',
    9: 'bad-input, says again+q',
    '#': 'bad-input, says again+q',
    '*': 'bad-input, says again+q',
    silence: 'silence, says again+q',
  },
  'incident, looking up': {
    0: person,
    'nothing found': '→ none, says none',
  },
  'incident, waiting': {
    0: person,
    1: 'incident-told, → next, says next',
    9: 'bad-input, says again+water+q',
    '#': 'bad-input, says again+water+q',
    '*': 'bad-input, says again+water+q',
    silence: 'silence, says again+water+q',
  },
  'progress, looking up': {
    0: person,
  },
  'voicemail, speaking': {
    0: person,
    finished: 'record on',
  },
  'voicemail, recording': {
    0: 'record off, → person, leaves:queue',
    '#': 'record off, → other, says other',
    silence: 'record off, → other, says other',
    'not recorded': 'record off, → other, says other',
    'hangs up': 'record off',
  },
  'call-back, waiting': {
    0: person,
    1: 'asks the house:call-back',
    9: 'bad-input, says again+q',
    '#': 'bad-input, says again+q',
    '*': 'bad-input, says again+q',
    silence: 'silence, says again+q',
  },
  'call-back, looking up': {
    0: person,
  },
  'rating, waiting': {
    0: person,
    1: 'says why',
    9: 'bad-input, says again+q',
    '#': 'bad-input, says again+q',
    '*': 'bad-input, says again+q',
    silence: 'silence, says again+q',
  },
  'rating, why': {
    0: 'rated 1, → person, leaves:queue',
    1: 'rated 1 slow, says thanks',
    9: 'bad-input, says again+why',
    '#': 'bad-input, says again+why',
    '*': 'bad-input, says again+why',
    silence: 'silence, says again+why',
    'hangs up': 'rated 1',
  },
  'transfer, speaking': {
    0: person,
    finished: 'leaves:transfer',
  },
  'hang-up, speaking': {
    0: person,
    finished: 'leaves:hang-up',
  },
  'queue (left)': {},
};

describe('every node, whatever happens', () => {
  it.each(Object.keys(situations))('%s', (situation) => {
    const found = Object.keys(happenings).map((h) => [h, outcome(situation, h)] as const);
    const expected = Object.keys(happenings).map((h) => [h, table[situation]?.[h] ?? '-'] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  it('leaves out no kind of node', () => {
    const kinds = new Set(Object.keys(situations).map((s) => s.split(/[ ,(]/)[0]));
    expect([...kinds].sort()).toEqual(
      [
        ...['ask', 'call-back', 'digits', 'hang-up', 'incident', 'language', 'progress', 'queue', 'rating', 'say'],
        ...['speech', 'transfer', 'voicemail'],
      ].sort(),
    );
  });
});
