/**
 * Runs one call: the only caller of the call machine's `step`, performs its effects in order and feeds timers back.
 * Commands to the switch and the line go through one chain, so that they arrive in the order the machine gave them.
 */
import type { Logger } from 'pino';
import type { LineStore } from '../acd/line-store.ts';
import type { Switch, SwitchEvent, TapFrame } from '../../telephony/ports/switch.ts';
import type { CallEvent, CallEventBody } from '../timeline/events.ts';
import type { PromptFiles } from './announcements.ts';
import type { CallSpeech } from './call-speech.ts';
import type { IvrSession } from './ivr-session.ts';
import { newCall, step } from './core/call-machine.ts';
import type {
  Announcement,
  CallEffect,
  CallFacts,
  CallInput,
  CallSettings,
  CallState,
  CallTimer,
  FlowCommand,
  SeatNews,
} from './core/call-types.ts';
import { carryOutLine, isLineEffect, placeOf, type LineEffect, type LineHost } from './line-commands.ts';
import { agentRequest, carryOutParty, isPartyEffect, legToDrop } from './party-commands.ts';

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
  readonly lineHost: LineHost;
  /** Wrap-up as it is now: a surge plan may shorten it. */
  wrapUpMs(plannedMs: number): number;
  /** A call's way through the call flow; made when the call enters it. */
  openFlow(runner: CallRunner, log: Logger): IvrSession;
  emit(callId: string, event: CallEventBody): CallEvent;
  seat(agentId: string, news: SeatNews): void;
  /** Which endpoint an agent's softphone registers as. */
  endpointOf(agentId: string): string;
  /** Where an outside number is reached; undefined when the hotline has no way out. */
  dialUri?(number: string): string | undefined;
  /** Where the telephone of an agent who takes calls outside is reached. */
  phoneUri?(agentId: string): string | undefined;
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
  /** A call that went on without us. */
  readonly adopted?: { readonly state: CallState; readonly recordingStartedAtMs: number | null };
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
  /** Hears the caller besides the transcript. */
  #said: ((frame: TapFrame) => void) | null = null;
  #flow: IvrSession | undefined;
  recordingStartedAtMs: number | null = null;
  endedAtMs: number | null = null;
  #letGo = false;

  constructor(parts: RunnerParts) {
    this.#host = parts.host;
    this.speech = parts.speech;
    this.#state = parts.adopted?.state ?? newCall(parts.facts, parts.settings);
    this.recordingStartedAtMs = parts.adopted?.recordingStartedAtMs ?? null;
    this.#log = parts.host.logger.child({ callId: parts.facts.callId });
  }

  get state(): CallState {
    return this.#state;
  }

  get callId(): string {
    return this.#state.facts.callId;
  }

  input(input: RunnerInput): void {
    if (this.#letGo) return;
    const { state, effects } = step(this.#state, { ...input, atMs: this.#host.nowMs() });
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#host.changed(this);
  }

  /** Takes charge of a call that went on without us: puts right what is not as it should be, then tells what was missed. */
  takeUp(effects: readonly CallEffect[], missed: readonly RunnerInput[]): void {
    if (this.#state.bridgedAtMs !== null) {
      // Audio may still flow to where the process before us heard it.
      const { callerLegId } = this.#state.facts;
      this.#chain = this.#chain.then(() => this.#host.switch.stopTap(callerLegId).catch(() => undefined));
    }
    for (const effect of effects) this.#perform(effect);
    for (const input of missed) this.input(input);
    this.#host.changed(this);
  }

  /** The call goes on without this process: nothing is done about it any more. */
  letGo(): void {
    this.#letGo = true;
    for (const timer of this.#timers.keys()) this.#stopTimer(timer);
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

  /** The line has forgotten this call: it takes its old place again. */
  standAgain(): void {
    const { phase, queued } = this.#state;
    const stands = phase.name === 'waiting' || phase.name === 'callback-waiting';
    // Whoever rings at an agent is not offered to another meanwhile: the place is taken again when that is over.
    if (queued !== null && stands && phase.offer === null) this.#queue({ type: 'join-again', queued });
  }

  /** Resolves when every command given so far has been carried out. */
  async settled(): Promise<void> {
    await this.#chain;
  }

  #asItIsNow<T extends CallEventBody | SeatNews>(told: T): T {
    return 'wrapUpMs' in told ? { ...told, wrapUpMs: this.#host.wrapUpMs(told.wrapUpMs) } : told;
  }

  #perform(effect: CallEffect): void {
    if (isLineEffect(effect)) {
      this.#queue(effect);
      return;
    }
    switch (effect.type) {
      case 'emit':
        if (effect.event.type === 'call.ended') this.endedAtMs = this.#host.nowMs();
        this.#host.emit(this.callId, this.#asItIsNow(effect.event));
        return;
      case 'seat':
        this.#host.seat(effect.agentId, this.#asItIsNow(effect.news));
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
      case 'flow':
        this.#tellFlow(effect.command);
        return;
      case 'close':
        this.#close();
        return;
      case 'answer':
      case 'play':
      case 'ring-agent':
      case 'ring-party':
      case 'ring-supervisor':
      case 'bridge':
      case 'bridge-others':
      case 'conference':
      case 'supervise':
      case 'park':
      case 'park-leg':
      case 'ring-own':
      case 'answer-own':
      case 'hangup':
      case 'start-recording':
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
    if (isPartyEffect(effect)) this.#partyFailed(legToDrop(effect));
    if (effect.type === 'bridge') void this.#host.switch.hangup(effect.legId, 'failed').catch(() => undefined);
    if (effect.type === 'play') this.input({ type: 'play-finished', playId: effect.playId, reason: 'failed' });
    if (effect.type === 'start-recording') {
      this.speech.withoutRecording();
      this.input({ type: 'recording-failed' });
    }
    if (isLineEffect(effect)) this.#lineFailed(effect);
    // A line store that is away for a moment must not leave the caller in silence.
    if (effect.type === 'join-front') this.#retry(effect);
    if (effect.type === 'answer')
      this.input({ type: 'leg-ended', legId: this.#state.facts.callerLegId, cause: 'failed', by: 'local' });
  }

  /** Its end lets the machine go on without it, whether the switch has such a leg or not. */
  #partyFailed(legId: string | undefined): void {
    if (legId === undefined) return;
    void this.#host.switch.hangup(legId, 'failed').catch(() => undefined);
    this.input({ type: 'leg-ended', legId, cause: 'failed', by: 'local' });
  }

  #lineFailed(effect: LineEffect): void {
    const local = { cause: 'failed', by: 'local' } as const;
    if (effect.type === 'book-callback') this.input({ type: 'callback-kept', callbackId: null, reason: effect.reason });
    else if (effect.type === 'ring-partner') this.input({ type: 'leg-ended', legId: effect.legId, ...local });
    else if (effect.type === 'ring-citizen')
      this.input({ type: 'leg-ended', legId: this.#state.facts.callerLegId, ...local });
    else if (effect.type === 'join' || effect.type === 'join-again' || effect.type === 'move-line') this.#retry(effect);
  }

  #retry(effect: Extract<QueuedEffect, { type: 'join' | 'join-again' | 'move-line' | 'join-front' }>): void {
    setTimeout(() => {
      const { name } = this.#state.phase;
      const stands = name === 'waiting' || name === 'callback-waiting';
      if (effect.type === 'join' ? name === 'joining' : stands) this.#queue(effect);
    }, JOIN_RETRY_MS).unref();
  }

  async #carryOut(effect: QueuedEffect): Promise<void> {
    if (isPartyEffect(effect)) return carryOutParty(this.#host, this.#state, effect);
    if (isLineEffect(effect)) return this.#carryOutLine(effect);
    const { switch: sw, line, prompts } = this.#host;
    const { callerLegId, arrivedAtMs } = this.#state.facts;
    switch (effect.type) {
      case 'answer':
        // Marked before it is up: a leg without marks would be nobody's after a restart.
        await sw.setMarks(callerLegId, { call_id: this.callId, role: 'caller' });
        return sw.answer(callerLegId);
      case 'play':
        return sw.play(callerLegId, { playId: effect.playId, files: prompts(effect.prompts), repeat: effect.repeat });
      case 'ring-agent':
        return sw.originate(agentRequest(this.#host, this.#state, effect));
      case 'bridge':
        return sw.bridge(callerLegId, effect.legId);
      case 'park':
        return sw.park(callerLegId);
      case 'hangup':
        return sw.hangup(effect.legId, effect.cause);
      case 'start-recording':
        return sw.startRecording(callerLegId, this.#host.recordingPath(this.callId, arrivedAtMs));
      case 'join-front':
        await line.joinFront({ callId: this.callId, ...placeOf(effect.queued) }, effect.queued.joinedAtMs);
        this.#host.kick();
        return;
      case 'leave-line':
        return line.leave(this.callId);
      case 'accept-offer':
        await line.accept(effect.offerId);
        return;
      case 'release-offer':
        // The line may have forgotten the call while it was offered.
        if ((await line.release(effect.offerId, effect.excludeMs)) === 'expired') this.standAgain();
        this.#host.kick();
    }
  }

  #carryOutLine(effect: LineEffect): Promise<void> {
    const { switch: sw, line, prompts, lineHost } = this.#host;
    const input = (given: RunnerInput): void => {
      this.input(given);
    };
    const kick = (): void => {
      this.#host.kick();
    };
    return carryOutLine({ switch: sw, line, prompts, host: lineHost, input, kick }, this.#state, effect);
  }

  /** A flow begins when all that came before has been carried out: nothing may be played into a bridge. */
  #tellFlow(command: FlowCommand): void {
    if (command.type === 'start' || command.type === 'go') {
      this.#flow ??= this.#host.openFlow(this, this.#log);
      const flow = this.#flow;
      this.#chain = this.#chain.then(() => {
        flow.command(command);
      });
    } else this.#flow?.command(command);
  }

  /** Audio of the caller for the call flow; null = no more. */
  hearCaller(listener: ((frame: TapFrame) => void) | null): void {
    this.#said = listener;
    if (listener !== null) this.#tap();
  }

  #listen(on: boolean): void {
    this.speech.listen(on);
    if (on) this.#tap();
  }

  /** One tap serves the transcript and the flow, until the leg ends. */
  #tap(): void {
    if (this.#tapped) return;
    this.#tapped = true;
    this.#chain = this.#chain.then(async () => {
      await this.#host.switch
        .startTap(this.#state.facts.callerLegId, (frame) => {
          this.speech.frame(frame);
          this.#said?.(frame);
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

type QueuedEffect = Exclude<
  CallEffect,
  { type: 'flow' | 'emit' | 'seat' | 'start-timer' | 'stop-timer' | 'listen' | 'close' }
>;
