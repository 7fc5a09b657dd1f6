/** Typed words that the server has not acknowledged yet. Pure; `draft-sync.ts` gives it a clock and the socket. */
import type { DraftField } from './types.ts';

export type EditTarget =
  | { readonly type: 'field'; readonly field: DraftField }
  | { readonly type: 'note' }
  | { readonly type: 'confidential' };

export interface UnsentEdit {
  readonly callId: string;
  readonly target: EditTarget;
  readonly value: string;
  /** A request with an older or this very value is under way. */
  readonly sending: boolean;
  /** Earliest time of the next request for this target. */
  readonly notBeforeMs: number;
}

export const sendGapMs = 300;
const retryGapMs = 1500;

/** One pending edit per call and target. */
export function editKey(callId: string, target: EditTarget): string {
  return target.type === 'field' ? `${callId}|${target.field}` : `${callId}|#${target.type}`;
}

const keyOf = (e: UnsentEdit): string => editKey(e.callId, e.target);

/** Notes a typed value; the newest replaces what waits. */
export function withEdit(
  edits: readonly UnsentEdit[],
  edit: Pick<UnsentEdit, 'callId' | 'target' | 'value'>,
  nowMs: number,
): readonly UnsentEdit[] {
  const key = editKey(edit.callId, edit.target);
  const known = edits.find((e) => keyOf(e) === key);
  if (known !== undefined) return edits.map((e) => (e === known ? { ...e, value: edit.value } : e));
  return [...edits, { ...edit, sending: false, notBeforeMs: nowMs + sendGapMs }];
}

/** Those to send now. */
export function dueEdits(edits: readonly UnsentEdit[], nowMs: number): readonly UnsentEdit[] {
  return edits.filter((e) => !e.sending && e.notBeforeMs <= nowMs);
}

export function markSending(edits: readonly UnsentEdit[], key: string): readonly UnsentEdit[] {
  return edits.map((e) => (keyOf(e) === key ? { ...e, sending: true } : e));
}

/** The server has this value; if more was typed meanwhile, the rest waits its turn. */
export function markSaved(
  edits: readonly UnsentEdit[],
  key: string,
  value: string,
  nowMs: number,
): readonly UnsentEdit[] {
  return edits.flatMap((e) => {
    if (keyOf(e) !== key) return [e];
    return e.value === value ? [] : [{ ...e, sending: false, notBeforeMs: nowMs + sendGapMs }];
  });
}

/** No answer: kept and tried again. */
export function markFailed(edits: readonly UnsentEdit[], key: string, nowMs: number): readonly UnsentEdit[] {
  return edits.map((e) => (keyOf(e) === key ? { ...e, sending: false, notBeforeMs: nowMs + retryGapMs } : e));
}

/** After a reconnect everything is due at once. */
export function markAllDue(edits: readonly UnsentEdit[]): readonly UnsentEdit[] {
  return edits.map((e) => ({ ...e, sending: false, notBeforeMs: 0 }));
}

export function withoutEdit(edits: readonly UnsentEdit[], key: string): readonly UnsentEdit[] {
  return edits.filter((e) => keyOf(e) !== key);
}

/** Reads what an earlier page of this tab left; anything odd is dropped. */
export function parseUnsent(text: string | null): readonly UnsentEdit[] {
  return parseList(text)
    .filter(isWords)
    .map(({ callId, target, value }) => ({ callId, target, value, sending: false, notBeforeMs: 0 }));
}

/** The array in a stored text; empty when it is not one. */
export function parseList(text: string | null): readonly unknown[] {
  if (text === null) return [];
  try {
    const raw: unknown = JSON.parse(text);
    return Array.isArray(raw) ? raw : [];
  } catch {
    return [];
  }
}

/** Whether a stored value has the typed words of a call in it. */
export function isWords(raw: unknown): raw is Pick<UnsentEdit, 'callId' | 'target' | 'value'> {
  if (typeof raw !== 'object' || raw === null) return false;
  const { callId, value, target } = raw as Partial<Record<keyof UnsentEdit, unknown>>;
  if (typeof callId !== 'string' || typeof value !== 'string') return false;
  if (typeof target !== 'object' || target === null || !('type' in target)) return false;
  return target.type === 'note' || target.type === 'confidential' || (target.type === 'field' && 'field' in target);
}
