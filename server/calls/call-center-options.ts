/** What the call centre is made of, and who hears of it. Types only. */
import type { Logger } from 'pino';
import type { Recognizer, TranscriptUpdate } from '../../asr/ports.ts';
import type { Switch, SwitchEvent } from '../../telephony/ports/switch.ts';
import type { LineStore } from '../acd/line-store.ts';
import type { DraftEngine } from '../drafts/engine.ts';
import type { Draft, DraftPatch } from '../drafts/types.ts';
import type { Store } from '../store/ports.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { AgentDialsDesk } from './agent-dials.ts';
import type { PromptFiles } from './announcements.ts';
import type { CallbackServiceOptions } from './callback-service.ts';
import type { CallSettings } from './core/call-types.ts';
import type { SeatState } from './core/seat.ts';
import type { IvrParts } from './ivr-flows.ts';
import type { LiveCall } from './live-call.ts';

export type TransferAsked = Extract<SwitchEvent, { type: 'leg.transfer-requested' }>;

/** What the outside hears of calls. Listeners must not throw. */
export interface CallCenterListener extends AgentDialsDesk {
  callChanged(call: LiveCall): void;
  seatChanged(seat: SeatState, before: SeatState): void;
  transcript(call: LiveCall, update: TranscriptUpdate): void;
  draft(call: LiveCall, patch: DraftPatch): void;
  /** The draft of a message was given to this agent. */
  draftGiven(draft: Draft, agentId: string): void;
  event(event: CallEvent): void;
  /** The telephone of a leg of the call asks to transfer it. */
  transferAsked(call: LiveCall | undefined, asked: TransferAsked): void;
  /** Call-backs or the alarm have changed. */
  lineChanged(): void;
}

export type CallbackSetup = Pick<
  CallbackServiceOptions,
  'rules' | 'uri' | 'missedPriority' | 'missedAtOnce' | 'midnightMs'
> & { readonly ringMs: number };

export interface CallCenterOptions {
  readonly switch: Switch;
  readonly line: LineStore;
  readonly store: Store;
  readonly recognizer: Recognizer;
  readonly drafts: DraftEngine;
  readonly prompts: PromptFiles;
  readonly settings: CallSettings;
  readonly ivr: IvrParts;
  readonly ownNumber: string;
  readonly stickyDays: number;
  readonly urgent?: ReadonlySet<string>;
  readonly callback: CallbackSetup;
  readonly recordingPath: (callId: string, arrivedAtMs: number) => string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** The switch keeps calls up when this process ends: closing leaves them alone, the next start adopts them. */
  readonly callsOutliveUs?: boolean;
  /** Where an outside number is reached; undefined when the hotline has no way out. */
  readonly dialUri?: (number: string) => string | undefined;
  /** Agents with a poor line may have their calls on a telephone outside. */
  readonly agentsByPhone?: boolean;
}
