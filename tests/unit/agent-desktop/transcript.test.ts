import { describe, expect, it } from '@jest/globals';
import { mergeSegment, mergeSegments, playRange, textRuns } from '../../../agent-desktop/src/lib/transcript.ts';
import type { TranscriptUpdate } from '../../../asr/ports.ts';
import type { City } from '../../../config/city.ts';

const update = (segmentId: string, rev: number, more: Partial<TranscriptUpdate> = {}): TranscriptUpdate => ({
  segmentId,
  side: 'caller',
  rev,
  text: `${segmentId}-${rev}`,
  final: false,
  startMs: 0,
  endMs: 1000,
  tokens: [],
  syllables: [],
  engine: 'test',
  gapBeforeMs: 0,
  ...more,
});

describe('transcript', () => {
  it('keeps the highest rev of a sentence', () => {
    const list = mergeSegments([update('a', 1), update('a', 3), update('a', 2)]);
    expect(list.map((s) => s.text)).toEqual(['a-3']);
  });

  it('never lets a partial replace a final, but a better final may', () => {
    const final = mergeSegment([], update('a', 2, { final: true }));
    expect(mergeSegment(final, update('a', 3))).toBe(final);
    expect(mergeSegment(final, update('a', 4, { final: true }))[0]?.rev).toBe(4);
  });

  it('orders by the time of speech', () => {
    const list = mergeSegments([update('b', 1, { startMs: 500 }), update('a', 1, { startMs: 100 })]);
    expect(list.map((s) => s.segmentId)).toEqual(['a', 'b']);
  });

  it('cuts the text into runs that join to the text', () => {
    const text = '对个对个，滨江街道每天晚上';
    const words = [{ said: '对个', meant: '对', dialect: '江淮', source: '' }];
    const runs = textRuns(text, [{ field: 'streetId', from: 5, to: 9 }], words);
    expect(runs.map((r) => r.text).join('')).toBe(text);
    expect(runs.find((r) => r.fields.includes('streetId'))?.text).toBe('滨江街道');
    expect(runs.filter((r) => r.meaning === '对').map((r) => r.text)).toEqual(['对个', '对个']);
  });

  it('leaves words alone that Mandarin has as well', () => {
    const word = { said: '哪个', meant: '谁', dialect: '赣语', source: '' };
    const meanings = (words: City['dialectWords']): string[] =>
      textRuns('你们哪个部门管', [], words).map((r) => r.meaning);
    expect(meanings([word])).toContain('谁');
    expect(meanings([{ ...word, onlyInDialect: true }])).toEqual(['']);
    const spoken = (dialect: string): string[] =>
      textRuns('你们哪个部门管', [], [{ ...word, onlyInDialect: true }], dialect).map((r) => r.meaning);
    expect(spoken(word.dialect)).toContain('谁');
    expect(spoken('另一种')).toEqual(['']);
  });

  it('survives evidence that lies outside the text', () => {
    const runs = textRuns('短', [{ field: 'kind', from: -3, to: 99 }], []);
    expect(runs.map((r) => r.text)).toEqual(['短']);
  });

  it('plays the words of the first sentence only, with air around them', () => {
    const e = { side: 'caller', from: 0, to: 1, words: '' } as const;
    expect(
      playRange([
        { ...e, segmentId: 'a', startMs: 1000, endMs: 1500 },
        { ...e, segmentId: 'a', startMs: 1800, endMs: 2000 },
        { ...e, segmentId: 'b', startMs: 9000, endMs: 9500 },
      ]),
    ).toEqual({ startMs: 700, endMs: 2400 });
    expect(playRange([])).toBeNull();
  });
});
