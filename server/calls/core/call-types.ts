/** State, inputs and effects of one call. Types only; `call-machine.ts` holds the behaviour. */
import type { Flow } from '../../../ivr/core/flow.ts';
import type { FlowExit } from '../../../ivr/core/flow-types.ts';
import type { EndedBy, HangupCause, LegId, SuperviseMode } from '../../../telephony/ports/switch.ts';
import type {
  CallbackReason,
  CallEndCause,
  CallEventBody,
  EpochMs,
  OfferEndReason,
  SentBy,
} from '../../timeline/events.ts';
import type { SkillNeed } from '../../acd/line-store.ts';
import type { LetGo, SentOn, WaitRules } from './wait-rules.ts';

/** What never changes during a call. */
export interface CallFacts {
  readonly callId: string;
  readonly callerLegId: LegId;
  readonly from: string;
  readonly to: string;
  readonly trunk: string;
  readonly arrivedAtMs: EpochMs;
  /** A partner hotline has sent it on: the queue for its callers, if there is one, and what the agent is told. */
  readonly sentBy?: SentBy;
  /** We phone the citizen: `callerLegId` is dialled once an agent is there. */
  readonly callback?: CallbackFacts;
}

export interface CallbackFacts {
  readonly callbackId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The place that was kept. */
  readonly queued: Queued;
  readonly ringMs: number;
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
  /** Rules by queue; a queue without is held to the values above. */
  readonly queues?: Readonly<Record<string, WaitRules>>;
}

export interface Offer {
  readonly offerId: string;
  readonly agentId: string;
  readonly legId: LegId;
  /** The agent is rung on a telephone outside. */
  readonly byPhone?: true;
}

/** What the caller asked for on the way to the line. */
export interface LineWants {
  readonly needs: readonly SkillNeed[];
  /** Skill of the dialect the caller would like to speak. */
  readonly dialect: string | null;
  /** Served sooner, by the queue's rules. */
  readonly caller?: 'urgent' | 'elderly';
}

export interface Queued {
  readonly queue: string;
  readonly priority: number;
  readonly joinedAtMs: EpochMs;
  readonly wants?: LineWants;
}

export interface Talker {
  readonly agentId: string;
  readonly legId: LegId;
}

/** Somebody who is brought in: a colleague, or an outside number. */
export type PartyTarget =
  { readonly kind: 'agent'; readonly agentId: string } | { readonly kind: 'number'; readonly number: string };

/** One who is rung for a consultation or a transfer. */
export interface Party {
  /** Names the ring to a colleague's page, as an offer's id does. */
  readonly partyId: string;
  readonly legId: LegId;
  readonly target: PartyTarget;
  /** A colleague who is rung on a telephone outside. */
  readonly byPhone?: true;
}

/** A second leg of the agent: the one its telephone has dialled for the consultation. The first one is on hold there. */
export interface OwnLeg {
  readonly legId: LegId;
  /** It has been answered, which it is when the one who is asked answers. */
  readonly isUp: boolean;
}

/** A supervisor's leg on the call. Beside the phase: it changes nothing for the caller until it takes over. */
export interface Supervision {
  readonly supervisorId: string;
  readonly legId: LegId;
  readonly mode: SuperviseMode;
  /** When it was attached; null while the supervisor's phone rings. */
  readonly sinceMs: EpochMs | null;
}

/** What the caller is going through. */
export type Phase =
  | { readonly name: 'arriving' }
  /** In the call flow. `talkMs`: how long the talk was, when the flow comes after it (a rating); else null. */
  | { readonly name: 'flow'; readonly talkMs: number | null }
  /** The flow passes the caller on; the number is rung while the caller hears music. */
  | { readonly name: 'flow-dialling'; readonly party: Party; readonly otherwise: string }
  | { readonly name: 'joining'; readonly queue: string; readonly priority: number; readonly wants?: LineWants }
  | {
      readonly name: 'waiting';
      readonly offer: Offer | null;
      readonly announcing: boolean;
      readonly letGo?: LetGo;
    }
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
  /** A call-back stands in the line; nobody has been phoned yet. */
  | { readonly name: 'callback-waiting'; readonly offer: Offer | null }
  /** The agent is there, the citizen is rung. */
  | { readonly name: 'dialling'; readonly agent: Talker }
  /** A partner hotline is rung while the caller hears music. */
  | { readonly name: 'diverting'; readonly partner: string; readonly legId: LegId }
  /** The caller talks to a partner hotline. */
  | { readonly name: 'diverted'; readonly partner: string; readonly legId: LegId }
  /** The agent asks somebody while the caller hears music. */
  | {
      readonly name: 'consulting';
      readonly agent: Talker;
      readonly returning: LegId | null;
      readonly party: Party;
      readonly answered: boolean;
      readonly sinceMs: EpochMs;
      /** Null: the consultation was begun on the page, and the agent has one leg. */
      readonly ownLeg: OwnLeg | null;
    }
  /** The agent has let go; somebody is rung while the caller hears music. */
  | { readonly name: 'transferring'; readonly party: Party; readonly byAgentId: string; readonly sinceMs: EpochMs }
  /** Three talk. */
  | {
      readonly name: 'conference';
      readonly agent: Talker;
      readonly returning: LegId | null;
      readonly party: Party;
    }
  /** The caller talks with an outside number; nobody of ours is on the line. */
  | { readonly name: 'forwarded'; readonly party: Party; readonly sinceMs: EpochMs }
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
  readonly supervisors: readonly Supervision[];
  /** Telephones of agents that ring, or have picked up and are asked whether somebody is there. */
  readonly phones: Readonly<Record<LegId, 'ringing' | 'asked'>>;
  /** Number of the last prompt played; a late `play.finished` of an earlier one is ignored. */
  readonly plays: number;
  /** How often the call has been moved to another queue or partner: two queues may not send it to and fro. */
  readonly moves: number;
}

export const callTimers = [
  'announce',
  'max-wait',
  'offer',
  'agent-return',
  'closing',
  'citizen',
  'divert',
  'party',
] as const;
export type CallTimer = (typeof callTimers)[number];

export type CallInput = { readonly atMs: EpochMs } & (
  | { readonly type: 'arrived' }
  | { readonly type: 'leg-answered'; readonly legId: LegId }
  | { readonly type: 'leg-ended'; readonly legId: LegId; readonly cause: HangupCause; readonly by: EndedBy }
  | { readonly type: 'play-finished'; readonly playId: string; readonly reason: 'completed' | 'stopped' | 'failed' }
  | { readonly type: 'digit'; readonly legId: LegId; readonly digit: string; readonly durationMs: number }
  /** The caller comes out of the flow; `legId` is for a transfer. */
  | { readonly type: 'flow-left'; readonly exit: FlowExit; readonly legId: LegId }
  /** The flow records a message. */
  | { readonly type: 'voicemail'; readonly on: boolean }
  | { readonly type: 'joined' }
  | { readonly type: 'line-full' }
  /** The estimated wait is longer than the queue lets people wait. */
  | { readonly type: 'deflected'; readonly estimatedWaitMs: number }
  /** Somebody else has decided what becomes of a caller at the door. */
  | ({ readonly type: 'sent-on' } & SentOn)
  /** Answer to `book-callback`; null when it could not be kept. */
  | { readonly type: 'callback-kept'; readonly callbackId: string | null; readonly reason: CallbackReason }
  /** First input of a call-back's own call. */
  | { readonly type: 'call-back' }
  /** The call-back is not wanted any more; nobody has picked up yet. */
  | { readonly type: 'callback-withdrawn' }
  /** Send the waiting caller to a partner hotline over this leg. */
  | { readonly type: 'divert'; readonly partner: string; readonly legId: LegId }
  | { readonly type: 'offered'; readonly offer: Offer }
  | { readonly type: 'declined'; readonly agentId: string; readonly offerId: string }
  | { readonly type: 'hold'; readonly agentId: string }
  | { readonly type: 'resume'; readonly agentId: string }
  | { readonly type: 'hang-up'; readonly agentId: string }
  /** The agent's page is back and wants to be rung as `legId`. */
  | { readonly type: 'return'; readonly agentId: string; readonly legId: LegId; readonly byPhone?: true }
  /** The agent says on the page that it was no mailbox that picked up. */
  | { readonly type: 'accept-by-phone'; readonly agentId: string; readonly offerId: string }
  /** `ownLegId`: the agent's telephone has dialled the consultation and waits on this leg. */
  | { readonly type: 'consult'; readonly agentId: string; readonly party: Party; readonly ownLegId?: LegId }
  /** Back to the caller, whoever is being asked or rung. */
  | { readonly type: 'consult-end'; readonly agentId: string }
  /** The one who was asked takes the call; while still ringing it becomes a blind transfer. */
  | { readonly type: 'complete'; readonly agentId: string }
  | { readonly type: 'conference'; readonly agentId: string }
  | { readonly type: 'transfer'; readonly agentId: string; readonly party: Party }
  /** The dialect that is spoken, for the line; '' = none. */
  | { readonly type: 'dialect'; readonly dialect: string }
  | { readonly type: 'transfer-queue'; readonly agentId: string; readonly queue: string }
  /** A supervisor's phone is rung and attached, or the mode of one that is attached changes. */
  | {
      readonly type: 'supervise';
      readonly supervisorId: string;
      readonly legId: LegId;
      readonly mode: SuperviseMode;
    }
  | { readonly type: 'supervise-end'; readonly supervisorId: string }
  | { readonly type: 'take-over'; readonly supervisorId: string }
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
  | { readonly type: 'call-over'; readonly callId: string; readonly wrapUpMs: number }
  /** A call-back found nobody: the agent is free again at once. */
  | { readonly type: 'not-reached'; readonly callId: string }
  /** On the line, but it is not this agent's call: asked by a colleague, or supervising. */
  | { readonly type: 'helping'; readonly callId: string; readonly as: HelperRole }
  /** Rung or helping no more; no wrap-up. */
  | { readonly type: 'released'; readonly callId: string };

/** How one who is on the line without having the call takes part. */
export type HelperRole = 'consulted' | 'conference' | 'supervisor';

export type CallEffect =
  | { readonly type: 'answer' }
  | {
      readonly type: 'play';
      readonly playId: string;
      readonly prompts: readonly string[];
      readonly repeat: 'once' | 'forever';
    }
  | { readonly type: 'ring-agent'; readonly offer: Offer; readonly returning: boolean }
  | { readonly type: 'ring-party'; readonly party: Party }
  | { readonly type: 'ring-supervisor'; readonly supervision: Supervision }
  /** Joins the caller and this leg. */
  | { readonly type: 'bridge'; readonly legId: LegId }
  /** Joins two others, apart from the caller. */
  | { readonly type: 'bridge-others'; readonly a: LegId; readonly b: LegId }
  /** The caller and these. */
  | { readonly type: 'conference'; readonly legIds: readonly LegId[] }
  | { readonly type: 'supervise'; readonly legId: LegId; readonly targetLegId: LegId; readonly mode: SuperviseMode }
  | { readonly type: 'flow'; readonly command: FlowCommand }
  | { readonly type: 'park' }
  | { readonly type: 'park-leg'; readonly legId: LegId }
  /** Tells an agent's telephone that whom it has dialled is rung. */
  | { readonly type: 'ring-own'; readonly legId: LegId; readonly agentId: string }
  | { readonly type: 'answer-own'; readonly legId: LegId }
  | { readonly type: 'hangup'; readonly legId: LegId; readonly cause: HangupCause }
  | { readonly type: 'start-recording' }
  /** Speech is listened to only while `on`. */
  | { readonly type: 'listen'; readonly on: boolean }
  | { readonly type: 'join'; readonly queue: string; readonly priority: number; readonly wants?: LineWants }
  /** Whatever the limits say: for one who has stood in the line already, or who must not be turned away. */
  | { readonly type: 'join-again'; readonly queued: Queued }
  /** To another queue in one step, with the joining time. */
  | { readonly type: 'move-line'; readonly queued: Queued }
  | { readonly type: 'book-callback'; readonly reason: CallbackReason; readonly queued: Queued }
  | { readonly type: 'cancel-callback'; readonly callbackId: string }
  | { readonly type: 'ring-citizen' }
  /** Asks for a leg to a partner; `divert` comes back as an input when there is one. */
  | { readonly type: 'want-divert'; readonly partner: string }
  | { readonly type: 'ring-partner'; readonly partner: string; readonly legId: LegId; readonly queued: Queued }
  | { readonly type: 'play-agent'; readonly legId: LegId; readonly prompts: readonly string[] }
  | { readonly type: 'hush-agent'; readonly legId: LegId }
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

/** What the runner of the flow is told. */
export type FlowCommand =
  | { readonly type: 'start'; readonly callerKnown: boolean }
  | { readonly type: 'go'; readonly to: string }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'play-finished'; readonly playId: string; readonly reason: 'completed' | 'stopped' | 'failed' }
  | { readonly type: 'record-failed' }
  | { readonly type: 'stop' };

export interface CallStep {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}
