/** Google Cloud Speech-to-Text v1 as a speech service: client, settings, back-off, what is charged. */
import type { SpeechClient } from '@google-cloud/speech';
import type { EngineCount } from '../engine-count.ts';
import type { ChannelOptions, Heard, SpeechService } from '../remote/channel.ts';
import { explain, responseSchema } from './google-answers.ts';
import { GoogleChannel, type GoogleCall, type GoogleCallEvents } from './google-channel.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof SpeechClient>[0]>;

export interface GoogleServiceOptions {
  /** `cmn-Hans-CN` … */
  readonly languageCode: string;
  /** What to ask for when a stream's language is one of these. */
  readonly languageCodes: Readonly<Record<string, string>>;
  /** A regional address (`eu-speech.googleapis.com`), or nothing for the global one. */
  readonly apiEndpoint: string | null;
  /** Path of the service account's key; nothing: GOOGLE_APPLICATION_CREDENTIALS. */
  readonly keyFile: string | null;
  readonly count: EngineCount;
  /** Other client settings (a local server in tests). */
  readonly client?: ClientOptions;
  readonly rollAfterMs?: number;
  readonly rollAtLatestMs?: number;
  readonly nowMs?: () => number;
}

/** Five minutes (and a few seconds) are the service's limit, audio that is sent again (up to 30 s) included. */
const ROLL_AFTER_MS = 240_000;
const ROLL_AT_LATEST_MS = 270_000;
/** The service takes at most 25 KB in one message. */
const MAX_AUDIO_BYTES = 24_000;
const MAX_HOT_WORDS = 5000;
const MAX_HOT_WORD_CHARS = 100;
const HOT_WORD_BOOST = 10;
/** After a refusal nothing is asked for this long, twice as long each time. */
const REST_MS = 15_000;
const LONGEST_REST_MS = 600_000;

export class GoogleService implements SpeechService {
  readonly #options: GoogleServiceOptions;
  readonly #nowMs: () => number;
  #client: SpeechClient | undefined;
  #restMs = 0;
  #restUntilMs = 0;
  #why = '';

  constructor(options: GoogleServiceOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? ((): number => performance.now());
  }

  async probe(): Promise<string | undefined> {
    if (this.#nowMs() < this.#restUntilMs) return this.#why;
    if (this.#client !== undefined) return undefined;
    const { apiEndpoint, keyFile, client } = this.#options;
    try {
      const { SpeechClient: Client } = await import('@google-cloud/speech');
      const made = new Client({
        ...(apiEndpoint === null ? {} : { apiEndpoint }),
        ...(keyFile === null ? {} : { keyFilename: keyFile }),
        ...client,
      });
      await made.initialize();
      if (client === undefined) await made.auth.getAccessToken();
      this.#client = made;
      return undefined;
    } catch {
      return '用不了 Google 语音识别：没有可用的凭据或连不上。请检查 asr.engines 里的 keyFile 或环境变量 GOOGLE_APPLICATION_CREDENTIALS；系统会继续定时重试。';
    }
  }

  open({ language, hotWords, onHeard }: ChannelOptions): GoogleChannel {
    const { count, rollAfterMs = ROLL_AFTER_MS, rollAtLatestMs = ROLL_AT_LATEST_MS } = this.#options;
    return new GoogleChannel({
      rollAfterMs,
      rollAtLatestMs,
      openCall: (events) => this.#call(language, hotWords, events),
      onHeard: (heard) => {
        this.#note(heard);
        onHeard(heard);
      },
      onBilled: (seconds) => {
        count.billedSeconds += seconds;
      },
    });
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #call(language: string | undefined, hotWords: readonly string[], events: GoogleCallEvents): GoogleCall {
    const client = this.#client;
    if (client === undefined) {
      queueMicrotask(() => {
        events.onError(16);
      });
      return { write: () => undefined, end: () => undefined, destroy: () => undefined };
    }
    const call = client._streamingRecognize();
    call.on('data', (data: unknown) => {
      const response = responseSchema.safeParse(data);
      if (!response.success) events.onError(2);
      else if (response.data.error !== 0) this.#fail(response.data.error, events);
      else events.onResponse(response.data);
    });
    call.on('error', (error: Error & { readonly code?: number }) => {
      this.#fail(error.code ?? 2, events);
    });
    call.on('end', events.onEnd);
    call.write({ streamingConfig: this.#config(language, hotWords) });
    return {
      write: (audio): void => {
        for (let at = 0; at < audio.length; at += MAX_AUDIO_BYTES) {
          call.write({ audioContent: audio.subarray(at, at + MAX_AUDIO_BYTES) });
        }
      },
      end: () => {
        call.end();
      },
      destroy: () => {
        call.destroy();
      },
    };
  }

  #config(language: string | undefined, hotWords: readonly string[]): object {
    const { languageCode, languageCodes } = this.#options;
    const phrases = hotWords.filter((w) => w.length <= MAX_HOT_WORD_CHARS).slice(0, MAX_HOT_WORDS);
    return {
      interimResults: true,
      config: {
        encoding: 'LINEAR16',
        sampleRateHertz: 8000,
        languageCode: languageCodes[language ?? ''] ?? languageCode,
        maxAlternatives: 1,
        enableWordTimeOffsets: true,
        enableAutomaticPunctuation: true,
        ...(phrases.length === 0 ? {} : { speechContexts: [{ phrases, boost: HOT_WORD_BOOST }] }),
      },
    };
  }

  #fail(code: number, events: GoogleCallEvents): void {
    const { kind } = explain(code);
    if (kind === 'quota' || kind === 'refused') this.#rest(kind);
    events.onError(code);
  }

  #rest(kind: 'quota' | 'refused'): void {
    this.#restMs = Math.min(LONGEST_REST_MS, Math.max(REST_MS, this.#restMs * 2));
    this.#restUntilMs = this.#nowMs() + this.#restMs;
    this.#why =
      kind === 'quota'
        ? 'Google 语音识别的配额用完了，过一会儿再试。'
        : 'Google 语音识别拒绝了请求：请检查凭据、权限和语言代码（asr.engines）；系统会继续定时重试。';
  }

  #note(heard: Heard): void {
    if (heard.type === 'partial' || heard.type === 'final') this.#restMs = 0;
  }
}
