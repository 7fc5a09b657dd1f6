/**
 * The draft engine: `step(state, input) → { state, draft, patch }`. Pure: the same inputs give the same draft.
 *
 * What the machine finds is a function of all segments heard and of what people have chosen; each step finds it anew
 * and merges it into the draft (`merge.ts`). Segments are read once (remembered by object), so a step stays short
 * however long the call is.
 */
import { createDialectGuesser, type DialectGuess, type HeardSentence } from '../../asr/dialect/guess.ts';
import type { City } from '../../config/city.ts';
import type { ClassGuesser } from './class-guesser.ts';
import { dayFrom } from './day.ts';
import { indexCity, type CityIndex } from './city-index.ts';
import { displayOf, isAllowed, NOTE_MAX_CHARS, validate } from './display.ts';
import { departmentsOf, findClass, findKind } from './find-class.ts';
import { findName, findNumber } from './find-person.ts';
import { findCommunity, findPlaceText, findStreet, streetsSaid } from './find-place.ts';
import { findRisk, findUrgency } from './find-risk.ts';
import { findOccurred } from './find-time.ts';
import type { Finding } from './finding.ts';
import { hear, type Heard, type Segment } from './heard.ts';
import { nameToLearn, type LearnedName } from './learned-places.ts';
import { emptyField, mergeField } from './merge.ts';
import { cutNear, dividedAt, findSecondMatter, type MatterStart, type SecondMatterFound } from './second-matter.ts';
import { findSummary } from './summary.ts';
import {
  callOfDraft,
  draftFields,
  secondDraftOf,
  type Draft,
  type DraftField,
  type DraftInput,
  type DraftPatch,
  type DraftScope,
  type FieldCandidate,
  type FieldState,
} from './types.ts';

export { GUESS_WITHIN_MS } from '../../asr/dialect/guess.ts';

/** Plain data: can be stored, or rebuilt from the stored draft and transcript by `restore`. */
export interface DraftState {
  readonly draft: Draft;
  /** In the order in which they were first heard. */
  readonly segments: readonly Segment[];
  readonly callerNumber: string;
  readonly callerName: string;
  /** Day of the call, `2026-11-27`; absent while it is not known. */
  readonly day?: string;
  /** The dialect that is spoken; absent while none is known. */
  readonly dialectId?: string;
  /** What a language model has made of the talk last. */
  readonly helper?: Extract<DraftInput, { type: 'helper' }>['finding'];
}

export interface DraftStep {
  readonly state: DraftState;
  readonly draft: Draft;
  /** null when nothing has changed. */
  readonly patch: DraftPatch | null;
}

export interface DraftEngine {
  readonly start: (callId: string) => DraftState;
  readonly step: (state: DraftState, input: DraftInput) => DraftStep;
  /** State of a stored draft, so that a call can go on after a restart. */
  readonly restore: (draft: Draft, segments: readonly Segment[], caller?: Caller) => DraftState;
  /** A second matter that the call seems to have; null while the first has not been divided from it. */
  readonly secondMatter: (state: DraftState) => SecondMatterFound | null;
  /** Two drafts in place of one: what comes before the second matter and what begins with it. */
  readonly split: (state: DraftState, start: MatterStart) => { readonly first: DraftStep; readonly second: DraftState };
  /** Words of danger in a sentence, whether it is over or not. */
  readonly risksIn: (sentence: Pick<Segment, 'text' | 'syllables'>) => readonly RiskHeard[];
  /** A place name that a confirmed draft tells and the city's lists do not have. */
  readonly nameToLearn: (draft: Draft) => LearnedName | null;
  /** Names to be found besides the city's own, from the next sentence on. */
  readonly learnNames: (names: readonly LearnedName[]) => void;
  /** Roads of the city that are named in a text. */
  readonly roadsIn: (text: string) => readonly { readonly id: string; readonly name: string }[];
  /** What people read for a risk's code. */
  readonly riskLabel: (code: string) => string;
  /** Which of the city's dialects a caller speaks, best first; empty for Mandarin. */
  readonly guessDialect: (sentences: readonly HeardSentence[]) => readonly (DialectGuess & { readonly name: string })[];
  /** Whether a value may stand in a field: an unknown class, an urgency that does not exist may not. */
  readonly isAllowed: (field: DraftField, value: string) => boolean;
  /** Fields without which a ticket cannot be confirmed. */
  readonly missing: (draft: Draft) => readonly DraftField[];
}

export interface RiskHeard {
  readonly code: string;
  readonly words: string;
}

export interface Caller {
  readonly callerNumber: string;
  readonly callerName: string;
  readonly day?: string;
}

type Fields = Readonly<Record<DraftField, FieldState>>;

/** A draft without content. */
export function emptyDraft(callId: string): Draft {
  const fields = Object.fromEntries(draftFields.map((field) => [field, emptyField])) as Record<DraftField, FieldState>;
  return { callId, rev: 0, fields, confidential: false, note: '' };
}

const byAgent = (state: FieldState): string => (state.origin === 'agent' ? state.value : '');

/** A person's choice as a candidate that needs no evidence. */
function effective(field: FieldState): FieldCandidate | undefined {
  if (field.value === '') return undefined;
  const confidence = field.origin === 'agent' ? 0.99 : field.confidence;
  return { value: field.value, display: field.display, confidence, evidence: field.evidence };
}

/** A suggestion of the language model, where there is none of the machine's own and nobody has turned it down. */
function offered(field: FieldState, found: FieldCandidate | null | undefined): FieldState {
  if (!found || field.suggestion !== null || found.value === field.value) return field;
  return field.dismissed?.includes(found.value) === true ? field : { ...field, suggestion: found };
}

/** The sentences that a draft is about. */
function inScope(heard: readonly Heard[], scope: DraftScope | undefined): readonly Heard[] {
  if (scope === undefined) return heard;
  const at = (segmentId: string | undefined): number => heard.findIndex((h) => h.segment.segmentId === segmentId);
  const [from, until] = [at(scope.from), at(scope.until)];
  // Its first sentence has not been read yet.
  if (scope.from !== undefined && from < 0) return [];
  const { char = 0 } = scope;
  const cut = Math.max(from, until);
  const text = heard[cut]?.segment.text ?? '';
  const [before, after] = dividedAt(heard, cut, char === 0 ? 0 : cutNear(text, char));
  return cut < 0 ? heard : scope.from === undefined ? before : after;
}

/** Finds every field anew and merges; later fields see the merged earlier ones. */
function refresh(
  whole: CityIndex,
  guesser: ClassGuesser | undefined,
  { draft, segments, callerNumber, callerName, dialectId = '', day, helper }: DraftState,
): Fields {
  const { city } = whole;
  const all = hear(segments);
  const heard = inScope(all, draft.scope);
  const index = whole.inTalk(streetsSaid(whole, heard, byAgent(draft.fields.streetId)), dialectId);
  const fields: Record<DraftField, FieldState> = { ...draft.fields };
  const put = (field: DraftField, finding: Finding | null): void => {
    fields[field] = mergeField(field, fields[field], finding);
  };
  put('classId', findClass(index, heard, guesser));
  const matter = effective(fields.classId);
  put('departmentId', departmentsOf(index, matter === undefined ? [] : [matter, ...fields.classId.alternatives]));
  put('kind', findKind(index, heard, matter));
  put('communityId', findCommunity(index, heard, byAgent(fields.streetId)));
  const { communityId } = fields;
  const chosen = communityId.origin === 'agent' ? { ...communityId, evidence: [] } : communityId;
  // Where the first of two matters is says nothing against a street that is named now.
  const carriedOver = communityId.origin === 'history';
  put('streetId', findStreet(index, heard, chosen.value === '' || carriedOver ? null : chosen));
  if (carriedOver && whole.communities.get(communityId.value)?.streetId !== fields.streetId.value)
    fields.communityId = emptyField;
  put('placeText', findPlaceText(index, heard, communityId.value));
  put('occurredText', findOccurred(city, heard, dayFrom(day)));
  put('callerName', findName(city, all, callerName));
  put('callbackNumber', findNumber(city, all, callerNumber));
  const risk = findRisk(index, heard);
  put('risk', risk);
  put('urgency', findUrgency(index, heard, { risk, kind: fields.kind.value }, matter));
  const known = {
    kind: fields.kind.value,
    placeText: fields.placeText.value,
    streetName: fields.streetId.display,
    communityName: fields.communityId.display,
    // The summary keeps the caller's words.
    occurredText: fields.occurredText.value.replace(/（[^）]*）$/, ''),
  };
  put('summary', findSummary(index, heard, known));
  for (const field of ['classId', 'summary'] as const)
    fields[field] = offered(fields[field], draft.scope === undefined ? helper?.[field] : null);
  return fields;
}

/** A later state of a segment replaces the earlier one in its place. */
function withSegment(segments: readonly Segment[], segment: Segment): readonly Segment[] {
  const at = segments.findIndex((s) => s.segmentId === segment.segmentId);
  return at < 0 ? [...segments, segment] : segments.with(at, segment);
}

const setField = (state: DraftState, field: DraftField, value: FieldState): DraftState => ({
  ...state,
  draft: { ...state.draft, fields: { ...state.draft.fields, [field]: value } },
});

function edited(city: City, field: DraftField, before: FieldState, value: string): FieldState {
  const same = before.value === value;
  const evidence = same ? before.evidence : [];
  return {
    ...before,
    value,
    display: displayOf(city, field, value),
    confidence: 1,
    evidence,
    origin: 'agent',
    suggestion: null,
  };
}

function dismissed(before: FieldState): FieldState {
  if (before.suggestion === null) return before;
  return { ...before, suggestion: null, dismissed: [...(before.dismissed ?? []), before.suggestion.value] };
}

function apply(city: City, state: DraftState, input: DraftInput): DraftState {
  const { draft } = state;
  switch (input.type) {
    case 'call-known':
      return {
        ...state,
        callerNumber: input.callerNumber,
        callerName: input.callerName,
        ...(input.day === undefined ? {} : { day: input.day }),
      };
    case 'speech':
      return { ...state, segments: withSegment(state.segments, input.segment) };
    case 'dialect':
      return { ...state, dialectId: input.dialectId };
    case 'helper':
      // It has read the whole talk: of two matters it speaks of neither alone.
      return state.draft.scope === undefined ? { ...state, helper: input.finding } : state;
    case 'edit': {
      if (!isAllowed(city, input.field, input.value)) return state;
      return setField(state, input.field, edited(city, input.field, draft.fields[input.field], input.value));
    }
    case 'edit-note':
      return { ...state, draft: { ...draft, note: input.note.slice(0, NOTE_MAX_CHARS) } };
    case 'set-confidential':
      return { ...state, draft: { ...draft, confidential: input.confidential } };
    case 'accept-suggestion': {
      const { suggestion, ...before } = draft.fields[input.field];
      if (suggestion === null) return state;
      return setField(state, input.field, { ...before, ...suggestion, origin: 'agent', suggestion: null });
    }
    case 'dismiss-suggestion':
      return setField(state, input.field, dismissed(draft.fields[input.field]));
    case 'release':
      return setField(state, input.field, emptyField);
  }
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function patchOf(before: Draft, after: Draft): DraftPatch | null {
  const changed = draftFields.filter((field) => !same(before.fields[field], after.fields[field]));
  const noted = before.note !== after.note;
  const marked = before.confidential !== after.confidential;
  if (changed.length === 0 && !noted && !marked) return null;
  return {
    callId: after.callId,
    rev: before.rev + 1,
    fields: Object.fromEntries(changed.map((field) => [field, after.fields[field]])),
    ...(marked ? { confidential: after.confidential } : {}),
    ...(noted ? { note: after.note } : {}),
  };
}

/** Builds the indexes once (some tens of milliseconds); the engine itself has no state. */
export function createDraftEngine(city: City, guesser?: ClassGuesser): DraftEngine {
  const index = indexCity(city);
  const dialects = createDialectGuesser(city.dialects);
  const nameOf = (id: string): string => city.dialects.find((d) => d.id === id)?.name ?? id;

  const step = (state: DraftState, input: DraftInput): DraftStep => {
    const applied = apply(city, state, input);
    if (applied === state) return { state, draft: state.draft, patch: null };
    const untouched = input.type === 'edit-note' || input.type === 'set-confidential';
    const fields = untouched ? applied.draft.fields : refresh(index, guesser, applied);
    const draft = { ...applied.draft, fields };
    const patch = patchOf(state.draft, draft);
    const next = patch === null ? state.draft : { ...draft, rev: patch.rev };
    return { state: { ...applied, draft: next }, draft: next, patch };
  };

  const split: DraftEngine['split'] = (state, start) => {
    const char = start.fromChar === 0 ? {} : { char: start.fromChar };
    const whole = { ...state.draft, scope: { until: start.fromSegmentId, ...char } };
    const fields = refresh(index, guesser, { ...state, draft: whole });
    const changed = draftFields.filter((field) => !same(state.draft.fields[field], fields[field]));
    const rev = state.draft.rev + 1;
    const patch = { callId: whole.callId, rev, fields: Object.fromEntries(changed.map((f) => [f, fields[f]])) };
    const first: DraftState = { ...state, draft: { ...whole, fields, rev } };
    const blank = secondOf(first.draft, { from: start.fromSegmentId, ...char });
    const found = refresh(index, guesser, { ...state, draft: blank });
    return {
      first: { state: first, draft: first.draft, patch },
      second: { ...state, draft: { ...blank, fields: found } },
    };
  };

  return {
    split,
    secondMatter: ({ draft, segments }) =>
      draft.scope === undefined ? findSecondMatter({ index, guesser }, hear(segments)) : null,
    isAllowed: (field, value) => isAllowed(city, field, value),
    risksIn: (sentence) =>
      index.risksIn(sentence).map((m) => ({ code: m.item.risk, words: sentence.text.slice(m.from, m.to) })),
    nameToLearn: (draft) => nameToLearn(index, draft),
    learnNames: index.learn,
    roadsIn: (text) => roadsIn(index, text),
    riskLabel: (code) => index.riskLabels.get(code) ?? code,
    guessDialect: (sentences) => dialects.guess(sentences).map((g) => ({ ...g, name: nameOf(g.dialectId) })),
    start: (callId) => ({ draft: emptyDraft(callId), segments: [], callerNumber: '', callerName: '' }),
    step,
    restore: (draft, segments, caller) => ({
      draft,
      segments,
      callerNumber: caller?.callerNumber ?? numberOfCall(draft),
      callerName: caller?.callerName ?? '',
      ...(caller?.day === undefined ? {} : { day: caller.day }),
    }),
    missing: validate,
  };
}

/** Until the caller says another place, the second matter is where the first one is. */
const shared = ['streetId', 'communityId', 'placeText', 'callerName'] as const;

function secondOf(first: Draft, scope: DraftScope): Draft {
  const blank = emptyDraft(secondDraftOf(callOfDraft(first.callId)));
  const kept = shared
    .filter((field) => first.fields[field].value !== '')
    .map((field): readonly [DraftField, FieldState] => {
      const { value, display, confidence } = first.fields[field];
      return [field, { ...emptyField, value, display, confidence: Math.min(confidence, 0.6), origin: 'history' }];
    });
  const fields = { ...blank.fields, ...Object.fromEntries(kept) };
  return { ...blank, rev: 1, fields, scope };
}

function roadsIn(index: CityIndex, text: string): readonly { readonly id: string; readonly name: string }[] {
  if (text === '') return [];
  const segment: Segment = { segmentId: '', side: 'caller', text, syllables: [], tokens: [], startMs: 0, endMs: 0 };
  const roads = index.read(segment).places.filter(({ item }) => item.type === 'road');
  return roads.map(({ item, name }) => ({ id: item.id, name }));
}

/** The number that called, as far as the draft still tells it. */
function numberOfCall({ fields: { callbackNumber } }: Draft): string {
  if (callbackNumber.origin === 'call') return callbackNumber.value;
  return callbackNumber.alternatives.find((c) => c.evidence.length === 0)?.value ?? '';
}
