/**
 * Boundary between signalling and media inside the embedded switch. Types only.
 *
 * Signalling passes SDP through as text; the engine owns every socket, key, clock and sample.
 * The implementation runs in a worker thread (`media-worker.ts`) behind `createMediaEngine`.
 */
import type { RecordingSpan, StreamQuality, TapFrame } from '../../ports/switch.ts';

export type MediaKind = 'rtp' | 'webrtc';

export interface MediaLegOptions {
  readonly legId: string;
  readonly kind: MediaKind;
  /** 0 = never. Silence on RTP and RTCP, counted only while the far end is allowed to send. */
  readonly mediaTimeoutMs: number;
  /** Listen for digits in the audio itself: for a far end that sends no telephone events. */
  readonly inbandDigits?: boolean;
  /** G.711 laws in the order in which they are offered and chosen; A-law first when absent. Plain RTP only. */
  readonly codecs?: readonly ('pcma' | 'pcmu')[];
  /** Our offer is RTP/SAVP with the key in it. Secure offers of the far end are always understood. */
  readonly srtp?: boolean;
}

/** Both directions of a leg. */
export interface LegFigures {
  readonly said: StreamQuality;
  /** As the far end reports it. */
  readonly heard: StreamQuality | undefined;
  readonly roundTripMs: number | undefined;
}

/** What one leg hears from now on. */
export interface Hearing {
  readonly legId: string;
  /** Legs whose parties it hears. One: packets as they come. Several: a mix. None: silence, or what is played. */
  readonly hears: readonly string[];
  /** Legs whose prompts and music it hears as well. */
  readonly hearsPlaysOf: readonly string[];
  /** Ends what is played to it. */
  readonly endsPlay: boolean;
}

export type MediaEvent =
  | { readonly type: 'media-up'; readonly legId: string }
  | { readonly type: 'media-lost'; readonly legId: string; readonly silentMs: number }
  | { readonly type: 'digit'; readonly legId: string; readonly digit: string; readonly durationMs: number }
  | { readonly type: 'play-started'; readonly legId: string; readonly playId: string }
  | {
      readonly type: 'play-finished';
      readonly legId: string;
      readonly playId: string;
      readonly reason: 'completed' | 'stopped' | 'failed';
    }
  | { readonly type: 'recording-started'; readonly legId: string; readonly path: string; readonly atMs: number }
  | {
      readonly type: 'recording-finished';
      readonly legId: string;
      readonly path: string;
      readonly lengthMs: number;
      readonly sizeBytes: number;
      readonly maskedSpans?: readonly RecordingSpan[];
      readonly isComplete?: boolean;
    }
  | ({ readonly type: 'quality'; readonly legId: string; readonly isFinal: boolean } & LegFigures)
  | { readonly type: 'tap'; readonly legId: string; readonly frame: TapFrame };

export interface MediaEngineOptions {
  /** Address written into SDP (NAT: the advertised one). */
  readonly advertisedAddress: string;
  /** Address the RTP sockets bind to. */
  readonly bindAddress: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  readonly iceServers: readonly { readonly urls: string; readonly username?: string; readonly credential?: string }[];
}

/**
 * Every method rejects with an Error in plain words when the leg is unknown or the SDP cannot be used.
 * `mediaErrorCode` (`media-error.ts`) tells whose fault it is.
 */
export interface MediaEngine {
  /** Makes our offer for an outbound leg. */
  createOffer(options: MediaLegOptions): Promise<string>;
  /** Takes the far end's answer to our offer. */
  acceptAnswer(legId: string, sdp: string): Promise<void>;
  /** Takes the far end's first offer and gives our answer. Also used for a re-INVITE's new offer on a known leg. */
  answerOffer(options: MediaLegOptions, sdp: string): Promise<string>;
  closeLeg(legId: string): Promise<void>;
  /** Changes who hears whom, all at once; legs not named hear what they heard. Nothing changes when one is unknown. */
  connect(hearings: readonly Hearing[]): Promise<void>;
  play(legId: string, request: { playId: string; files: readonly string[]; repeat: 'once' | 'forever' }): Promise<void>;
  stopPlay(legId: string): Promise<void>;
  startRecording(legId: string, path: string): Promise<void>;
  stopRecording(legId: string): Promise<void>;
  maskRecording(legId: string, masked: boolean): Promise<void>;
  startTap(legId: string): Promise<void>;
  stopTap(legId: string): Promise<void>;
  /** A digit received in a SIP INFO is put into the same stream of digits by signalling; this sends one out (RFC 4733). */
  sendDigit(legId: string, digit: string): Promise<void>;
  subscribe(listener: (event: MediaEvent) => void): () => void;
  close(): Promise<void>;
}
