/** A recogniser inside the test: hears coded audio (coded-ear.ts), breaks when told to. */
import { EngineCount } from '../../../asr/engines/engine-count.ts';
import { StateHolder } from '../../../asr/engines/state-holder.ts';
import { closedStream } from '../../../asr/engines/closed-stream.ts';
import type {
  EngineReport,
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
} from '../../../asr/ports.ts';
import { CodedEar } from './coded-ear.ts';
import type { EarEvent } from './script-ear.ts';

interface Open {
  readonly fail: () => void;
}

export class CodedRecognizer implements Recognizer {
  readonly name: string;
  readonly description = '只听得懂测试的声音';
  readonly capabilities: RecognizerCapabilities;
  readonly #state = new StateHolder();
  readonly #count: EngineCount;
  readonly #open = new Set<Open>();
  readonly #maxStreams: number;
  /** Streams that end at once. */
  refusing = false;
  opened = 0;

  constructor(
    name: string,
    { languages = ['zh-CN'], maxStreams = 4 }: { languages?: readonly string[]; maxStreams?: number } = {},
  ) {
    this.name = name;
    this.#maxStreams = maxStreams;
    this.#count = new EngineCount(name);
    this.capabilities = {
      ...{
        partials: true,
        tokenTimes: true,
        syllables: false,
        revisedFinals: false,
        confidence: false,
        hotWords: false,
      },
      ...{ sampleRateHz: 8000, languages },
    };
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  set(state: RecognizerState): void {
    this.#state.set(state);
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#state.listen(listener);
  }

  start(): Promise<void> {
    this.#state.set({ type: 'ready' });
    return Promise.resolve();
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    this.opened++;
    if (this.refusing || this.state.type !== 'ready') return closedStream(options, 'failed');
    const ear = new CodedEar();
    let baseMs: number | undefined;
    let sentence = 0;
    let rev = 0;
    let closed = false;
    const tell = (events: readonly EarEvent[]): void => {
      for (const { type, words } of events) {
        const tokens = words.map((w) => ({
          text: w.text,
          startMs: (baseMs ?? 0) + w.startMs,
          endMs: (baseMs ?? 0) + w.endMs,
        }));
        rev++;
        options.onUpdate({
          ...{ segmentId: `${options.streamId}-${sentence}`, side: options.side, rev, final: type === 'final', tokens },
          text: words.map((w) => w.text).join(''),
          startMs: tokens[0]?.startMs ?? 0,
          endMs: tokens.at(-1)?.endMs ?? 0,
          ...{ syllables: [], engine: this.name, gapBeforeMs: 0 },
        });
        if (type !== 'final') continue;
        sentence++;
        rev = 0;
      }
    };
    const close = (reason: 'ended' | 'failed'): void => {
      if (closed) return;
      closed = true;
      this.#open.delete(handle);
      if (reason === 'failed') this.#count.failedStreams++;
      options.onEnd(reason);
    };
    const handle: Open = {
      fail: () => {
        close('failed');
      },
    };
    this.#open.add(handle);
    return this.#count.counted({
      push: ({ atMs, pcm }) => {
        if (closed) return;
        baseMs ??= atMs;
        tell(ear.hear(pcm));
      },
      end: () => {
        if (!closed) tell(ear.finish());
        close('ended');
        return Promise.resolve();
      },
    });
  }

  /** Every stream ends as when an engine dies. */
  fail(): void {
    for (const one of [...this.#open]) one.fail();
  }

  report(): readonly EngineReport[] {
    return [this.#count.report(this.state, this.#open.size, this.#maxStreams)];
  }

  close(): Promise<void> {
    this.#state.set({ type: 'off', reason: 'closed' });
    return Promise.resolve();
  }
}
