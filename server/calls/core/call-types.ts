/** State, inputs and effects of one call. Types only; `call-machine.ts` holds the behaviour. */
import type { Flow } from '../../../ivr/core/flow.ts';
import type { FlowState } from '../../../ivr/core/interpreter.ts';
import type { EndedBy, HangupCause, LegId } from '../../../telephony/ports/switch.ts';
import type { CallEndCause, CallEventBody, EpochMs, OfferEndReason } from '../../timeline/events.ts';

/** What never changes during a call. */
export interface CallFacts {
  readonly callId: string;
  readonly callerLegId: LegId;
  readonly from: string;
  readonly to: string;
  readonly trunk: string;
  readonly arrivedAtMs: EpochMs;
}

/** Settings fixed when the call arrives. */
export interface CallSettings {
  readonly flow: Flow;
  readonly ringMs: number;
  readonly excludeAfterNoAnswerMs: number;
  readonly agentReturnMs: number;
  readonly firstAnnouncementMs: number;
  readonly positionEveryMs: number;
  readonly maxWaitMs: number;
  readonly wrapUpMs: number;
  readonly mediaTimeoutMs: number;
}

export interface Offer {
  readonly offerId: string;
  readonly agentId: string;
  readonly legId: LegId;
}

export interface Queued {
  readonly queue: string;
  readonly priority: number;
  readonly joinedAtMs: EpochMs;
}

export interface Talker {
  readonly agentId: string;
  readonly legId: LegId;
}

/** What the caller is going through. */
export type Phase =
  | { readonly name: 'arriving' }
  | { readonly name: 'flow'; readonly flow: FlowState }
  | { readonly name: 'joining'; readonly queue: string; readonly priority: number }
  | { readonly name: 'waiting'; readonly offer: Offer | null; readonly announcing: boolean }
  | { readonly name: 'talking'; readonly agent: Talker; readonly returning: LegId | null }
  | { readonly name: 'held'; readonly agent: Talker; readonly heldAtMs: EpochMs; readonly returning: LegId | null }
  | {
      readonly name: 'agent-lost';
      /** The notice is over and music plays. */
      readonly music: boolean;
      readonly agentId: string;
      readonly lostAtMs: EpochMs;
      readonly returning: LegId | null;
    }
  /** A last sentence is played, then the call ends. */
  | { readonly name: 'closing'; readonly cause: CallEndCause }
  | { readonly name: 'ended' };

export interface CallState {
  readonly facts: CallFacts;
  readonly settings: CallSettings;
  readonly phase: Phase;
  readonly queued: Queued | null;
  /** First time an agent and the caller were joined. */
  readonly bridgedAtMs: EpochMs | null;
  /** Who talked last, or talks. */
  readonly agentId: string | null;
  readonly recording: boolean;
  /** Number of the last prompt played; a late `play.finished` of an earlier one is ignored. */
  readonly plays: number;
}

export const callTimers = ['flow', 'announce', 'max-wait', 'offer', 'agent-return', 'closing'] as const;
export type CallTimer = (typeof callTimers)[number];

export type CallInput = { readonly atMs: EpochMs } & (
  | { readonly type: 'arrived' }
  | { readonly type: 'leg-answered'; readonly legId: LegId }
  | { readonly type: 'leg-ended'; readonly legId: LegId; readonly cause: HangupCause; readonly by: EndedBy }
  | { readonly type: 'play-finished'; readonly playId: string; readonly reason: 'completed' | 'stopped' | 'failed' }
  | { readonly type: 'digit'; readonly legId: LegId; readonly digit: string; readonly durationMs: number }
  | { readonly type: 'joined' }
  | { readonly type: 'line-full' }
  | { readonly type: 'offered'; readonly offer: Offer }
  | { readonly type: 'declined'; readonly agentId: string; readonly offerId: string }
  | { readonly type: 'hold'; readonly agentId: string }
  | { readonly type: 'resume'; readonly agentId: string }
  | { readonly type: 'hang-up'; readonly agentId: string }
  /** The agent's page is back and wants to be rung as `legId`. */
  | { readonly type: 'return'; readonly agentId: string; readonly legId: LegId }
  /** `announcement`: prompts that tell place and wait, looked up by the runner when the timer fires. */
  | { readonly type: 'timer'; readonly timer: CallTimer; readonly announcement: Announcement | null }
  | {
      readonly type: 'recording-finished';
      readonly path: string;
      readonly lengthMs: number;
      readonly sizeBytes: number;
    }
  /** The disk or the switch would not: the call goes on without. */
  | { readonly type: 'recording-failed' }
  | { readonly type: 'shutdown' }
);

export interface Announcement {
  readonly prompts: readonly string[];
  readonly position: number;
  readonly estimatedWaitMs: number;
}

/** News for the agent's seat. */
export type SeatNews =
  | { readonly type: 'ringing'; readonly callId: string; readonly offerId: string }
  | { readonly type: 'offer-over'; readonly callId: string; readonly reason: OfferEndReason }
  | { readonly type: 'talking'; readonly callId: string }
  | { readonly type: 'lost'; readonly callId: string }
  /** The agent did not come back in time; the caller waits for another. */
  | { readonly type: 'gave-up'; readonly callId: string }
  | { readonly type: 'call-over'; readonly callId: string; readonly wrapUpMs: number };

export type CallEffect =
  | { readonly type: 'answer' }
  | {
      readonly type: 'play';
      readonly playId: string;
      readonly prompts: readonly string[];
      readonly repeat: 'once' | 'forever';
    }
  | { readonly type: 'ring-agent'; readonly offer: Offer; readonly returning: boolean }
  | { readonly type: 'bridge'; readonly legId: LegId }
  | { readonly type: 'park' }
  | { readonly type: 'hangup'; readonly legId: LegId; readonly cause: HangupCause }
  | { readonly type: 'start-recording' }
  /** Speech is listened to only while `on`. */
  | { readonly type: 'listen'; readonly on: boolean }
  | { readonly type: 'join'; readonly queue: string; readonly priority: number }
  | { readonly type: 'join-front'; readonly queued: Queued }
  | { readonly type: 'leave-line' }
  | { readonly type: 'accept-offer'; readonly offerId: string }
  | { readonly type: 'release-offer'; readonly offerId: string; readonly excludeMs: number }
  | { readonly type: 'start-timer'; readonly timer: CallTimer; readonly delayMs: number }
  | { readonly type: 'stop-timer'; readonly timer: CallTimer }
  | { readonly type: 'emit'; readonly event: CallEventBody }
  | { readonly type: 'seat'; readonly agentId: string; readonly news: SeatNews }
  /** Nothing more will come of this call. */
  | { readonly type: 'close' };

export interface CallStep {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}
