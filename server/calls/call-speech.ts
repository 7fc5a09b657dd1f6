/**
 * Speech of one call: audio of both sides into two recogniser streams, text out.
 * The call never depends on it: a recogniser that dies leaves a marked gap and is taken up again when it is back.
 */
import type { Recognizer, RecognizerStream, SpeechSide, TranscriptUpdate } from '../../asr/ports.ts';
import type { TapFrame } from '../../telephony/ports/switch.ts';

export interface CallSpeechOptions {
  readonly callId: string;
  readonly recognizer: Recognizer;
  readonly onUpdate: (update: TranscriptUpdate) => void;
  readonly onState: (state: 'on' | 'off', reason: string) => void;
}

interface Side {
  stream: RecognizerStream | undefined;
  /** Grows with each stream opened, to keep segment ids apart. */
  streams: number;
  /** End of the last frame that was pushed, on the recording's clock; undefined after a pause of our own. */
  heardToMs: number | undefined;
  /** A sentence has begun and is not over. */
  saying: boolean;
  /** Language that the stream was opened for. */
  language: string | undefined;
}

const noSide: Side = { stream: undefined, streams: 0, heardToMs: undefined, saying: false, language: undefined };

export class CallSpeech {
  readonly #options: CallSpeechOptions;
  readonly #sides: Readonly<Record<SpeechSide, Side>> = {
    caller: { ...noSide },
    agent: { ...noSide },
  };
  readonly #stopWatching: () => void;
  #recordingAtMs: number | undefined;
  /** Of the caller, once it is known; the agent speaks Mandarin. */
  #language: string | undefined;
  #listening = false;
  #isUnrecorded = false;
  #recordedMs: (() => number) | undefined;
  #state: 'on' | 'off' | undefined;
  #ended = false;

  constructor(options: CallSpeechOptions) {
    this.#options = options;
    this.#stopWatching = options.recognizer.onState(() => {
      this.#reopen();
    });
  }

  /** Position zero of the recording on the leg's media clock. */
  setRecordingStart(atMs: number): void {
    this.#recordingAtMs ??= atMs;
  }

  /**
   * Goes on with a call of an earlier process: new names for what is heard, a marked gap since what was heard last.
   * The legs' media clock is not known any more: where the recording stands is told by the wall clock.
   */
  takeUp(before: {
    readonly streams: Readonly<Record<SpeechSide, number>>;
    readonly heardToMs: number;
    readonly recordedMs: () => number;
  }): void {
    for (const name of ['caller', 'agent'] as const) {
      const side = this.#sides[name];
      side.streams = before.streams[name];
      side.heardToMs = before.heardToMs;
    }
    this.#recordedMs = before.recordedMs;
  }

  /** There is no recording: the clock of the text begins with the first sound. */
  withoutRecording(): void {
    this.#isUnrecorded = true;
  }

  listen(on: boolean): void {
    if (this.#ended) return;
    this.#listening = on;
    if (on) this.#reopen();
    // Silence of our own making (hold) is not a gap in recognition.
    else for (const side of Object.values(this.#sides)) side.heardToMs = undefined;
  }

  frame(frame: TapFrame): void {
    if (this.#isUnrecorded) this.#recordingAtMs ??= frame.atMs;
    if (this.#recordedMs !== undefined) this.#recordingAtMs ??= frame.atMs + frame.pcm.length / 8 - this.#recordedMs();
    if (!this.#listening || this.#recordingAtMs === undefined) return;
    const side = this.#sides[frame.side === 'said' ? 'caller' : 'agent'];
    const atMs = frame.atMs - this.#recordingAtMs;
    if (side.stream === undefined || atMs < 0) return;
    const gapBeforeMs =
      side.heardToMs === undefined ? 0 : Math.max(frame.gapBeforeMs, Math.round(atMs - side.heardToMs));
    side.stream.push({ atMs, pcm: frame.pcm, gapBeforeMs: gapBeforeMs > 40 ? gapBeforeMs : 0 });
    side.heardToMs = atMs + frame.pcm.length / 8;
  }

  #reopen(): void {
    if (this.#ended || !this.#listening) return;
    const { recognizer } = this.#options;
    if (recognizer.state.type !== 'ready') {
      this.#tell('off', recognizer.state.type === 'off' ? recognizer.state.reason : '转写正在启动');
      return;
    }
    this.#open('caller');
    this.#open('agent');
    this.#tell('on', '');
  }

  #open(name: SpeechSide): void {
    const side = this.#sides[name];
    if (side.stream !== undefined) return;
    const { callId, recognizer, onUpdate } = this.#options;
    side.streams++;
    const prefix = `${name === 'caller' ? 'c' : 'a'}${String(side.streams)}-`;
    const stream = recognizer.open({
      streamId: `${callId}:${prefix}`,
      side: name,
      ...(name === 'caller' && this.#language !== undefined ? { language: this.#language } : {}),
      onUpdate: (update) => {
        side.saying = !update.final;
        onUpdate({ ...update, segmentId: prefix + update.segmentId });
        if (update.final) this.#followLanguage();
      },
      onEnd: (reason) => {
        if (side.stream === stream) side.stream = undefined;
        if (reason === 'failed' && !this.#ended) this.#failed();
      },
    });
    side.stream = stream;
    side.language = name === 'caller' ? this.#language : undefined;
    side.saying = false;
  }

  /** The language of the caller: where engines are chosen by it, the next sentence is heard by another one. */
  setLanguage(language: string | undefined): void {
    this.#language = language;
    this.#followLanguage();
  }

  /** Between two sentences only: none is cut in two. The old stream gives its last words by itself. */
  #followLanguage(): void {
    const side = this.#sides.caller;
    const { recognizer } = this.#options;
    if (this.#ended || side.stream === undefined || side.saying || side.language === this.#language) return;
    if (recognizer.hearsAlike?.(side.language, this.#language, 'caller') !== false) return;
    const old = side.stream;
    side.stream = undefined;
    void old.end();
    if (this.#listening && recognizer.state.type === 'ready') this.#open('caller');
  }

  #failed(): void {
    const { state } = this.#options.recognizer;
    this.#tell('off', state.type === 'off' ? state.reason : '转写中断，正在恢复；通话不受影响');
    if (state.type === 'ready') {
      setTimeout(() => {
        this.#reopen();
      }, 500).unref();
    }
  }

  #tell(state: 'on' | 'off', reason: string): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state, reason);
  }

  /** Flushes both sides; the last finals come before it resolves. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#listening = false;
    this.#stopWatching();
    const streams = Object.values(this.#sides).flatMap((s) => (s.stream === undefined ? [] : [s.stream]));
    await Promise.allSettled(streams.map((s) => s.end()));
  }
}
