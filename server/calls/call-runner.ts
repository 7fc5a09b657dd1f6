/**
 * Runs one call: the only caller of the call machine's `step`, performs its effects in order and feeds timers back.
 * Commands to the switch and the line go through one chain, so that they arrive in the order the machine gave them.
 */
import type { Logger } from 'pino';
import type { LineStore } from '../acd/line-store.ts';
import type { Switch, SwitchEvent } from '../../telephony/ports/switch.ts';
import type { CallEvent, CallEventBody } from '../timeline/events.ts';
import type { PromptFiles } from './announcements.ts';
import type { CallSpeech } from './call-speech.ts';
import { newCall, step } from './core/call-machine.ts';
import type {
  Announcement,
  CallEffect,
  CallFacts,
  CallInput,
  CallSettings,
  CallState,
  CallTimer,
  SeatNews,
} from './core/call-types.ts';

/** A `CallInput` before it is stamped with the time. */
export type Unstamped<T> = T extends { readonly atMs: number } ? Omit<T, 'atMs'> : never;
export type RunnerInput = Unstamped<CallInput>;

/** What a runner needs of the house around it. */
export interface RunnerHost {
  readonly switch: Switch;
  readonly line: LineStore;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly prompts: PromptFiles;
  readonly maxWaiting: number;
  emit(callId: string, event: CallEventBody): CallEvent;
  seat(agentId: string, news: SeatNews): void;
  /** Which endpoint an agent's softphone registers as. */
  endpointOf(agentId: string): string;
  recordingPath(callId: string, arrivedAtMs: number): string;
  announcement(callId: string): Promise<Announcement | null>;
  /** The line or the agents have changed: someone may now be served. */
  kick(): void;
  changed(runner: CallRunner): void;
  closed(runner: CallRunner): void;
}

export interface RunnerParts {
  readonly facts: CallFacts;
  readonly settings: CallSettings;
  readonly host: RunnerHost;
  readonly speech: CallSpeech;
}

const JOIN_RETRY_MS = 1_000;

export class CallRunner {
  readonly #host: RunnerHost;
  readonly #log: Logger;
  readonly #timers = new Map<CallTimer, NodeJS.Timeout>();
  readonly speech: CallSpeech;
  #state: CallState;
  #chain: Promise<void> = Promise.resolve();
  #tapped = false;
  recordingStartedAtMs: number | null = null;
  endedAtMs: number | null = null;

  constructor(parts: RunnerParts) {
    this.#host = parts.host;
    this.speech = parts.speech;
    this.#state = newCall(parts.facts, parts.settings);
    this.#log = parts.host.logger.child({ callId: parts.facts.callId });
  }

  get state(): CallState {
    return this.#state;
  }

  get callId(): string {
    return this.#state.facts.callId;
  }

  input(input: RunnerInput): void {
    const { state, effects } = step(this.#state, { ...input, atMs: this.#host.nowMs() });
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#host.changed(this);
  }

  /** Recording facts come from the switch with times on the leg's media clock. */
  recordingEvent(event: Extract<SwitchEvent, { type: 'recording.started' }>): void {
    this.speech.setRecordingStart(event.atMs);
    if (this.recordingStartedAtMs !== null) return;
    this.recordingStartedAtMs = this.#host.nowMs();
    this.#host.emit(this.callId, {
      type: 'recording.started',
      path: event.path,
      startedAtMs: this.recordingStartedAtMs,
    });
    this.#host.changed(this);
  }

  /** Resolves when every command given so far has been carried out. */
  async settled(): Promise<void> {
    await this.#chain;
  }

  #perform(effect: CallEffect): void {
    switch (effect.type) {
      case 'emit':
        if (effect.event.type === 'call.ended') this.endedAtMs = this.#host.nowMs();
        this.#host.emit(this.callId, effect.event);
        return;
      case 'seat':
        this.#host.seat(effect.agentId, effect.news);
        return;
      case 'start-timer':
        this.#startTimer(effect.timer, effect.delayMs);
        return;
      case 'stop-timer':
        this.#stopTimer(effect.timer);
        return;
      case 'listen':
        this.#listen(effect.on);
        return;
      case 'close':
        this.#close();
        return;
      case 'answer':
      case 'play':
      case 'ring-agent':
      case 'bridge':
      case 'park':
      case 'hangup':
      case 'start-recording':
      case 'join':
      case 'join-front':
      case 'leave-line':
      case 'accept-offer':
      case 'release-offer':
        this.#queue(effect);
    }
  }

  #queue(effect: QueuedEffect): void {
    this.#chain = this.#chain.then(async () => {
      try {
        await this.#carryOut(effect);
      } catch (error) {
        this.#commandFailed(effect, error);
      }
    });
  }

  /** A leg that is gone has told so by an event; anything else must not leave the caller in silence. */
  #commandFailed(effect: QueuedEffect, error: unknown): void {
    const code = codeOf(error);
    if (code === 'no-such-leg') this.#log.debug({ effect: effect.type }, 'command for a leg that is gone');
    else this.#log.warn({ effect: effect.type, code, err: error }, 'command failed');
    if (effect.type === 'ring-agent')
      this.input({ type: 'leg-ended', legId: effect.offer.legId, cause: 'failed', by: 'local' });
    if (effect.type === 'bridge') void this.#host.switch.hangup(effect.legId, 'failed').catch(() => undefined);
    if (effect.type === 'play') this.input({ type: 'play-finished', playId: effect.playId, reason: 'failed' });
    if (effect.type === 'start-recording') {
      this.speech.withoutRecording();
      this.input({ type: 'recording-failed' });
    }
    // A line store that is away for a moment must not leave the caller in silence.
    if (effect.type === 'join' || effect.type === 'join-front') this.#retry(effect);
    if (effect.type === 'answer')
      this.input({ type: 'leg-ended', legId: this.#state.facts.callerLegId, cause: 'failed', by: 'local' });
  }

  #retry(effect: Extract<QueuedEffect, { type: 'join' | 'join-front' }>): void {
    setTimeout(() => {
      const { name } = this.#state.phase;
      if (name === (effect.type === 'join' ? 'joining' : 'waiting')) this.#queue(effect);
    }, JOIN_RETRY_MS).unref();
  }

  async #carryOut(effect: QueuedEffect): Promise<void> {
    const { switch: sw, line, prompts } = this.#host;
    const { callerLegId, arrivedAtMs } = this.#state.facts;
    switch (effect.type) {
      case 'answer':
        return sw.answer(callerLegId);
      case 'play':
        return sw.play(callerLegId, { playId: effect.playId, files: prompts(effect.prompts), repeat: effect.repeat });
      case 'ring-agent':
        return this.#ringAgent(effect);
      case 'bridge':
        return sw.bridge(callerLegId, effect.legId);
      case 'park':
        return sw.park(callerLegId);
      case 'hangup':
        return sw.hangup(effect.legId, effect.cause);
      case 'start-recording':
        return sw.startRecording(callerLegId, this.#host.recordingPath(this.callId, arrivedAtMs));
      case 'join':
        return this.#join(effect);
      case 'join-front':
        await line.joinFront({ callId: this.callId, ...effect.queued }, effect.queued.joinedAtMs);
        this.#host.kick();
        return;
      case 'leave-line':
        return line.leave(this.callId);
      case 'accept-offer':
        await line.accept(effect.offerId);
        return;
      case 'release-offer':
        await line.release(effect.offerId, effect.excludeMs);
        this.#host.kick();
    }
  }

  async #join(effect: Extract<CallEffect, { type: 'join' }>): Promise<void> {
    const waiting = await this.#host.line.waiting();
    if (waiting.length >= this.#host.maxWaiting) {
      this.input({ type: 'line-full' });
      return;
    }
    await this.#host.line.join({ callId: this.callId, queue: effect.queue, priority: effect.priority });
    this.input({ type: 'joined' });
    this.#host.kick();
  }

  async #ringAgent(effect: Extract<CallEffect, { type: 'ring-agent' }>): Promise<void> {
    const { offer, returning } = effect;
    const { facts, settings } = this.#state;
    const headers: Record<string, string> = { 'X-Hotline-Call': facts.callId };
    if (returning) headers['X-Hotline-Return'] = '1';
    else headers['X-Hotline-Offer'] = offer.offerId;
    await this.#host.switch.originate({
      legId: offer.legId,
      target: { type: 'endpoint', endpointId: this.#host.endpointOf(offer.agentId) },
      from: { user: facts.from === '' ? 'anonymous' : facts.from },
      headers,
      // The machine's own deadline comes first; this one is for a machine that is gone.
      ringMs: settings.ringMs + 5_000,
      mediaTimeoutMs: settings.mediaTimeoutMs,
      marks: { call_id: facts.callId, role: 'agent', agent_id: offer.agentId },
    });
  }

  #listen(on: boolean): void {
    this.speech.listen(on);
    if (!on || this.#tapped) return;
    this.#tapped = true;
    this.#chain = this.#chain.then(async () => {
      await this.#host.switch
        .startTap(this.#state.facts.callerLegId, (frame) => {
          this.speech.frame(frame);
        })
        .catch((error: unknown) => {
          // A caller who has hung up meanwhile is no fault.
          if (codeOf(error) !== 'no-such-leg') this.#log.warn({ err: error }, 'audio tap not started');
        });
    });
  }

  #startTimer(timer: CallTimer, delayMs: number): void {
    this.#stopTimer(timer);
    this.#timers.set(
      timer,
      setTimeout(() => {
        this.#timers.delete(timer);
        void this.#timerFired(timer);
      }, delayMs),
    );
  }

  async #timerFired(timer: CallTimer): Promise<void> {
    const announcement = timer === 'announce' ? await this.#host.announcement(this.callId).catch(() => null) : null;
    this.input({ type: 'timer', timer, announcement });
  }

  #stopTimer(timer: CallTimer): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }

  #close(): void {
    for (const timer of this.#timers.keys()) this.#stopTimer(timer);
    // Last words are still being recognised; then the call can be forgotten.
    void this.#chain
      .then(() => this.speech.end())
      .finally(() => {
        this.#host.closed(this);
      });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

type QueuedEffect = Exclude<CallEffect, { type: 'emit' | 'seat' | 'start-timer' | 'stop-timer' | 'listen' | 'close' }>;
