/**
 * Everything that happens to a call is one of these, on one timeline per call: stored, streamed, counted, replayed.
 * Types only.
 */
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { DraftPatch } from '../drafts/types.ts';

/** Milliseconds since the Unix epoch on the server's clock. */
export type EpochMs = number;

export const callEndCauses = [
  'caller-hung-up',
  'agent-hung-up',
  'line-full',
  'waited-too-long',
  'flow-ended',
  /** Left the line by a digit. */
  'left-line',
  /** Told that the wait is too long now. */
  'deflected',
  /** Chose to be called back; the place in the line is kept. */
  'callback-booked',
  /** A call-back that did not reach the citizen. */
  'callback-not-reached',
  /** Ended after a partner hotline had taken the call. */
  'diverted',
  /** The outside number the call was passed on to hung up. */
  'party-hung-up',
  'media-lost',
  'failed',
  'server-restart',
  'shutdown',
] as const;
export type CallEndCause = (typeof callEndCauses)[number];

export const offerEndReasons = ['declined', 'no-answer', 'unreachable', 'caller-gone', 'agent-gone'] as const;
export type OfferEndReason = (typeof offerEndReasons)[number];

export const queueLeftReasons = [
  'answered',
  'abandoned',
  'waited-too-long',
  'line-full',
  'left-line',
  'deflected',
  'callback',
  'diverted',
] as const;
export type QueueLeftReason = (typeof queueLeftReasons)[number];

/** Why nobody was won for a consultation or a transfer, or how a consultation ended. */
export const partyEndReasons = [
  'ended',
  'transferred',
  'conferenced',
  'party-hung-up',
  'caller-gone',
  'agent-gone',
  'taken-over',
  'no-answer',
  'declined',
  'unreachable',
] as const;
export type PartyEndReason = (typeof partyEndReasons)[number];

/** `asked`: by the caller; `overflow`: by the rule of the queue; `missed`: the caller had given up waiting. */
export const callbackReasons = ['asked', 'overflow', 'missed'] as const;
export type CallbackReason = (typeof callbackReasons)[number];

/** The partner hotline that has sent a call on to us. */
export interface SentBy {
  readonly partnerId: string;
  /** Name of the call there. */
  readonly theirCallId: string;
  /** Where its callers wait, if such a queue is configured. */
  readonly queue: string;
  readonly city: string;
  /** Place the caller had there; 0 = not said. */
  readonly placeInLine: number;
}

export type CallEventBody =
  | {
      readonly type: 'call.arrived';
      readonly from: string;
      readonly to: string;
      readonly trunk: string;
      readonly legId: string;
      readonly sentBy?: SentBy;
    }
  | { readonly type: 'call.answered' }
  | { readonly type: 'prompt.started'; readonly prompt: string }
  | { readonly type: 'prompt.finished'; readonly prompt: string; readonly reason: 'completed' | 'stopped' | 'failed' }
  | { readonly type: 'call.digit'; readonly digit: string; readonly durationMs: number }
  /** The caller's way through the call flow, node by node. */
  | { readonly type: 'ivr.entered'; readonly flow: string; readonly node: string }
  | { readonly type: 'ivr.unanswered'; readonly node: string; readonly why: 'silence' | 'bad-input' }
  /** Empty strings: the usual ones. */
  | { readonly type: 'ivr.language-chosen'; readonly language: string; readonly dialect: string }
  | { readonly type: 'ivr.incident-told'; readonly incidentId: string; readonly stayed: boolean }
  | { readonly type: 'ivr.progress-told'; readonly found: boolean; readonly state: string }
  | { readonly type: 'ivr.voicemail-left'; readonly lengthMs: number }
  | { readonly type: 'ivr.call-back-offered'; readonly accepted: boolean }
  /** 1 to 5; `reason` is empty when none was asked or told. */
  | { readonly type: 'ivr.rated'; readonly score: number; readonly reason: string }
  | {
      readonly type: 'ivr.left';
      readonly node: string;
      readonly to: 'queue' | 'transfer' | 'hang-up' | 'caller-gone';
    }
  | {
      readonly type: 'queue.joined';
      readonly queue: string;
      readonly priority: number;
      /** What the caller chose in the call flow; absent when nothing. */
      readonly needs?: readonly { readonly skill: string; readonly minLevel: number }[];
      readonly dialect?: string;
      readonly caller?: 'urgent' | 'elderly';
    }
  | { readonly type: 'queue.announced'; readonly position: number; readonly estimatedWaitMs: number }
  | {
      readonly type: 'queue.left';
      readonly waitMs: number;
      readonly reason: QueueLeftReason;
    }
  /** To another queue; the joining time stays. */
  | {
      readonly type: 'queue.moved';
      readonly queue: string;
      readonly priority: number;
      readonly why: 'overflow' | 'deflected';
    }
  | { readonly type: 'callback.booked'; readonly callbackId: string; readonly reason: CallbackReason }
  /** First event of a call-back's own call after `call.arrived`: it stands in the line for its citizen. */
  | {
      readonly type: 'callback.queued';
      readonly callbackId: string;
      readonly queue: string;
      readonly attempt: number;
      readonly joinedAtMs: EpochMs;
    }
  /** An agent is there; now the citizen is rung. */
  | { readonly type: 'callback.dialled'; readonly agentId: string; readonly legId: string }
  | { readonly type: 'callback.not-reached'; readonly cause: string }
  /** What the call was, by the city's list; the last one counts. */
  | { readonly type: 'call.disposed'; readonly agentId: string; readonly code: string }
  | { readonly type: 'divert.started'; readonly partner: string; readonly legId: string }
  | { readonly type: 'divert.failed'; readonly partner: string; readonly cause: string }
  | { readonly type: 'agent.offered'; readonly agentId: string; readonly offerId: string; readonly ringMs: number }
  | {
      readonly type: 'offer.ended';
      readonly agentId: string;
      readonly offerId: string;
      readonly reason: OfferEndReason;
    }
  | { readonly type: 'agent.answered'; readonly agentId: string; readonly offerId: string; readonly legId: string }
  | { readonly type: 'call.bridged'; readonly agentId: string; readonly waitMs: number }
  | { readonly type: 'call.held'; readonly agentId: string }
  | { readonly type: 'call.resumed'; readonly agentId: string; readonly heldMs: number }
  /** Whom the agent asks: a colleague (`toAgentId`) or an outside number. */
  | {
      readonly type: 'consult.started';
      readonly agentId: string;
      readonly partyId: string;
      readonly legId: string;
      readonly toAgentId: string | null;
      readonly toNumber: string;
    }
  | { readonly type: 'consult.answered'; readonly agentId: string; readonly partyId: string }
  | {
      readonly type: 'consult.ended';
      readonly agentId: string;
      readonly partyId: string;
      readonly reason: PartyEndReason;
    }
  /** `blind`: somebody is rung while the caller hears music; `attended`: the one who was asked takes the call. */
  | {
      readonly type: 'call.transferred';
      readonly agentId: string;
      readonly kind: 'blind' | 'attended';
      readonly partyId: string;
      readonly legId: string;
      readonly toAgentId: string | null;
      readonly toNumber: string;
    }
  | { readonly type: 'transfer.answered'; readonly partyId: string }
  | { readonly type: 'transfer.failed'; readonly partyId: string; readonly reason: PartyEndReason }
  /** Into the line of a queue, at its front. */
  | { readonly type: 'call.requeued'; readonly agentId: string; readonly queue: string }
  | { readonly type: 'conference.started'; readonly agentId: string; readonly partyId: string }
  | { readonly type: 'conference.ended'; readonly leftBy: 'agent' | 'party' | 'caller' | 'taken-over' }
  | {
      readonly type: 'supervision.started';
      readonly supervisorId: string;
      readonly agentId: string;
      readonly legId: string;
      readonly mode: 'listen' | 'whisper' | 'barge';
    }
  | {
      readonly type: 'supervision.changed';
      readonly supervisorId: string;
      readonly mode: 'listen' | 'whisper' | 'barge';
    }
  | { readonly type: 'supervision.ended'; readonly supervisorId: string; readonly tookMs: number }
  | {
      readonly type: 'call.taken-over';
      readonly supervisorId: string;
      readonly agentId: string;
      readonly legId: string;
    }
  /** A new process of ours took charge of a call that had gone on without one since its last event. */
  | { readonly type: 'call.adopted'; readonly awayMs: number }
  | { readonly type: 'agent.lost'; readonly agentId: string }
  | { readonly type: 'agent.returned'; readonly agentId: string; readonly awayMs: number }
  | { readonly type: 'recording.failed' }
  | { readonly type: 'recording.started'; readonly path: string; readonly startedAtMs: EpochMs }
  | {
      readonly type: 'recording.finished';
      readonly path: string;
      readonly lengthMs: number;
      readonly sizeBytes: number;
    }
  | { readonly type: 'transcription.changed'; readonly state: 'on' | 'off'; readonly reason: string }
  | { readonly type: 'speech.final'; readonly segment: TranscriptUpdate }
  /** Words of danger in the caller's speech, told as soon as they are recognised. `risk`: codes, joined by commas. */
  | { readonly type: 'risk.heard'; readonly risk: string; readonly segmentId: string }
  /** `dialect`: id of one of the city's dialects. */
  | { readonly type: 'dialect.guessed'; readonly dialect: string; readonly confidence: number }
  /** By an agent; '' = Mandarin. */
  | { readonly type: 'dialect.set'; readonly dialect: string; readonly agentId: string }
  | { readonly type: 'draft.changed'; readonly patch: DraftPatch; readonly by: string }
  /** An agent has made a draft of its own for what begins with this sentence. */
  | { readonly type: 'draft.divided'; readonly agentId: string; readonly segmentId: string }
  | {
      readonly type: 'ticket.created';
      readonly ticketId: string;
      readonly number: string;
      readonly agentId: string;
      /** Of the second matter of the call; absent for the first. */
      readonly matter?: number;
    }
  | { readonly type: 'wrap-up.started'; readonly agentId: string; readonly wrapUpMs: number }
  | { readonly type: 'wrap-up.ended'; readonly agentId: string; readonly tookMs: number }
  | { readonly type: 'call.ended'; readonly cause: CallEndCause; readonly talkMs: number };

export type CallEvent = CallEventBody & {
  readonly callId: string;
  /** 1, 2, 3 … within the call, without gaps. */
  readonly seq: number;
  readonly atMs: EpochMs;
};
