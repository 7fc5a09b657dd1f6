/** Typed words that the server refused for good: shown until the agent has done something with them. Pure. */
import { editKey, isWords, parseList } from './unsent-edits.ts';
import type { EditTarget } from './unsent-edits.ts';

export interface UnsavedWords {
  readonly callId: string;
  readonly target: EditTarget;
  readonly value: string;
}

/** More than anybody types between two looks at the screen; it bounds what the browser stores. */
export const mostUnsaved = 50;

export function unsavedKey({ callId, target }: Pick<UnsavedWords, 'callId' | 'target'>): string {
  return editKey(callId, target);
}

/** Keeps refused words, the newest per call and field; an emptied field has no words to keep. */
export function withUnsaved(list: readonly UnsavedWords[], refused: UnsavedWords): readonly UnsavedWords[] {
  const { callId, target, value } = refused;
  if (value.trim() === '') return list;
  return [...withoutUnsaved(list, unsavedKey(refused)), { callId, target, value }].slice(-mostUnsaved);
}

export function withoutUnsaved(list: readonly UnsavedWords[], key: string): readonly UnsavedWords[] {
  return list.filter((words) => unsavedKey(words) !== key);
}

/** Reads what an earlier page of this tab left; anything odd is dropped. */
export function parseUnsaved(text: string | null): readonly UnsavedWords[] {
  return parseList(text)
    .filter(isWords)
    .map(({ callId, target, value }) => ({ callId, target, value }))
    .slice(-mostUnsaved);
}
