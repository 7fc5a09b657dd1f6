/** Several recognisers as one: each stream goes to the engine that suits it, and to the next one when that fails. */
import type { Logger } from 'pino';
import type {
  EngineReport,
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
  SpeechSide,
} from '../../ports.ts';
import { closedStream } from '../closed-stream.ts';
import { StateHolder } from '../state-holder.ts';
import { closedBreaker, isUsable, stepBreaker, type Breaker, type BreakerInput } from './breaker.ts';
import { chooseEngine, engineOrder, type Candidate, type Route } from './choose-engine.ts';
import { FailoverStream, type EngineStream } from './failover-stream.ts';

export interface FailoverOptions {
  /** Best first; names must differ. */
  readonly engines: readonly Recognizer[];
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/** An engine and what became of the streams it was given. */
interface Engine {
  readonly recognizer: Recognizer;
  breaker: Breaker;
  takeOvers: number;
}

export class FailoverRecognizer implements Recognizer {
  readonly name = 'failover';
  readonly #options: FailoverOptions;
  readonly #engines: readonly Engine[];
  readonly #state = new StateHolder();
  readonly #streams = new Set<FailoverStream>();
  readonly #nowMs: () => number;
  readonly #stops: readonly (() => void)[];
  #closed = false;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? ((): number => performance.now());
    this.#engines = options.engines.map((recognizer) => ({ recognizer, breaker: closedBreaker, takeOvers: 0 }));
    this.#stops = options.engines.map((recognizer) =>
      recognizer.onState(() => {
        this.#review();
      }),
    );
  }

  get description(): string {
    const [first, ...rest] = this.#engines.map(({ recognizer }) => recognizer.description);
    return rest.length === 0 ? (first ?? '') : `${first ?? ''}；后备 ${rest.length} 个`.slice(0, 200);
  }

  get capabilities(): RecognizerCapabilities {
    const all = this.#engines.map(({ recognizer }) => recognizer.capabilities);
    const every = (key: 'partials' | 'tokenTimes' | 'syllables' | 'confidence' | 'hotWords'): boolean =>
      all.every((one) => one[key]);
    return {
      partials: every('partials'),
      tokenTimes: every('tokenTimes'),
      syllables: every('syllables'),
      confidence: every('confidence'),
      hotWords: every('hotWords'),
      revisedFinals: all.some((one) => one.revisedFinals),
      sampleRateHz: Math.min(...all.map((one) => one.sampleRateHz)),
      languages: [...new Set(all.flatMap((one) => one.languages))],
    };
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Engines that were left alone are tried again at once. */
  resetBreakers(): void {
    for (const engine of this.#engines) engine.breaker = closedBreaker;
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#state.listen(listener);
  }

  /** Resolves as soon as one engine is ready, or none will be. */
  async start(): Promise<void> {
    const settled = this.#state.settled();
    const all = Promise.all(this.#engines.map(({ recognizer }) => recognizer.start())).then(() => {
      this.#review();
    });
    await Promise.race([settled, all]);
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    if (this.#closed || this.state.type === 'off') return closedStream(options, 'failed');
    const order = engineOrder(
      { language: options.language, side: options.side },
      this.#options.routes,
      this.#speakers(),
    );
    const stream: FailoverStream = new FailoverStream({
      ...options,
      openNext: (tried, handlers, takeOver) => this.#openNext({ ...options, ...handlers }, order, tried, takeOver),
      onFailed: (engine) => {
        this.#note(engine, 'failed');
        this.#options.logger.warn({ engine, streamId: options.streamId }, 'engine failed in mid-call');
      },
      onWorked: (engine) => {
        this.#note(engine, 'worked');
      },
      onClosed: () => this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    return stream;
  }

  hearsAlike(a: string | undefined, b: string | undefined, side: SpeechSide): boolean {
    const first = (language: string | undefined): string | undefined =>
      engineOrder({ language, side }, this.#options.routes, this.#speakers())[0];
    return first(a) === first(b);
  }

  report(): readonly EngineReport[] {
    return this.#engines.flatMap(({ recognizer, takeOvers }) =>
      recognizer.report().map((report) => ({ ...report, takeOvers: report.takeOvers + takeOvers })),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    for (const stream of [...this.#streams]) stream.close('ended');
    await Promise.all(this.#engines.map(({ recognizer }) => recognizer.close()));
    this.#state.set({ type: 'off', reason: '语音识别已停止。' });
  }

  #openNext(
    options: RecognizerStreamOptions,
    order: readonly string[],
    tried: ReadonlySet<string>,
    takeOver: boolean,
  ): EngineStream | 'wait' | undefined {
    const name = chooseEngine(order, this.#candidates(), tried);
    const engine = this.#engines.find(({ recognizer }) => recognizer.name === name);
    if (engine === undefined) {
      const mayComeUp = this.#engines.some(
        ({ recognizer }) => order.includes(recognizer.name) && recognizer.state.type === 'starting',
      );
      return mayComeUp ? 'wait' : undefined;
    }
    this.#note(engine.recognizer.name, 'chosen');
    if (takeOver) engine.takeOvers++;
    return { engine: engine.recognizer.name, stream: engine.recognizer.open(options) };
  }

  #speakers(): readonly Pick<Candidate, 'name' | 'languages'>[] {
    return this.#engines.map(({ recognizer: { name, capabilities } }) => ({ name, languages: capabilities.languages }));
  }

  #candidates(): readonly Candidate[] {
    const nowMs = this.#nowMs();
    return this.#engines.map(({ recognizer, breaker }) => {
      const { name, state, capabilities } = recognizer;
      const reports = recognizer.report();
      return {
        name,
        languages: capabilities.languages,
        ready: state.type === 'ready',
        degraded: state.type === 'ready' && state.degraded !== undefined,
        openStreams: reports.reduce((sum, report) => sum + report.openStreams, 0),
        capacity: reports.reduce((sum, report) => sum + report.capacity, 0),
        usable: isUsable(breaker, nowMs),
      };
    });
  }

  #note(name: string, input: BreakerInput): void {
    const engine = this.#engines.find(({ recognizer }) => recognizer.name === name);
    if (engine === undefined) return;
    const before = engine.breaker;
    engine.breaker = stepBreaker(before, input, this.#nowMs());
    if (before.type === engine.breaker.type) return;
    this.#options.logger.info({ engine: name, breaker: engine.breaker.type }, 'circuit breaker changed');
  }

  #review(): void {
    if (this.#closed) return;
    const states = this.#engines.map(({ recognizer }) => recognizer.state);
    const ready = states.filter((state) => state.type === 'ready');
    if (ready.length > 0) {
      const fine = ready.some((state) => state.degraded === undefined);
      const degraded = fine ? undefined : ready[0]?.degraded;
      this.#state.set(degraded === undefined ? { type: 'ready' } : { type: 'ready', degraded });
    } else if (states.some((state) => state.type === 'starting')) this.#state.set({ type: 'starting' });
    else this.#state.set({ type: 'off', reason: states.map((s) => (s.type === 'off' ? s.reason : '')).join(' ') });
  }
}
