/** State, inputs and effects of the interpreter. Types only. */
import type { Calendar } from './calendar.ts';
import type { Flow } from './flow.ts';

/** What never changes while a caller goes through a flow. */
export interface FlowContext {
  readonly flow: Flow;
  readonly calendar: Calendar;
}

/** What the flow tells the call's timeline. */
export type FlowEvent =
  | { readonly type: 'ivr.entered'; readonly flow: string; readonly node: string }
  /** The question was not answered, or not by anything that means something there. */
  | { readonly type: 'ivr.unanswered'; readonly node: string; readonly why: 'silence' | 'bad-input' }
  | { readonly type: 'ivr.language-chosen'; readonly language: string; readonly dialect: string }
  | { readonly type: 'ivr.incident-told'; readonly incidentId: string; readonly stayed: boolean }
  | { readonly type: 'ivr.progress-told'; readonly found: boolean; readonly state: string }
  | { readonly type: 'ivr.voicemail-left'; readonly lengthMs: number }
  | { readonly type: 'ivr.call-back-offered'; readonly accepted: boolean }
  /** `reason` is empty when none was asked or told. */
  | { readonly type: 'ivr.rated'; readonly score: number; readonly reason: string }
  | {
      readonly type: 'ivr.left';
      readonly node: string;
      readonly to: 'queue' | 'transfer' | 'hang-up' | 'caller-gone';
    };

/** How a caller leaves the flow. */
export type FlowExit =
  | {
      readonly type: 'queue';
      readonly queue: string;
      readonly skills: readonly { readonly skill: string; readonly minLevel: number }[];
      readonly priority: number;
      /** What the caller has chosen; empty when nothing. */
      readonly language: string;
      readonly dialect: string;
      /** Whom the flow has found the caller to be; undefined: anybody. */
      readonly caller?: 'urgent' | 'elderly';
    }
  /** `otherwise`: the node to go on with when nobody answers there. */
  | { readonly type: 'transfer'; readonly to: string; readonly ringMs: number; readonly otherwise: string }
  | { readonly type: 'hang-up' };

/** What happens when something has been said. */
export type Then =
  | { readonly type: 'node'; readonly to: string }
  | { readonly type: 'exit'; readonly exit: FlowExit }
  | { readonly type: 'record'; readonly maxMs: number };

/** A message about a known incident, as the surge plan has chosen it. */
export interface Incident {
  readonly incidentId: string;
  readonly prompts: readonly string[];
}

/** Where a ticket stands. Dates are `YYYY-MM-DD`; empty when there are none. */
export interface TicketState {
  readonly state: string;
  readonly acceptedDate: string;
  readonly dueDate: string;
}

export type HostQuestion =
  | { readonly type: 'incident' }
  | { readonly type: 'progress'; readonly ticket: string }
  | { readonly type: 'call-back' };

export type HostAnswer =
  | { readonly type: 'incident'; readonly incident: Incident | null }
  | { readonly type: 'progress'; readonly ticket: TicketState | null }
  | { readonly type: 'call-back'; readonly accepted: boolean };

export type FlowStage =
  /** Not begun. */
  | 'none'
  /** Something is said, then `then` happens. */
  | 'saying'
  /** A question is said; a key answers it at once. */
  | 'asking'
  /** The question has been said; silence is timed. */
  | 'waiting'
  /** The house is looking something up. */
  | 'looking-up'
  | 'recording'
  | 'done';

export interface FlowState {
  readonly node: string;
  readonly stage: FlowStage;
  /** How often the question of this node has been put. */
  readonly tries: number;
  /** The question as it was put, to put it again. */
  readonly asked: readonly string[];
  /** A second question of the same node (why so low) is being put. */
  readonly isSecond: boolean;
  readonly digits: string;
  readonly then: Then | null;
  /** While recording. */
  readonly recordingSinceMs: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly language: string;
  readonly dialect: string;
  /** Nodes entered so far: what goes round and round ends with a person. */
  readonly visits: number;
  /** Whether the caller's number is known: without it nobody can be called back. */
  readonly callerKnown: boolean;
}

export type FlowInput = { readonly atMs: number } & (
  | { readonly type: 'start'; readonly callerKnown: boolean }
  /** Goes on at a node, with all that was chosen before (after a talk, after a failed transfer). */
  | { readonly type: 'go'; readonly to: string }
  /** Said to the end, or could not be said. */
  | { readonly type: 'prompt-finished' }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'timer-fired' }
  /** Speech of the caller, as far as recognised. `syllables` may be empty. */
  | { readonly type: 'heard'; readonly text: string; readonly syllables: readonly string[]; readonly final: boolean }
  /** Nobody listens: the recogniser is off. */
  | { readonly type: 'speech-off' }
  /** No disk, no message. */
  | { readonly type: 'record-failed' }
  /** `visit`: of the state when the question was put; a late answer means nothing. */
  | { readonly type: 'answer'; readonly visit: number; readonly answer: HostAnswer }
  | { readonly type: 'caller-gone' }
);

export type FlowEffect =
  | { readonly type: 'play'; readonly prompts: readonly string[] }
  | { readonly type: 'stop-play' }
  | { readonly type: 'start-timer'; readonly delayMs: number }
  | { readonly type: 'stop-timer' }
  | { readonly type: 'listen'; readonly on: boolean }
  | { readonly type: 'record'; readonly on: boolean }
  | { readonly type: 'look-up'; readonly visit: number; readonly question: HostQuestion }
  | { readonly type: 'tell'; readonly event: FlowEvent }
  | { readonly type: 'exit'; readonly exit: FlowExit };

export interface FlowStep {
  readonly state: FlowState;
  readonly effects: readonly FlowEffect[];
}
