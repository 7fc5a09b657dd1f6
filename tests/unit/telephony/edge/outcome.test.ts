import { describe, expect, test } from '@jest/globals';
import { judgeCall, type Answer } from '../../../../telephony/edge/core/outcome.ts';

const attempts = ['a', 'b', 'last'].map((name, i) => ({ name, address: '127.0.0.1', port: 5_000 + i }));
const from = (i: number, status: number): Answer => ({ address: '127.0.0.1', port: 5_000 + i, status });

describe('what a call says about those it was sent to', () => {
  test.each<[string, readonly Answer[], string]>([
    ['the first took it', [from(0, 200)], 'a taken'],
    ['a refusal of its own is no fault', [from(0, 486)], 'a taken'],
    ['503, then taken', [from(0, 503), from(1, 200)], 'a refused, b taken'],
    ['silence, then taken', [from(1, 200)], 'a unanswered, b taken'],
    ['all silent: the last resort answered', [from(2, 503)], 'a unanswered, b unanswered, last refused'],
    ['the caller hung up before anybody answered', [], ''],
    ['an answer from elsewhere says nothing', [{ address: '10.9.9.9', port: 5_000, status: 200 }], ''],
  ])('%s', (_what, answers, expected) => {
    const judged = judgeCall(attempts, answers).map(({ type, attempt }) => `${attempt.name} ${type}`);
    expect(judged.join(', ')).toBe(expected);
  });
});
