/**
 * What the hotline asks of a speech recogniser. Types only.
 * Adapters: `engines/sherpa` (local models), `engines/vosk`, `engines/funasr`, `engines/google` (servers) and
 * `engines/scripted` (tests); one contract suite for all. `engines/failover` and `engines/second-pass` decorate any of them.
 */

/** Whose voice a stream carries. */
export const speechSides = ['caller', 'agent'] as const;
export type SpeechSide = (typeof speechSides)[number];

export interface AudioFrame {
  /** Milliseconds on the recording's clock (zero = first sample of the recording). */
  readonly atMs: number;
  /** 8 kHz mono linear PCM, at most 1 s. */
  readonly pcm: Int16Array;
  /** Milliseconds of audio lost right before this frame. */
  readonly gapBeforeMs: number;
}

/** One word, character or syllable with its time. */
export interface TimedToken {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * One state of one sentence. A later `rev` of the same `segmentId` replaces the earlier one as a whole;
 * after `final: true` only a better final (second pass) may follow.
 */
export interface TranscriptUpdate {
  readonly segmentId: string;
  readonly side: SpeechSide;
  readonly rev: number;
  /** Text for people: characters, digits and punctuation. */
  readonly text: string;
  readonly final: boolean;
  /** On the recording's clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** Times of the characters of `text`, in order, when the engine gives them; may be fewer than the characters. */
  readonly tokens: readonly TimedToken[];
  /** Toned pinyin of what was heard (`tou2`), when the engine gives it: better than characters for matching names. */
  readonly syllables: readonly string[];
  readonly engine: string;
  /** Milliseconds of speech lost before this segment. */
  readonly gapBeforeMs: number;
  /** How sure the engine is of a final text, 0 to 1; absent when it does not say. */
  readonly confidence?: number;
  /** Where numbers of identity or bank cards were spoken, on the recording's clock; absent when there were none. */
  readonly maskedSpans?: readonly TimeSpan[];
}

/** A stretch of the recording. */
export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** What an engine declares; the contract holds it to it. */
export interface RecognizerCapabilities {
  /** Text comes while a sentence is still being said. */
  readonly partials: boolean;
  /** `tokens` carry times that the engine measured (true) or that are spread over the sentence (false). */
  readonly tokenTimes: boolean;
  readonly syllables: boolean;
  /** A better final may follow a final, with a higher `rev`. */
  readonly revisedFinals: boolean;
  /** Finals carry `confidence`. */
  readonly confidence: boolean;
  /** `hotWords` of a stream make a difference. */
  readonly hotWords: boolean;
  /** What the engine works with inside; `push` always takes 8 kHz. */
  readonly sampleRateHz: number;
  /** BCP 47 tags and dialect names, e.g. `zh-CN`, `yue`. */
  readonly languages: readonly string[];
}

export type RecognizerState =
  | { readonly type: 'starting' }
  /** `degraded`: it keeps up only by doing less, in plain words what. */
  | { readonly type: 'ready'; readonly degraded?: string }
  /** Transcription is off; `reason` says in plain words what to do about it. */
  | { readonly type: 'off'; readonly reason: string };

export interface RecognizerStreamOptions {
  /** Identifies the stream in logs; carries no personal data. */
  readonly streamId: string;
  readonly side: SpeechSide;
  /** Language or dialect that is spoken, when known (`yue`, `wu`, `zh-CN`); engines that cannot choose ignore it. */
  readonly language?: string;
  /** Names and words to be expected, best first; see `capabilities.hotWords`. */
  readonly hotWords?: readonly string[];
  readonly onUpdate: (update: TranscriptUpdate) => void;
  /** The stream cannot go on (engine died); what was said is lost until a new stream is opened. */
  readonly onEnd: (reason: 'ended' | 'failed') => void;
}

export interface RecognizerStream {
  /** Never blocks and never throws; drops audio (and marks the gap) rather than buffer more than 2 s. */
  push(frame: AudioFrame): void;
  /** Flushes: the last final comes before the promise resolves, after at most 2 s. */
  end(): Promise<void>;
}

/** One engine in figures, for metrics. Counters grow from the start of the program. */
export interface EngineReport {
  readonly engine: string;
  readonly state: RecognizerState['type'];
  readonly openStreams: number;
  /** Streams that may be open at once as measured or configured. */
  readonly capacity: number;
  readonly audioSeconds: number;
  /** Seconds that a paid service charges for; 0 for an engine of one's own. */
  readonly billedSeconds: number;
  readonly failedStreams: number;
  /** Streams that this engine took over from another in mid-call. */
  readonly takeOvers: number;
}

export interface Recognizer {
  readonly name: string;
  /** One line for people: model, language, that it is a demo if it is one. */
  readonly description: string;
  readonly capabilities: RecognizerCapabilities;
  readonly state: RecognizerState;
  start(): Promise<void>;
  onState(listener: (state: RecognizerState) => void): () => void;
  open(options: RecognizerStreamOptions): RecognizerStream;
  close(): Promise<void>;
  /** False where another engine hears one language than the other; absent where one engine hears all. */
  hearsAlike?(a: string | undefined, b: string | undefined, side: SpeechSide): boolean;
  /** One line for each engine behind it. */
  report(): readonly EngineReport[];
}
