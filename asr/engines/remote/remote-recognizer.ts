/**
 * A speech server behind the recogniser port. Watches whether the server can be reached, and says so when not.
 * May not: keep audio for longer than it takes to send it.
 */
import type { Logger } from 'pino';
import type {
  EngineReport,
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
} from '../../ports.ts';
import { closedStream } from '../closed-stream.ts';
import { EngineCount } from '../engine-count.ts';
import { StateHolder } from '../state-holder.ts';
import type { SpeechService } from './channel.ts';
import { RemoteStream } from './remote-stream.ts';

export interface RemoteRecognizerOptions {
  readonly name: string;
  readonly description: string;
  readonly capabilities: RecognizerCapabilities;
  readonly service: SpeechService;
  readonly acknowledges: boolean;
  readonly maxStreams: number;
  readonly logger: Logger;
  readonly count?: EngineCount;
}

/** Waits before the server is tried again while it cannot be reached. */
const BACK_OFF_MS = [500, 1000, 2000, 5000, 15_000, 30_000] as const;
const WATCH_MS = 1000;
const NO_ANSWER_MS = 5000;

export class RemoteRecognizer implements Recognizer {
  readonly name: string;
  readonly description: string;
  readonly capabilities: RecognizerCapabilities;
  readonly #options: RemoteRecognizerOptions;
  readonly #state = new StateHolder();
  readonly #streams = new Set<RemoteStream>();
  readonly #count: EngineCount;
  #retry: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #failedProbes = 0;
  #probing = false;
  #closed = false;

  constructor(options: RemoteRecognizerOptions) {
    this.#options = options;
    this.name = options.name;
    this.description = options.description;
    this.capabilities = options.capabilities;
    this.#count = options.count ?? new EngineCount(options.name);
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#state.listen(listener);
  }

  async start(): Promise<void> {
    this.#watch = setInterval(() => {
      for (const stream of [...this.#streams]) stream.check(performance.now(), NO_ANSWER_MS);
    }, WATCH_MS);
    this.#watch.unref();
    await this.#probe();
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    if (this.state.type !== 'ready' || this.#streams.size >= this.#options.maxStreams) {
      this.#options.logger.warn(
        { engine: this.name, open: this.#streams.size, state: this.state.type },
        'stream not opened',
      );
      return closedStream(options, 'failed');
    }
    const { service, acknowledges } = this.#options;
    const { language, hotWords = [] } = options;
    const stream: RemoteStream = new RemoteStream({
      ...options,
      engine: this.name,
      acknowledges,
      nowMs: () => performance.now(),
      openChannel: (onHeard) => service.open({ language, hotWords, onHeard }),
      onClosed: (reason, detail) => {
        this.#streams.delete(stream);
        if (reason === 'failed') this.#suspect(detail);
      },
    });
    this.#streams.add(stream);
    return this.#count.counted(stream);
  }

  report(): readonly EngineReport[] {
    return [this.#count.report(this.state, this.#streams.size, this.#options.maxStreams)];
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    for (const stream of [...this.#streams]) stream.close('ended', '');
    await this.#options.service.close();
    this.#state.set({ type: 'off', reason: '语音识别已停止。' });
  }

  /** A stream broke: is the server still there? */
  #suspect(detail: string): void {
    this.#count.failedStreams++;
    this.#options.logger.warn({ engine: this.name, detail }, 'recognition stream failed');
    void this.#probe();
  }

  /** It may have been closed while something was waited for. */
  #isClosed(): boolean {
    return this.#closed;
  }

  async #probe(): Promise<void> {
    if (this.#probing || this.#closed) return;
    this.#probing = true;
    const fault = await this.#options.service.probe();
    this.#probing = false;
    if (this.#isClosed()) return;
    if (fault === undefined) {
      this.#failedProbes = 0;
      this.#state.set({ type: 'ready' });
      return;
    }
    this.#state.set({ type: 'off', reason: fault });
    const waitMs = BACK_OFF_MS[Math.min(this.#failedProbes, BACK_OFF_MS.length - 1)] ?? 30_000;
    this.#failedProbes++;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#probe(), waitMs);
    this.#retry.unref();
  }
}
