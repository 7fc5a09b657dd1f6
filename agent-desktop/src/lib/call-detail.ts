/** Reads a call's whole story as the server tells it; shows nothing rather than fail on what it does not know. Pure. */
import { mergeSegments } from './transcript.ts';
import type { TranscriptUpdate } from './types.ts';
import type { CallStore } from '../../../server/store/ports.ts';

type CallEvent = Awaited<ReturnType<CallStore['timeline']>>[number];

export interface EventLine {
  readonly seq: number;
  readonly atMs: number;
  readonly type: CallEvent['type'];
  /** A word or two about it. */
  readonly note: string;
}

export interface CallDetail {
  readonly timeline: readonly EventLine[];
  readonly transcript: readonly TranscriptUpdate[];
}

/** `{ timeline, transcript }`, or the bare list of events. */
export function readCallDetail(raw: unknown): CallDetail {
  const body = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {};
  const list = Array.isArray(raw) ? raw : (body['timeline'] ?? body['events']);
  const events = (Array.isArray(list) ? list : []).filter(isEvent);
  const spoken = events.flatMap((e) => (e.type === 'speech.final' ? [e.segment] : []));
  const transcript = Array.isArray(body['transcript']) ? (body['transcript'] as readonly TranscriptUpdate[]) : spoken;
  return {
    timeline: events
      // Every letter typed is kept; the story is clearer without them.
      .filter((e) => e.type !== 'speech.final' && e.type !== 'draft.changed')
      .map((e) => ({ seq: e.seq, atMs: e.atMs, type: e.type, note: noteOf(e) })),
    transcript: mergeSegments(transcript),
  };
}

function isEvent(raw: unknown): raw is CallEvent {
  return typeof raw === 'object' && raw !== null && 'type' in raw && 'seq' in raw && 'atMs' in raw;
}

function noteOf(event: CallEvent): string {
  if ('reason' in event) return event.reason;
  if ('queue' in event) return event.queue;
  if ('number' in event) return event.number;
  if ('prompt' in event) return event.prompt;
  return 'cause' in event ? event.cause : '';
}
