/**
 * The draft ticket: fields, where each came from, and what the machine suggests. Types only, shared with the pages.
 * A field that a person has touched is the person's from then on.
 */
import type { SpeechSide } from '../../asr/ports.ts';

export const draftFields = [
  'kind',
  'classId',
  'streetId',
  'communityId',
  'placeText',
  'departmentId',
  'occurredText',
  'callerName',
  'callbackNumber',
  'urgency',
  'risk',
  'summary',
] as const;
export type DraftField = (typeof draftFields)[number];

export const ticketKinds = ['consult', 'help', 'complaint', 'report', 'suggestion', 'praise'] as const;
export type TicketKind = (typeof ticketKinds)[number];

export const urgencies = ['normal', 'urgent', 'critical'] as const;
export type Urgency = (typeof urgencies)[number];

/** The words a value rests on: characters `[from, to)` of a segment's text, and their time on the recording's clock. */
export interface Evidence {
  readonly segmentId: string;
  readonly side: SpeechSide;
  readonly from: number;
  readonly to: number;
  readonly words: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface FieldCandidate {
  /** Ids for classId, streetId, communityId, departmentId; codes for kind, urgency, risk (comma-joined); else text. */
  readonly value: string;
  /** What people read, e.g. 生态环境 › 大气污染 › 餐饮油烟. */
  readonly display: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
}

/** `call`: known from the call itself (caller's number); `history`: from earlier tickets; `rule`: follows from another field. */
export type FieldOrigin = 'empty' | 'asr' | 'call' | 'history' | 'rule' | 'agent';

export interface FieldState extends FieldCandidate {
  readonly origin: FieldOrigin;
  /** A later, different finding of the machine, shown as a chip; never written over the value by itself. */
  readonly suggestion: FieldCandidate | null;
  /** Next best values (classes: top 3). */
  readonly alternatives: readonly FieldCandidate[];
  /** Suggestions a person has turned down; they do not come again. Absent when there are none. */
  readonly dismissed?: readonly string[];
}

/** Which sentences a draft is about, when a call has two matters; people's names and numbers are looked for in all. */
export interface DraftScope {
  /** First sentence that belongs to it. */
  readonly from?: string;
  /** First sentence that does not any more. */
  readonly until?: string;
  /** Character of that sentence with which the second matter begins; absent when it begins with the sentence. */
  readonly char?: number;
}

const SECOND = ':2';
/** Name of the draft for the second matter of a call. The first one has the call's own. */
export const secondDraftOf = (callId: string): string => callId + SECOND;
export const isSecondDraft = (draftId: string): boolean => draftId.endsWith(SECOND);
/** The call that a draft belongs to. */
export const callOfDraft = (draftId: string): string =>
  isSecondDraft(draftId) ? draftId.slice(0, -SECOND.length) : draftId;

export interface Draft {
  /** The call, or `secondDraftOf` it. */
  readonly callId: string;
  /** Grows by one with each change. */
  readonly rev: number;
  readonly fields: Readonly<Record<DraftField, FieldState>>;
  readonly confidential: boolean;
  /** Free words of the agent. */
  readonly note: string;
  /** Absent while the call has one matter. */
  readonly scope?: DraftScope;
}

/** One change, as streamed to the page and stored on the timeline. */
export interface DraftPatch {
  readonly callId: string;
  readonly rev: number;
  readonly fields: Readonly<Partial<Record<DraftField, FieldState>>>;
  readonly confidential?: boolean;
  readonly note?: string;
}

export type DraftInput =
  /** The call is known: number as signalled ('' when withheld). */
  | {
      readonly type: 'call-known';
      readonly callerNumber: string;
      readonly callerName: string;
      /** Day of the call, `2026-11-27`: what 昨天 means. */
      readonly day?: string;
    }
  | {
      readonly type: 'speech';
      readonly segment: {
        readonly segmentId: string;
        readonly side: SpeechSide;
        readonly text: string;
        readonly syllables: readonly string[];
        readonly tokens: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
        readonly startMs: number;
        readonly endMs: number;
      };
    }
  /** The dialect that is spoken; '' = none that matters. */
  | { readonly type: 'dialect'; readonly dialectId: string }
  /** What a language model makes of the talk; offered, never written over anything. */
  | {
      readonly type: 'helper';
      readonly finding: { readonly classId: FieldCandidate | null; readonly summary: FieldCandidate | null };
    }
  | { readonly type: 'edit'; readonly field: DraftField; readonly value: string }
  | { readonly type: 'edit-note'; readonly note: string }
  | { readonly type: 'set-confidential'; readonly confidential: boolean }
  | { readonly type: 'accept-suggestion'; readonly field: DraftField }
  | { readonly type: 'dismiss-suggestion'; readonly field: DraftField }
  /** Gives the field back to the machine. */
  | { readonly type: 'release'; readonly field: DraftField };
