import { describe, expect, it } from '@jest/globals';
import {
  mostUnsaved,
  parseUnsaved,
  unsavedKey,
  withoutUnsaved,
  withUnsaved,
} from '../../../agent-desktop/src/lib/unsaved-words.ts';
import type { UnsavedWords } from '../../../agent-desktop/src/lib/unsaved-words.ts';

const note = (callId: string, value: string): UnsavedWords => ({ callId, target: { type: 'note' }, value });
const summary = (value: string): UnsavedWords => ({
  callId: 'c1',
  target: { type: 'field', field: 'summary' },
  value,
});

describe('words that could not be saved', () => {
  it('stay until they are dismissed, the newest per call and field', () => {
    const list = [note('c1', '一'), summary('油烟'), note('c2', '二'), note('c1', '一二')].reduce(withUnsaved, []);
    expect(list).toEqual([summary('油烟'), note('c2', '二'), note('c1', '一二')]);
    expect(withoutUnsaved(list, unsavedKey(summary('')))).toEqual([note('c2', '二'), note('c1', '一二')]);
  });

  it('do not include a field that was emptied', () => {
    expect(withUnsaved([note('c1', '一')], note('c1', ' '))).toEqual([note('c1', '一')]);
  });

  it('are bounded', () => {
    const many = Array.from({ length: mostUnsaved + 5 }, (_, i) => note(String(i), '字'));
    const list = many.reduce(withUnsaved, []);
    expect(list).toEqual(many.slice(-mostUnsaved));
  });

  it('survive a reload, and oddities are dropped', () => {
    const list = [summary('油烟'), note('c2', '二')];
    expect(parseUnsaved(JSON.stringify(list))).toEqual(list);
    expect(parseUnsaved(JSON.stringify([...list, 7, null, { callId: 'c' }, { ...list[0], value: 3 }]))).toEqual(list);
    for (const text of [null, '', '{', '"words"', '{}']) expect(parseUnsaved(text)).toEqual([]);
  });
});
