/** What the main thread and the media thread say to each other. Types only. */
import type { MediaEvent, MediaEngineOptions } from './media-engine.ts';
import type { MediaErrorCode } from './media-error.ts';
import type { LocalMediaEngine } from './local-engine.ts';

/** The methods that are carried over, with their arguments. */
export type RemoteMethod =
  | 'createOffer'
  | 'acceptAnswer'
  | 'answerOffer'
  | 'closeLeg'
  | 'connect'
  | 'play'
  | 'stopPlay'
  | 'startRecording'
  | 'stopRecording'
  | 'maskRecording'
  | 'startTap'
  | 'stopTap'
  | 'sendDigit'
  | 'quality'
  | 'close';

export type RemoteArguments<M extends RemoteMethod> = Parameters<LocalMediaEngine[M]>;
export type RemoteResult<M extends RemoteMethod> = Awaited<ReturnType<LocalMediaEngine[M]>>;

export interface WorkerOptions {
  readonly engine: MediaEngineOptions;
  readonly logLevel: string;
}

export interface RequestMessage {
  readonly id: number;
  readonly method: RemoteMethod;
  readonly args: readonly unknown[];
}

export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string; readonly code: MediaErrorCode }
  | { readonly type: 'event'; readonly event: MediaEvent }
  /** One line of the worker's log, as pino wrote it. */
  | { readonly type: 'log'; readonly line: string };
