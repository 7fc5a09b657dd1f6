import { describe, expect, it } from '@jest/globals';
import type { TranscriptUpdate } from '../../../../asr/ports.ts';
import { loadCity } from '../../../../config/load-city.ts';
import { SpeechNotes } from '../../../../server/calls/speech-notes.ts';
import { createDraftEngine } from '../../../../server/drafts/engine.ts';

const engine = createDraftEngine(await loadCity('config/sample/jiangcheng'));

function update(text: string, more: Partial<TranscriptUpdate> = {}): TranscriptUpdate {
  return {
    ...{ segmentId: 's1', side: 'caller', rev: 1, text, final: true, startMs: 0, endMs: 2_000 },
    ...{ tokens: [], syllables: [], engine: 'test', gapBeforeMs: 0 },
    ...more,
  };
}

describe('what is noticed in speech at once', () => {
  it('words of danger are told in mid-sentence, once, with what was heard', () => {
    let nowMs = 5_000;
    const notes = new SpeechNotes(engine, () => nowMs);
    expect(notes.hear(update('我们这里', { final: false }))).toEqual([]);
    expect(notes.hear(update('我们这里闻到煤气味', { final: false, rev: 2 }))).toEqual([
      { type: 'risk.heard', risk: 'gas', segmentId: 's1' },
    ]);
    expect(notes.risk).toMatchObject({ codes: ['gas'], atMs: 5_000 });
    expect(notes.risk?.words).toContain('煤气');
    nowMs = 9_000;
    expect(notes.hear(update('我们这里闻到煤气味很大', { rev: 3 }))).toEqual([]);
    expect(notes.risk?.atMs).toBe(5_000);
    expect(notes.hear(update('还有人要跳楼', { segmentId: 's2' }))).toEqual([
      { type: 'risk.heard', risk: 'gas,self-harm', segmentId: 's2' },
    ]);
    expect(notes.risk).toMatchObject({ codes: ['gas', 'self-harm'], words: '跳楼', atMs: 9_000 });
  });

  it('what the agent says, and what is denied, is no danger', () => {
    const notes = new SpeechNotes(engine, () => 0);
    expect(notes.hear(update('有没有人受伤', { side: 'agent' }))).toEqual([]);
    expect(notes.hear(update('没有着火，就是味道大'))).toEqual([]);
    expect(notes.risk).toBeNull();
  });

  it('a dialect is told when it is likely enough, and again only when it is another', () => {
    const notes = new SpeechNotes(engine, () => 0);
    expect(notes.hear(update('我哋屋企冇水', { final: false }))).toEqual([]);
    expect(notes.hear(update('我哋屋企冇水'))).toMatchObject([{ type: 'dialect.guessed', dialect: 'yue' }]);
    expect(notes.dialect).toMatchObject({ dialectId: 'yue', name: '粤语' });
    expect(notes.hear(update('隔篱好嘈', { segmentId: 's2', startMs: 3_000 }))).toEqual([]);
  });

  it('of each sentence the last state counts, and only of the first ones', () => {
    const asked: string[][] = [];
    const guessDialect = (all: readonly { readonly text: string }[]): [] => {
      asked.push(all.map(({ text }) => text));
      return [];
    };
    const notes = new SpeechNotes({ risksIn: () => [], guessDialect }, () => 0);
    notes.hear(update('甲', { startMs: 5_000 }));
    notes.hear(update('乙', { segmentId: 's2', startMs: 9_000 }));
    notes.hear(update('丙', { rev: 2, startMs: 5_000 }));
    notes.hear(update('丁', { segmentId: 's3', startMs: 15_000 }));
    expect(asked).toEqual([['甲'], ['甲', '乙'], ['丙', '乙']]);
  });
});
