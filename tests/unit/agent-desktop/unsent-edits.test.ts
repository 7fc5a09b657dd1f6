import { describe, expect, it } from '@jest/globals';
import {
  dueEdits,
  editKey,
  markAllDue,
  markFailed,
  markSaved,
  markSending,
  parseUnsent,
  withEdit,
} from '../../../agent-desktop/src/lib/unsent-edits.ts';
import type { EditTarget } from '../../../agent-desktop/src/lib/unsent-edits.ts';

const target: EditTarget = { type: 'field', field: 'summary' };
const key = editKey('c', target);
const typed = (value: string): { callId: string; target: EditTarget; value: string } => ({
  callId: 'c',
  target,
  value,
});

describe('unsent edits', () => {
  it('sends at most every 300 ms, always the newest words', () => {
    let edits = withEdit([], typed('a'), 1000);
    expect(dueEdits(edits, 1299)).toEqual([]);
    edits = withEdit(edits, typed('ab'), 1200);
    expect(dueEdits(edits, 1300).map((e) => e.value)).toEqual(['ab']);
  });

  it('keeps what was typed while a request was under way', () => {
    let edits = markSending(withEdit([], typed('a'), 0), key);
    edits = withEdit(edits, typed('ab'), 350);
    expect(dueEdits(edits, 9999)).toEqual([]);
    edits = markSaved(edits, key, 'a', 400);
    expect(dueEdits(edits, 699)).toEqual([]);
    expect(dueEdits(edits, 700).map((e) => e.value)).toEqual(['ab']);
    expect(markSaved(markSending(edits, key), key, 'ab', 800)).toEqual([]);
  });

  it('tries again after a failure, at once after a reconnect', () => {
    const failed = markFailed(markSending(withEdit([], typed('a'), 0), key), key, 1000);
    expect(dueEdits(failed, 2499)).toEqual([]);
    expect(dueEdits(failed, 2500)).toHaveLength(1);
    expect(dueEdits(markAllDue(failed), 1001)).toHaveLength(1);
  });

  it('keeps calls and targets apart', () => {
    let edits = withEdit([], typed('a'), 0);
    edits = withEdit(edits, { callId: 'c', target: { type: 'note' }, value: 'n' }, 0);
    edits = withEdit(edits, { ...typed('z'), callId: 'd' }, 0);
    expect(edits.map((e) => e.value)).toEqual(['a', 'n', 'z']);
  });

  it('comes back from storage as due, and drops what is odd', () => {
    const stored = JSON.stringify([...markSending(withEdit([], typed('a'), 5000), key), { callId: 1 }, null, 'x']);
    expect(parseUnsent(stored)).toEqual([{ ...typed('a'), sending: false, notBeforeMs: 0 }]);
    for (const bad of [null, '', '{', '{}', 'null', '[{"callId":"c","value":"v"}]'])
      expect(parseUnsent(bad)).toEqual([]);
  });
});
