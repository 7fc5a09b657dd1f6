/** What was right of one call: characters of the caller's words, fields of the draft. Pure. */
import { normaliseNumbers, type Piece } from '../../asr/transcript/spoken-numbers.ts';
import type { Draft, DraftField, FieldState } from '../../server/drafts/types.ts';
import type { EvalCall } from './call-file.ts';
import type { Heard } from './listen.ts';
import { inWords } from './pinyin.ts';

/** Fields of the draft, and three that are judged on more than one value. */
export type Judged = DraftField | 'classTop3' | 'place' | 'placeParts';

/** `wrong`: another value; `missed`: none though there is one; `false`: a value though there is none. */
export type Verdict = 'right' | 'wrong' | 'missed' | 'false' | 'empty';

export interface Judgement {
  readonly field: Judged;
  readonly verdict: Verdict;
  readonly wanted: string;
  readonly got: string;
}

export interface CallScore {
  readonly wrongChars: number;
  readonly chars: number;
  readonly judgements: readonly Judgement[];
}

const plain = (text: string): string => text.replaceAll(/[^\u3400-\u9fff0-9*]/g, '');

/** What a perfect recogniser would show of a line, without punctuation. */
export function written(text: string): string {
  const clauses = inWords(text).split(/[，。？！、；,.?!;\s]+/);
  const pieces = clauses.flatMap((clause) => Array.from(clause).map((c): Piece => ({ text: c, startMs: 0, endMs: 0 })));
  return plain(
    normaliseNumbers(pieces)
      .map((piece) => piece.text)
      .join(''),
  );
}

/** Fewest changes of one character that make `a` of `b`. */
export function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  a.forEach((x, i) => {
    const next = [i + 1];
    b.forEach((y, j) => {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (x === y ? 0 : 1)));
    });
    row = next;
  });
  return row.at(-1) ?? 0;
}

/** Scores one side of a call against its lines. */
export function scoreCall(call: EvalCall, { segments, draft }: Heard): CallScore {
  const said = call.lines.filter((line) => line.side === 'caller').map((line) => written(line.text));
  const heard = segments.filter((s) => s.side === 'caller').map((s) => plain(s.text));
  const reference = Array.from(said.join(''));
  return {
    wrongChars: editDistance(reference, Array.from(heard.join(''))),
    chars: reference.length,
    judgements: judge(call, draft),
  };
}

function judge({ fields }: EvalCall, draft: Draft): readonly Judgement[] {
  const { placeParts, ...values } = fields;
  const of = (field: DraftField): FieldState => draft.fields[field];
  const out: Judgement[] = (Object.entries(values) as [DraftField, string][]).map(([field, wanted]) =>
    judgement(field, wanted, heardValue(field, of(field)), same(field)),
  );
  if (fields.classId !== undefined && fields.classId !== '') {
    const { value, alternatives } = of('classId');
    const offered = [value, ...alternatives.map((a) => a.value)].slice(0, 3).filter((v) => v !== '');
    const got = offered.includes(fields.classId) ? fields.classId : offered.join(' ');
    out.push(judgement('classTop3', fields.classId, got));
  }
  const { streetId = '', communityId = '' } = fields;
  if (streetId !== '' || communityId !== '') {
    const got = [streetId === '' ? '' : of('streetId').value, communityId === '' ? '' : of('communityId').value];
    out.push(judgement('place', [streetId, communityId].join('/'), got.every((v) => v === '') ? '' : got.join('/')));
  }
  if (placeParts !== undefined) {
    const got = of('placeText').value;
    const holds = placeParts.every((part) => written(got).includes(written(part)));
    out.push(judgement('placeParts', placeParts.join(' '), holds ? placeParts.join(' ') : got));
  }
  return out;
}

/** A number known from the line alone was not heard. */
const heardValue = (field: DraftField, { value, origin }: FieldState): string =>
  field === 'callbackNumber' && origin === 'call' ? '' : value;

function same(field: DraftField): (wanted: string, got: string) => boolean {
  // 王先生 and 王芳 are both Mr or Mrs 王.
  if (field === 'callerName') return (wanted, got) => got.startsWith(wanted) || wanted.startsWith(got);
  return (wanted, got) => wanted === got;
}

function judgement(
  field: Judged,
  wanted: string,
  got: string,
  equal: (wanted: string, got: string) => boolean = (a, b) => a === b,
): Judgement {
  const verdict = (): Verdict => {
    if (wanted === '') return got === '' ? 'empty' : 'false';
    if (got === '') return 'missed';
    return equal(wanted, got) ? 'right' : 'wrong';
  };
  return { field, verdict: verdict(), wanted, got };
}

export interface FieldShare {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly wanted: number;
  readonly filled: number;
  readonly right: number;
}

export interface Shares {
  readonly calls: number;
  readonly cer: number;
  readonly fields: Readonly<Partial<Record<Judged, FieldShare>>>;
}

/** Shares over several calls. */
export function sharesOf(scores: readonly CallScore[]): Shares {
  const all = scores.flatMap((s) => s.judgements);
  const names = [...new Set(all.map((j) => j.field))];
  const sum = (of: (s: CallScore) => number): number => scores.reduce((total, s) => total + of(s), 0);
  return {
    calls: scores.length,
    cer:
      sum((s) => s.wrongChars) /
      Math.max(
        1,
        sum((s) => s.chars),
      ),
    fields: Object.fromEntries(names.map((name) => [name, shareOf(all.filter((j) => j.field === name))])),
  };
}

function shareOf(judgements: readonly Judgement[]): FieldShare {
  const count = (...verdicts: readonly Verdict[]): number =>
    judgements.filter((j) => verdicts.includes(j.verdict)).length;
  const right = count('right');
  const filled = count('right', 'wrong', 'false');
  const wanted = count('right', 'wrong', 'missed');
  return {
    precision: filled === 0 ? null : right / filled,
    recall: wanted === 0 ? null : right / wanted,
    wanted,
    filled,
    right,
  };
}
