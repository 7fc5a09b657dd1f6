import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accentAlternatives, WordingModel, type WordingCounts } from '../../../../asr/transcript/wording-model.ts';
import { Wording, wordingOf } from '../../../../asr/transcript/wording.ts';

const counts = JSON.parse(
  readFileSync(new URL('../../../../asr/models/demo-zh-8k/lm.json', import.meta.url), 'utf8'),
) as WordingCounts;
const model = new WordingModel(counts);
const say = (syllables: string): string => wordingOf(model, syllables.split(' ')).join('');

describe('wordingOf', () => {
  it.each([
    ['wo3 yao4 tou2 su4', '我要投诉'],
    ['lu4 deng1 bu2 liang4', '路灯不亮'],
    ['qing3 wen4 nin2 de5 lian2 xi4 dian4 hua4', '请问您的联系电话'],
  ])('writes %s as %s', (syllables, text) => {
    expect(say(syllables)).toBe(text);
  });

  it('forgives wrong tones and an accent', () => {
    expect(say('wo3 yao4 tou1 su2')).toBe('我要投诉');
    expect(say('lu4 den1 bu2 lian4')).toBe('路灯不亮');
  });

  it('marks a syllable that stands for no character', () => {
    expect(say('wo3 xxq9')).toBe('我?');
    expect(say('__proto__ constructor1')).toBe('??');
  });
});

describe('Wording', () => {
  it('gives one character for each syllable, whatever is heard', () => {
    const syllable = fc.constantFrom(...Object.keys(counts.lex), 'zzz1', '');
    fc.assert(
      fc.property(fc.array(syllable, { maxLength: 25 }), (syllables) => {
        expect(wordingOf(model, syllables)).toHaveLength(syllables.length);
      }),
      { numRuns: 20 },
    );
  });

  it('does not change what has stood for eight syllables', () => {
    const syllables = Object.keys(counts.lex).slice(0, 60);
    const wording = new Wording(model);
    let settled = '';
    for (const syllable of syllables) {
      wording.push(syllable);
      const text = wording.chars().join('');
      expect(text.startsWith(settled)).toBe(true);
      settled = Array.from(text)
        .slice(0, Math.max(0, wording.length - 8))
        .join('');
    }
    expect(wording.length).toBe(60);
  });
});

describe('accentAlternatives', () => {
  it.each([
    ['zhang', ['zang', 'zhan']],
    ['lan', ['nan', 'ran', 'lang']],
    ['hua', ['fa']],
    ['a', []],
  ])('%s may be %j', (base, expected) => {
    expect(accentAlternatives(base)).toEqual(expected);
  });
});
