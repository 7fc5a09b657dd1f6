/** Dialogues as lines: `C:` caller, `A:` agent. */
import { loadCity } from '../../../config/load-city.ts';
import { createDraftEngine, type DraftState } from '../../../server/drafts/engine.ts';
import type { Segment } from '../../../server/drafts/heard.ts';
import type { Draft, DraftField } from '../../../server/drafts/types.ts';

export const city = await loadCity('config/sample/jiangcheng');
export const engine = createDraftEngine(city);
export const CALLER = '13900001111';

export function segmentOf(line: string, i: number): Segment {
  const side = line.startsWith('A:') ? 'agent' : 'caller';
  const startMs = i * 4_000;
  return { segmentId: `s${i}`, side, text: line.slice(2), syllables: [], tokens: [], startMs, endMs: startMs + 3_000 };
}

export function talk(lines: readonly string[]): DraftState {
  const start = engine.step(engine.start('call-1'), { type: 'call-known', callerNumber: CALLER, callerName: '' }).state;
  return lines.reduce(
    (state, line, i) => engine.step(state, { type: 'speech', segment: segmentOf(line, i) }).state,
    start,
  );
}

export type Expected = Readonly<Partial<Record<DraftField, string | RegExp>>>;

/** Fields that differ from what is expected, as words. */
export function wrong(draft: Draft, expected: Expected): string[] {
  return Object.entries(expected).flatMap(([field, wanted]) => {
    const { display } = draft.fields[field as DraftField];
    const right = wanted instanceof RegExp ? wanted.test(display) : display === wanted;
    return right ? [] : [`${field}: ${display || '(empty)'} instead of ${String(wanted)}`];
  });
}
