/**
 * What the hotline asks of a speech recogniser. Types only.
 * Adapters: `engines/sherpa` (real) and `engines/scripted` (tests); one contract suite for both.
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
}

export interface RecognizerCapabilities {
  readonly partials: boolean;
  readonly tokenTimes: boolean;
  readonly syllables: boolean;
  readonly sampleRateHz: number;
  /** BCP 47 tags and dialect names, e.g. `zh-CN`, `yue`. */
  readonly languages: readonly string[];
}

export type RecognizerState =
  | { readonly type: 'starting' }
  | { readonly type: 'ready' }
  /** Transcription is off; `reason` says in plain words what to do about it. */
  | { readonly type: 'off'; readonly reason: string };

export interface RecognizerStreamOptions {
  /** Identifies the stream in logs; carries no personal data. */
  readonly streamId: string;
  readonly side: SpeechSide;
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
}
