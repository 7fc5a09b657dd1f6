import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDialectGuesser, type HeardSentence } from '../../../../asr/dialect/guess.ts';
import { syllablesOf } from '../../../../asr/dialect/syllable.ts';
import { dialectWordsIn, meantFor, wordsAt } from '../../../../asr/dialect/words.ts';
import { loadCity } from '../../../../config/load-city.ts';

const city = await loadCity('config/sample/jiangcheng');
const guesser = createDialectGuesser(city.dialects);
const heard = (text: string, startMs = 0, syllables: readonly string[] = []): HeardSentence => ({
  text,
  syllables,
  startMs,
});

describe('which dialect is spoken', () => {
  it.each([
    ['wu', ['今朝伲屋里向呒没水，啥辰光来']],
    ['wu', ['倷好，弄堂口垃圾呒人管', '臭煞人，夜头困勿着']],
    ['gan', ['我俚屋里冇水，么里时候来啊']],
    ['gan', ['渠们昨日夜里吵死人，我俚困不着']],
    ['yue', ['我哋屋企冇水，几时先有啊']],
    ['yue', ['隔篱装修好嘈，成晚瞓唔着，唔该你哋快啲嚟睇']],
  ])('%s: %s', (id, texts) => {
    const best = guesser.guess(texts.map((text, i) => heard(text, i * 3_000)))[0];
    expect(best?.dialectId).toBe(id);
    expect(best?.confidence).toBeGreaterThan(0.6);
    expect(best?.words.length).toBeGreaterThan(0);
  });

  it.each([
    ['你好，我要投诉我们小区楼下的烧烤店，每天晚上油烟特别大'],
    ['我家停水了，从昨天下午开始就没有水，什么时候能来'],
    ['请问公积金怎么提取，需要什么材料'],
    ['老人家摔倒了，外头路灯不亮'],
  ])('plain Mandarin is no dialect: %s', (text) => {
    expect(guesser.guess([heard(text)])[0]?.confidence ?? 0).toBeLessThan(0.4);
  });

  it('listens to sounds where there are no words: f for h and l for n are Gan rather than Wu', () => {
    const text = '河南路的湖水很难闻，花坛也没有人护理，灰太大了';
    const said = syllablesOf(text).map(({ sound, tone }) => {
      const changed = sound
        .replace(/^n(?!g)/, 'l')
        .replace(/^hui$/, 'fei')
        .replace(/^hua$/, 'fa')
        .replace(/^hu$/, 'fu');
      return `${changed}${tone}`;
    });
    const best = guesser.guess([heard(text, 0, said)])[0];
    expect(best?.dialectId).toBe('gan');
    expect(best?.words).toEqual([]);
  });

  it('believes an engine that names the language', () => {
    expect(guesser.guess([{ ...heard('你好'), language: 'yue' }])[0]?.dialectId).toBe('yue');
  });

  it('looks at the first ten seconds only', () => {
    const first = heard('你好我要反映一个问题', 5_000);
    expect(guesser.guess([first, heard('我哋屋企冇水', 20_000)])).toEqual([]);
    expect(guesser.guess([first, heard('我哋屋企冇水', 9_000)])[0]?.dialectId).toBe('yue');
  });

  it('takes anything', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.array(fc.string({ maxLength: 6 })))), (lines) => {
        const guesses = guesser.guess(lines.map(([text, syllables], i) => heard(text, i, syllables)));
        expect(guesses.reduce((sum, g) => sum + g.confidence, 0)).toBeLessThanOrEqual(1.001);
      }),
      { numRuns: 100 },
    );
  });
});

describe('dialect words', () => {
  it('are at least 120 for each dialect, each with meaning and source, and none means itself', () => {
    expect(city.dialects.map((d) => d.id)).toEqual(['wu', 'gan', 'yue']);
    for (const { words } of city.dialects) {
      expect(words.filter((w) => w.onlyInDialect !== true).length).toBeGreaterThanOrEqual(120);
      for (const { said, meant, source } of words) {
        expect(said).not.toBe(meant);
        expect(source).not.toBe('');
      }
    }
  });

  it('give their meaning and the way back', () => {
    const table = dialectWordsIn(city.dialectWords);
    const text = '我哋屋企冇水';
    expect(wordsAt(text, table).map((w) => [w.word.said, w.from, w.to])).toEqual([
      ['我哋', 0, 2],
      ['屋企', 2, 4],
      ['冇水', 4, 6],
    ]);
    expect(meantFor(text, table)).toEqual({ text: '我们家里没有水', origin: [0, 0, 2, 2, 4, 4, 4, 6] });
    expect(meantFor('停水了', table)).toBeNull();
  });
});
