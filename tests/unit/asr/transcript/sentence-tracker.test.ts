import { describe, expect, it } from '@jest/globals';
import { SentenceTracker } from '../../../../asr/transcript/sentence-tracker.ts';
import { WordingModel } from '../../../../asr/transcript/wording-model.ts';

const model = new WordingModel({
  lex: { wo3: { 我: 5 }, yao4: { 要: 4, 药: 1 }, tou2: { 投: 3 }, su4: { 诉: 3 } },
  n1: { 我: 5, 要: 4, 药: 1, 投: 3, 诉: 3 },
  n2: { '^我': 5, 我要: 4, 要投: 3, 投诉: 3 },
  n3: { '^^我': 5, '^我要': 4, 我要投: 3, 要投诉: 3 },
});
const heard = (...tokens: string[]): { text: string; tokens: string[]; heardMs: number[] } => ({
  text: tokens.join(''),
  tokens,
  heardMs: tokens.map((_token, i) => 1000 + i * 250),
});

describe('SentenceTracker', () => {
  it('tells only news, then the final, then begins the next sentence', () => {
    const tracker = new SentenceTracker(model);
    expect(tracker.hear(heard('wo3'), false)).toMatchObject({ sentence: 0, rev: 1, text: '我', final: false });
    expect(tracker.hear(heard('wo3'), false)).toBeUndefined();
    expect(tracker.open).toBe(true);
    expect(tracker.hear(heard('wo3', 'yao4'), true)).toEqual({
      sentence: 0,
      rev: 2,
      text: '我要。',
      final: true,
      startMs: 830,
      endMs: 1300,
      tokens: [
        { text: '我', startMs: 830, endMs: 1050 },
        { text: '要', startMs: 1080, endMs: 1300 },
      ],
      syllables: ['wo3', 'yao4'],
      gapBeforeMs: 0,
    });
    expect(tracker.open).toBe(false);
    expect(tracker.hear(heard('tou2', 'su4'), false)).toMatchObject({ sentence: 1, rev: 1, text: '投诉' });
  });

  it('puts lost audio before the next sentence only', () => {
    const tracker = new SentenceTracker(model);
    tracker.lost(300);
    tracker.lost(200);
    expect(tracker.hear(heard('wo3'), true)?.gapBeforeMs).toBe(500);
    expect(tracker.hear(heard('wo3'), true)?.gapBeforeMs).toBe(0);
  });

  it('masks the sound of a masked number', () => {
    const digits = new WordingModel({
      lex: { ka3: { 卡: 1 }, hao4: { 号: 1 }, yi1: { 一: 1 } },
      n1: { 卡: 1, 号: 1, 一: 1 },
      n2: { '^卡': 1, 卡号: 1, 号一: 1, 一一: 1 },
      n3: { '^^卡': 1, '^卡号': 1, 卡号一: 1, 号一一: 1, 一一一: 1 },
    });
    const update = new SentenceTracker(digits).hear(heard('ka3', 'hao4', 'yi1', 'yi1', 'yi1', 'yi1', 'yi1'), true);
    expect(update).toMatchObject({ text: '卡号111**。', syllables: ['ka3', 'hao4', 'yi1', 'yi1', 'yi1', '*', '*'] });
  });

  it('says nothing about nothing', () => {
    const tracker = new SentenceTracker(model);
    expect(tracker.hear(heard(), true)).toBeUndefined();
    expect(tracker.open).toBe(false);
  });

  it('takes characters and word pieces as they are', () => {
    const tracker = new SentenceTracker(null);
    const update = tracker.hear(
      { text: '我要 APP', tokens: ['我', '要', '▁A', 'PP'], heardMs: [1000, 1200, 1400, 1600] },
      true,
    );
    expect(update).toMatchObject({ text: '我要 APP。', syllables: [] });
    expect(update?.tokens.map((token) => token.text)).toEqual(['我', '要', ' A', 'PP']);
  });

  it('shares the time evenly when the tokens are bytes', () => {
    const tracker = new SentenceTracker(null);
    const update = tracker.hear(
      { text: '你好', tokens: ['<0xE4>', '<0xBD>', '<0xA0>'], heardMs: [1000, 1100, 1500] },
      false,
    );
    expect(update?.tokens.map((token) => [token.text, token.endMs])).toEqual([
      ['你', 1050],
      ['好', 1550],
    ]);
  });
});
