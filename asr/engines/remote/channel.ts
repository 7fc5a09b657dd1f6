/** What the remote engines have in common: a connection that takes audio and tells what was heard. Types only. */

/** A word with its time, in milliseconds of the audio that was sent on the channel. */
export interface HeardWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export type Heard =
  /** The running sentence as it stands; replaces what was said of it before. */
  | { readonly type: 'partial'; readonly text: string; readonly words: readonly HeardWord[] }
  /** The sentence is finished; an empty text: there was none. */
  | {
      readonly type: 'final';
      readonly text: string;
      readonly words: readonly HeardWord[];
      readonly confidence?: number;
    }
  /** One packet of audio does not wait any more (servers that answer each packet). */
  | { readonly type: 'taken' }
  /** Everything was heard; nothing more will come. */
  | { readonly type: 'over' }
  /** The server sent what it must not, or broke down. `detail` is constant text: no speech, no numbers. */
  | { readonly type: 'fault'; readonly detail: string };

export interface ChannelOptions {
  readonly language: string | undefined;
  readonly hotWords: readonly string[];
  readonly onHeard: (heard: Heard) => void;
}

export interface SpeechChannel {
  /** 8 kHz mono. Never blocks. */
  send(pcm: Int16Array): void;
  /** No more audio; the last words and `over` follow. */
  finish(): void;
  /** At once, without last words. */
  close(): void;
}

/** How one engine is reached. */
export interface SpeechService {
  open(options: ChannelOptions): SpeechChannel;
  /** Undefined when it can be reached, else what is wrong, in plain words. Never rejects. */
  probe(): Promise<string | undefined>;
  close(): Promise<void>;
}
