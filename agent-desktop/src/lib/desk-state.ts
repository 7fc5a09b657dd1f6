/** All that the socket has told this page, folded into one value. Pure: a function of state and input. */
import { withDelta } from './supervisor-state.ts';
import { callOf, secondOf } from './draft-id.ts';
import { mergeSegment, mergeSegments } from './transcript.ts';
import type {
  AgentView,
  CallAside,
  CallInView,
  DeskCallView,
  Draft,
  DraftField,
  DraftPatch,
  FieldState,
  Hello,
  LineView,
  Me,
  OfferView,
  DispositionView,
  SupervisorDelta,
  SurgeStatus,
  SupervisorView,
  TranscriptUpdate,
  TranscriptionStatus,
} from './types.ts';

export interface DeskState {
  readonly me: Me | null;
  readonly agent: AgentView | null;
  readonly offer: OfferView | null;
  /** Why the last offer went away; '' after the next thing happens. */
  readonly withdrawnReason: string;
  readonly call: DeskCallView | null;
  readonly transcript: readonly TranscriptUpdate[];
  /** What stands beside the call's draft. */
  readonly aside: CallAside;
  readonly drafts: Readonly<Record<string, Draft>>;
  /** Calls of earlier drafts that still wait to be confirmed, newest first. */
  readonly openDraftIds: readonly string[];
  /** Ticket numbers given since this page was opened, by call. */
  readonly tickets: Readonly<Record<string, string>>;
  readonly line: LineView;
  readonly recognizer: TranscriptionStatus;
  readonly supervisor: SupervisorView | null;
  readonly surge: SurgeStatus | null;
  /** The latest call-in of this standby seat. */
  readonly callIn: CallInView | null;
  readonly dispositions: readonly DispositionView[];
  readonly byPhoneAllowed: boolean;
  readonly replaced: boolean;
  /** Grows with each `hello`; 0 before the first. */
  readonly hellos: number;
}

export type DeskInput =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'agent'; readonly agent: AgentView }
  | { readonly type: 'offer'; readonly offer: OfferView }
  | { readonly type: 'offer-withdrawn'; readonly offerId: string; readonly reason: string }
  | { readonly type: 'call'; readonly call: DeskCallView | null }
  | { readonly type: 'transcript'; readonly callId: string; readonly update: TranscriptUpdate }
  | { readonly type: 'aside'; readonly callId: string; readonly aside: CallAside }
  | { readonly type: 'draft'; readonly patch: DraftPatch }
  | { readonly type: 'draft-given'; readonly draft: Draft }
  | { readonly type: 'edit-saved'; readonly callId: string; readonly rev: number; readonly change: SavedChange }
  | { readonly type: 'confirmed'; readonly callId: string; readonly number: string }
  | { readonly type: 'dropped'; readonly callId: string }
  | { readonly type: 'line'; readonly line: LineView }
  | { readonly type: 'recognizer'; readonly status: TranscriptionStatus }
  | { readonly type: 'supervisor'; readonly view: SupervisorView }
  | { readonly type: 'surge'; readonly status: SurgeStatus }
  | { readonly type: 'call-in'; readonly callIn: CallInView }
  | { readonly type: 'supervisor-delta'; readonly delta: SupervisorDelta }
  | { readonly type: 'replaced' };

/** What the server has acknowledged, shown until its own patch arrives. */
export type SavedChange =
  | { readonly type: 'field'; readonly field: DraftField; readonly value: string }
  | { readonly type: 'note'; readonly note: string }
  | { readonly type: 'confidential'; readonly confidential: boolean };

export const emptyAside: CallAside = { knowledge: [], similar: [], second: null, dialect: null };

export const emptyDesk: DeskState = {
  me: null,
  agent: null,
  offer: null,
  withdrawnReason: '',
  call: null,
  transcript: [],
  aside: emptyAside,
  drafts: {},
  openDraftIds: [],
  tickets: {},
  line: { waiting: 0, longestWaitMs: 0, freeAgents: 0 },
  recognizer: { type: 'starting' },
  supervisor: null,
  surge: null,
  callIn: null,
  dispositions: [],
  byPhoneAllowed: false,
  replaced: false,
  hellos: 0,
};

/** The next state. */
export function deskStep(state: DeskState, input: DeskInput): DeskState {
  switch (input.type) {
    case 'hello':
      return onHello(state, input.hello);
    case 'agent':
      return { ...state, agent: input.agent };
    case 'offer':
      return { ...state, offer: input.offer, withdrawnReason: '' };
    case 'offer-withdrawn':
      if (state.offer?.offerId !== input.offerId) return state;
      return { ...state, offer: null, withdrawnReason: input.reason };
    case 'call':
      return onCall(state, input.call);
    case 'transcript':
      if (input.callId !== state.call?.callId) return state;
      return { ...state, transcript: mergeSegment(state.transcript, input.update) };
    case 'aside':
      return input.callId === state.call?.callId ? { ...state, aside: input.aside } : state;
    case 'draft':
      return onPatch(state, input.patch);
    case 'draft-given':
      return onGiven(state, input.draft);
    case 'edit-saved':
      return onSaved(state, input.callId, input.rev, input.change);
    case 'confirmed':
      return closeDraft({ ...state, tickets: { ...state.tickets, [input.callId]: input.number } }, input.callId);
    case 'dropped':
      return closeDraft({ ...state, tickets: { ...state.tickets, [input.callId]: '' } }, input.callId);
    case 'line':
      return { ...state, line: input.line };
    case 'recognizer':
      return { ...state, recognizer: input.status };
    case 'supervisor':
      return { ...state, supervisor: input.view };
    case 'surge':
      return { ...state, surge: input.status };
    case 'call-in':
      return { ...state, callIn: input.callIn };
    case 'supervisor-delta':
      return state.supervisor === null ? state : { ...state, supervisor: withDelta(state.supervisor, input.delta) };
    case 'replaced':
      return { ...state, replaced: true, offer: null };
  }
}

function onHello(state: DeskState, hello: Hello): DeskState {
  const drafts: Record<string, Draft> = {};
  for (const draft of hello.openDrafts) drafts[draft.callId] = draft;
  if (hello.draft !== null) drafts[hello.draft.callId] = hello.draft;
  const current = hello.call?.callId;
  return {
    ...state,
    me: hello.me,
    agent: hello.agent,
    offer: hello.offer,
    withdrawnReason: '',
    call: hello.call,
    transcript: mergeSegments(hello.transcript),
    aside: hello.aside ?? emptyAside,
    drafts,
    openDraftIds: hello.openDrafts.map((d) => d.callId).filter((id) => id !== current),
    line: hello.line,
    recognizer: hello.recognizer,
    dispositions: hello.dispositions,
    byPhoneAllowed: hello.byPhoneAllowed,
    replaced: false,
    hellos: state.hellos + 1,
  };
}

/** A call that goes away without a ticket leaves its draft among the open ones: nothing typed is lost. */
function onCall(state: DeskState, call: DeskCallView | null): DeskState {
  const before = state.call;
  if (call !== null && call.callId === before?.callId) return { ...state, call };
  const left = before === null ? [] : unfinished(state, before);
  const offer = call !== null && state.offer?.callId === call.callId ? null : state.offer;
  const openDraftIds = [...new Set([...left, ...state.openDraftIds])].filter((id) => callOf(id) !== call?.callId);
  return { ...state, call, offer, openDraftIds, withdrawnReason: '', transcript: [], aside: emptyAside };
}

/** Drafts of a call that have not become tickets. */
function unfinished({ drafts, tickets }: DeskState, { callId, ticketNumber }: DeskCallView): readonly string[] {
  const has = (draftId: string): boolean => drafts[draftId] !== undefined && tickets[draftId] === undefined;
  return [callId, secondOf(callId)].filter((id) => has(id) && (id !== callId || ticketNumber === null));
}

/** A message left by a caller joins the drafts that wait. */
function onGiven(state: DeskState, draft: Draft): DeskState {
  const { callId } = draft;
  const openDraftIds = [callId, ...state.openDraftIds.filter((id) => id !== callId)];
  return { ...state, drafts: { ...state.drafts, [callId]: draft }, openDraftIds };
}

function onPatch(state: DeskState, patch: DraftPatch): DeskState {
  const draft =
    state.drafts[patch.callId] ?? (callOf(patch.callId) === state.call?.callId ? blankDraft(patch.callId) : null);
  if (draft === null || patch.rev < draft.rev) return state;
  const next: Draft = {
    ...draft,
    rev: patch.rev,
    fields: { ...draft.fields, ...patch.fields },
    confidential: patch.confidential ?? draft.confidential,
    note: patch.note ?? draft.note,
  };
  return { ...state, drafts: { ...state.drafts, [patch.callId]: next } };
}

function onSaved(state: DeskState, callId: string, rev: number, change: SavedChange): DeskState {
  const draft = state.drafts[callId];
  if (draft === undefined || rev <= draft.rev) return state;
  return { ...state, drafts: { ...state.drafts, [callId]: applyChange(draft, change) } };
}

function applyChange(draft: Draft, change: SavedChange): Draft {
  switch (change.type) {
    case 'note':
      return { ...draft, note: change.note };
    case 'confidential':
      return { ...draft, confidential: change.confidential };
    case 'field': {
      const field: FieldState = {
        ...draft.fields[change.field],
        value: change.value,
        display: change.value,
        confidence: 1,
        evidence: [],
        origin: 'agent',
      };
      return { ...draft, fields: { ...draft.fields, [change.field]: field } };
    }
  }
}

function closeDraft(state: DeskState, callId: string): DeskState {
  return { ...state, openDraftIds: state.openDraftIds.filter((id) => id !== callId) };
}

const blankField: FieldState = {
  value: '',
  display: '',
  confidence: 0,
  evidence: [],
  origin: 'empty',
  suggestion: null,
  alternatives: [],
};

/** A draft before anything is known: patches may come before the first `hello` that carries it whole. */
export function blankDraft(callId: string): Draft {
  return {
    callId,
    rev: 0,
    fields: {
      kind: blankField,
      classId: blankField,
      streetId: blankField,
      communityId: blankField,
      placeText: blankField,
      departmentId: blankField,
      occurredText: blankField,
      callerName: blankField,
      callbackNumber: blankField,
      urgency: blankField,
      risk: blankField,
      summary: blankField,
    },
    confidential: false,
    note: '',
  };
}
