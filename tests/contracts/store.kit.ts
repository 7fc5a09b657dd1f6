/** What the contract of the store is told with: drafts, events, sentences, numbers. */
import type { TranscriptUpdate } from '../../asr/ports.ts';
import { emptyField } from '../../server/drafts/merge.ts';
import { draftFields, type Draft, type DraftField } from '../../server/drafts/types.ts';
import type { CallEvent, CallEventBody } from '../../server/timeline/events.ts';

export function draftOf(callId: string, rev = 1, values: Partial<Record<DraftField, string>> = {}): Draft {
  const fields = draftFields.map((f) => [f, { ...emptyField, value: values[f] ?? '', display: values[f] ?? '' }]);
  return { callId, rev, fields: Object.fromEntries(fields) as Draft['fields'], confidential: false, note: '' };
}

export function eventsOf(callId: string, startMs: number, bodies: readonly CallEventBody[]): CallEvent[] {
  return bodies.map((body, i) => ({ ...body, callId, seq: i + 1, atMs: startMs + i * 1000 }));
}

export function segment(segmentId: string, startMs: number, text: string, rev = 1): TranscriptUpdate {
  const shape = { segmentId, side: 'caller', rev, text, final: true, startMs, endMs: startMs + 900 } as const;
  return { ...shape, tokens: [{ text, startMs, endMs: startMs + 900 }], syllables: [], engine: 'test', gapBeforeMs: 0 };
}

export const arrived = (from: string): CallEventBody => ({
  type: 'call.arrived',
  from,
  to: '12345',
  trunk: 'test',
  legId: 'leg-1',
});

export const uniqueNumber = (): string => `138${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
