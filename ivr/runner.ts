/**
 * Runs one caller's way through a flow over the `Switch` port: the only caller of `stepFlow`. Performs its effects in
 * order, feeds back what was played, typed and heard, and owns the one timer. Commands to the switch go through one
 * chain, and leaving the flow is its last link: nothing of the flow is played over what comes after.
 */
import type { MediaControl } from '../telephony/ports/switch.ts';
import { stepFlow } from './core/interpreter.ts';
import { initialFlowState } from './core/ways.ts';
import type {
  FlowContext,
  FlowEffect,
  FlowEvent,
  FlowExit,
  FlowInput,
  FlowState,
  HostAnswer,
  HostQuestion,
} from './core/flow-types.ts';

/** The house around one caller in a flow. Its methods must not throw; a look-up may reject. */
export interface FlowHost {
  tell(event: FlowEvent): void;
  exit(exit: FlowExit): void;
  lookUp(question: HostQuestion, state: FlowState): Promise<HostAnswer>;
  /** Speech of the caller: `FlowRunner.heard`, or `speechOff` when nobody can listen. */
  listen(on: boolean): void;
  /** A message is recorded; `FlowRunner.recordFailed` when it cannot be. */
  record(on: boolean): void;
  prompt(change: { readonly type: 'started' | 'finished'; readonly prompt: string; readonly reason: PlayEnd }): void;
  /** A command to the switch failed; the flow goes on. */
  failed(effect: string, error: unknown): void;
}

export type PlayEnd = 'completed' | 'stopped' | 'failed';

export interface FlowRunnerParts {
  readonly context: FlowContext;
  readonly callId: string;
  readonly legId: string;
  readonly switch: Pick<MediaControl, 'play' | 'stopPlay'>;
  readonly files: (prompts: readonly string[]) => readonly string[];
  readonly host: FlowHost;
  readonly nowMs: () => number;
}

/** A look-up that takes longer has failed: the caller must not stand in silence. */
const LOOK_UP_MS = 3_000;

type Unstamped<T> = T extends { readonly atMs: number } ? Omit<T, 'atMs'> : never;

export class FlowRunner {
  readonly #parts: FlowRunnerParts;
  #state: FlowState = initialFlowState;
  #timer: NodeJS.Timeout | undefined;
  #chain: Promise<void> = Promise.resolve();
  #plays = 0;
  /** The prompt that sounds, or is about to. */
  #playing: { readonly playId: string; readonly prompt: string } | undefined;
  #stopped = false;

  constructor(parts: FlowRunnerParts) {
    this.#parts = parts;
  }

  get state(): FlowState {
    return this.#state;
  }

  start(callerKnown: boolean): void {
    this.#input({ type: 'start', callerKnown });
  }

  /** On at a node, with all that was chosen before. */
  go(to: string): void {
    this.#input({ type: 'go', to });
  }

  digit(digit: string): void {
    this.#input({ type: 'digit', digit });
  }

  /** From `play.finished`; what was replaced by something newer says nothing. */
  playFinished(playId: string, reason: PlayEnd): void {
    const playing = this.#playing;
    if (playing?.playId !== playId) return;
    this.#playing = undefined;
    this.#parts.host.prompt({ type: 'finished', prompt: playing.prompt, reason });
    if (reason !== 'stopped') this.#input({ type: 'prompt-finished' });
  }

  heard(text: string, syllables: readonly string[], final: boolean): void {
    this.#input({ type: 'heard', text, syllables, final });
  }

  speechOff(): void {
    this.#input({ type: 'speech-off' });
  }

  recordFailed(): void {
    this.#input({ type: 'record-failed' });
  }

  /** The caller has hung up, or the call goes on without the flow. Nothing comes from here any more. */
  stop(): void {
    this.#input({ type: 'caller-gone' });
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when all commands given so far have been carried out. */
  async settled(): Promise<void> {
    await this.#chain;
  }

  #input(input: Unstamped<FlowInput>): void {
    if (this.#stopped) return;
    const { state, effects } = stepFlow(this.#parts.context, this.#state, { ...input, atMs: this.#parts.nowMs() });
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: FlowEffect): void {
    const { host } = this.#parts;
    switch (effect.type) {
      case 'play':
        this.#play(effect.prompts);
        return;
      case 'stop-play':
        this.#playing = undefined;
        this.#command('stop-play', () => this.#parts.switch.stopPlay(this.#parts.legId));
        return;
      case 'start-timer':
        this.#startTimer(effect.delayMs);
        return;
      case 'stop-timer':
        clearTimeout(this.#timer);
        return;
      case 'listen':
        host.listen(effect.on);
        return;
      case 'record':
        host.record(effect.on);
        return;
      case 'look-up':
        void this.#lookUp(effect);
        return;
      case 'tell':
        host.tell(effect.event);
        return;
      case 'exit':
        clearTimeout(this.#timer);
        this.#playing = undefined;
        this.#command('exit', () => {
          if (!this.#stopped) host.exit(effect.exit);
          return Promise.resolve();
        });
    }
  }

  #play(prompts: readonly string[]): void {
    const { callId, legId, files, host, switch: media } = this.#parts;
    this.#plays += 1;
    const playId = `${callId}:flow-${String(this.#plays)}`;
    const prompt = prompts.join('+');
    clearTimeout(this.#timer);
    this.#playing = { playId, prompt };
    host.prompt({ type: 'started', prompt, reason: 'completed' });
    const play = (): Promise<void> => media.play(legId, { playId, files: files(prompts), repeat: 'once' });
    this.#command('play', play, () => {
      this.playFinished(playId, 'failed');
    });
  }

  #command(effect: string, run: () => Promise<void>, onFailed?: () => void): void {
    this.#chain = this.#chain.then(run).catch((error: unknown) => {
      this.#parts.host.failed(effect, error);
      onFailed?.();
    });
  }

  #startTimer(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#input({ type: 'timer-fired' });
    }, delayMs);
  }

  async #lookUp({ visit, question }: Extract<FlowEffect, { type: 'look-up' }>): Promise<void> {
    let deadline: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      deadline = setTimeout(() => {
        reject(new Error('the look-up took too long'));
      }, LOOK_UP_MS);
    });
    let answer: HostAnswer;
    try {
      answer = await Promise.race([this.#parts.host.lookUp(question, this.#state), tooLate]);
    } catch (error) {
      this.#parts.host.failed(`look-up ${question.type}`, error);
      answer = nothing(question);
    } finally {
      clearTimeout(deadline);
    }
    this.#input({ type: 'answer', visit, answer });
  }
}

/** What a look-up that failed has found. */
function nothing(question: HostQuestion): HostAnswer {
  switch (question.type) {
    case 'incident':
      return { type: 'incident', incident: null };
    case 'progress':
      return { type: 'progress', ticket: null };
    case 'call-back':
      return { type: 'call-back', accepted: false };
  }
}
