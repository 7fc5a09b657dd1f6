/** A call and all that is known of it while it is in memory: its runner, speech, draft, history. */
import type { Logger } from 'pino';
import type { Recognizer, TranscriptUpdate } from '../../asr/ports.ts';
import type { DraftEngine, DraftState } from '../drafts/engine.ts';
import { isSecondDraft, type DraftPatch } from '../drafts/types.ts';
import type { CallerHistory, Store } from '../store/ports.ts';
import type { CallEndCause, CallEventBody } from '../timeline/events.ts';
import type { CallRunner } from './call-runner.ts';
import { CallSpeech } from './call-speech.ts';
import { DraftKeeper } from './draft-keeper.ts';
import { SpeechNotes } from './speech-notes.ts';
import { noHistory } from './views.ts';

export interface LiveCall {
  readonly runner: CallRunner;
  readonly draft: DraftKeeper;
  /** Latest state of each segment, in order of appearance. */
  readonly segments: Map<string, TranscriptUpdate>;
  readonly notes: SpeechNotes;
  history: CallerHistory;
  transcription: { readonly on: boolean; readonly reason: string };
  ticketNumber: string | null;
  endCause: CallEndCause | null;
  firstWaitMs: number;
  /** Speech has been flushed; nothing more comes. */
  closed: boolean;
}

/** The draft of this name, the call's own or that of its second matter. */
export function draftIn(call: LiveCall | undefined, draftId: string): DraftKeeper | undefined {
  return (isSecondDraft(draftId) ? call?.draft.second : call?.draft) ?? undefined;
}

export interface LiveCallNews {
  emit(callId: string, event: CallEventBody): void;
  speech(call: LiveCall, update: TranscriptUpdate): void;
  changed(call: LiveCall): void;
  draft(call: LiveCall, patch: DraftPatch): void;
}

export interface LiveCallOptions {
  readonly callId: string;
  readonly makeRunner: (speech: CallSpeech) => CallRunner;
  readonly news: LiveCallNews;
  readonly recognizer: Recognizer;
  readonly drafts: DraftEngine;
  readonly store: Store;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** The draft as it was when a process before us had the call. */
  readonly draftState?: DraftState;
}

export function createLiveCall(options: LiveCallOptions): LiveCall {
  const { callId, recognizer, news } = options;
  const speech = new CallSpeech({
    callId,
    recognizer,
    onUpdate: (update) => {
      news.speech(call, update);
    },
    onState: (state, reason) => {
      call.transcription = { on: state === 'on', reason };
      news.emit(callId, { type: 'transcription.changed', state, reason });
      news.changed(call);
    },
  });
  const draft = createDraft(options, (patch) => {
    news.draft(call, patch);
  });
  const call: LiveCall = {
    runner: options.makeRunner(speech),
    draft,
    segments: new Map(),
    notes: new SpeechNotes(options.drafts, options.nowMs),
    history: noHistory,
    transcription: { on: recognizer.state.type === 'ready', reason: '' },
    ticketNumber: null,
    endCause: null,
    firstWaitMs: 0,
    closed: false,
  };
  return call;
}

function createDraft(options: LiveCallOptions, onPatch: (patch: DraftPatch) => void): DraftKeeper {
  const { callId, drafts, store, logger, news } = options;
  return new DraftKeeper({
    state: options.draftState ?? drafts.start(callId),
    machine: drafts,
    store: store.drafts,
    onPatch: (patch, by) => {
      news.emit(callId, { type: 'draft.changed', patch, by });
      onPatch(patch);
    },
    onSaveFailed: (error) => {
      logger.error({ err: error, callId }, 'draft not saved; will be saved with the next change');
    },
  });
}
