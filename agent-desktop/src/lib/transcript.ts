/** What the page makes of transcript updates: order, marks, dialect words. Pure. */
import type { City, Draft, DraftField, Evidence, TranscriptUpdate } from './types.ts';
import { fieldOrder } from './types.ts';

/**
 * Puts an update in its place: by `segmentId`, the higher `rev` wins, a final is never replaced by a partial.
 * The list stays in order of speech.
 */
export function mergeSegment(
  segments: readonly TranscriptUpdate[],
  update: TranscriptUpdate,
): readonly TranscriptUpdate[] {
  const at = segments.findIndex((s) => s.segmentId === update.segmentId);
  const known = segments[at];
  if (known !== undefined) {
    if (update.rev <= known.rev || (known.final && !update.final)) return segments;
    const next = [...segments];
    next[at] = update;
    return inOrder(next);
  }
  return inOrder([...segments, update]);
}

/** Merges a whole list (as `hello` brings it). */
export function mergeSegments(updates: readonly TranscriptUpdate[]): readonly TranscriptUpdate[] {
  return updates.reduce<readonly TranscriptUpdate[]>(mergeSegment, []);
}

function inOrder(segments: readonly TranscriptUpdate[]): readonly TranscriptUpdate[] {
  return segments.toSorted((a, b) => a.startMs - b.startMs || a.segmentId.localeCompare(b.segmentId));
}

export interface TextRun {
  readonly text: string;
  /** Fields whose evidence these words are. */
  readonly fields: readonly DraftField[];
  /** Meaning of the dialect word that these characters are part of; '' for none. */
  readonly meaning: string;
  readonly dialect: string;
}

interface Span {
  readonly from: number;
  readonly to: number;
}
export interface FieldSpan extends Span {
  readonly field: DraftField;
}
interface WordSpan extends Span {
  readonly meant: string;
  readonly dialect: string;
}

/** Evidence of all fields of a draft, by segment. */
export function evidenceBySegment(draft: Draft | null): ReadonlyMap<string, readonly FieldSpan[]> {
  const map = new Map<string, FieldSpan[]>();
  if (draft === null) return map;
  for (const field of fieldOrder) {
    for (const evidence of draft.fields[field].evidence) {
      const spans = map.get(evidence.segmentId) ?? [];
      spans.push({ field, from: evidence.from, to: evidence.to });
      map.set(evidence.segmentId, spans);
    }
  }
  return map;
}

/**
 * Dialect words in a text; the longest wins where two overlap. Words that Mandarin has as well are
 * left alone unless their dialect is the one that is spoken.
 */
function dialectSpans(text: string, words: City['dialectWords'], spoken: string): readonly WordSpan[] {
  const found: WordSpan[] = [];
  for (const word of [...words].sort((a, b) => b.said.length - a.said.length)) {
    if (word.said === '' || word.said === word.meant) continue;
    if (word.onlyInDialect === true && word.dialect !== spoken) continue;
    for (let at = text.indexOf(word.said); at >= 0; at = text.indexOf(word.said, at + word.said.length)) {
      const to = at + word.said.length;
      if (!found.some((f) => f.from < to && at < f.to)) {
        found.push({ from: at, to, meant: word.meant, dialect: word.dialect });
      }
    }
  }
  return found;
}

/** Cuts a text where marks begin and end; joined, the runs are the text again. */
export function textRuns(
  text: string,
  evidence: readonly FieldSpan[],
  dialectWords: City['dialectWords'],
  /** Name of the dialect that is spoken; '' = none that is known. */
  spoken = '',
): readonly TextRun[] {
  const words = dialectSpans(text, dialectWords, spoken);
  const cuts = new Set([0, text.length]);
  for (const span of [...evidence, ...words]) {
    cuts.add(Math.min(text.length, Math.max(0, span.from)));
    cuts.add(Math.min(text.length, Math.max(0, span.to)));
  }
  const points = [...cuts].sort((a, b) => a - b);
  return points.slice(0, -1).map((from, i) => {
    const to = points[i + 1] ?? text.length;
    const covers = (s: Span): boolean => s.from <= from && to <= s.to;
    const word = words.find(covers);
    return {
      text: text.slice(from, to),
      fields: [...new Set(evidence.filter(covers).map((s) => s.field))],
      meaning: word?.meant ?? '',
      dialect: word?.dialect ?? '',
    };
  });
}

/** The stretch of the recording to play for a field: all its words of the first segment it rests on, with a little air. */
export function playRange(evidence: readonly Evidence[]): { readonly startMs: number; readonly endMs: number } | null {
  const first = evidence[0];
  if (first === undefined) return null;
  const same = evidence.filter((e) => e.segmentId === first.segmentId);
  return {
    startMs: Math.max(0, Math.min(...same.map((e) => e.startMs)) - 300),
    endMs: Math.max(...same.map((e) => e.endMs)) + 400,
  };
}
