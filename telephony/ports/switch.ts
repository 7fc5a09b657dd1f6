/**
 * What a hotline asks of a telephone switch: legs, bridges, prompts, recordings, taps.
 *
 * The level is that of legs and bridges, not of SIP messages, so that a switch which outlives this
 * process (FreeSWITCH) can keep people talking and be adopted again after a restart.
 * Types only. Adapters: `telephony/embedded`; FreeSWITCH joins through the same contract suite
 * (`tests/contracts/switch.contract.ts`).
 */

/** Our own identifier of one leg (a UUID); it never changes through park, bridge and transfer. */
export type LegId = string;

/** Small facts stored with a leg in the switch itself, readable again after a restart. Keys are `[a-z_]{1,32}`. */
export type Marks = Readonly<Record<string, string>>;

export const hangupCauses = [
  'normal',
  'busy',
  'rejected',
  'no-answer',
  'cancelled',
  'not-found',
  'unavailable',
  'incompatible-media',
  'congestion',
  'media-lost',
  'failed',
  'shutdown',
] as const;
/** Why a leg ended. Each adapter maps SIP status and Q.850 cause to these. */
export type HangupCause = (typeof hangupCauses)[number];

/** Who ended a leg: the far end, or a command of ours. */
export type EndedBy = 'remote' | 'local';

/** Where an inbound leg came from. A web phone or an agent is an endpoint that proved a credential. */
export type LegOrigin =
  { readonly type: 'trunk'; readonly trunk: string } | { readonly type: 'endpoint'; readonly endpointId: string };

/** Where the caller's number comes from: vouched for by the network, or only said by the caller's own device. */
export type CallerIdentity = 'asserted' | 'claimed' | 'withheld';

/** A station that sent the call on before it came to us. */
export interface Diversion {
  /** User part of its address: the number that was dialled there. */
  readonly user: string;
  /** `unconditional`, `no-answer`, `user-busy` …, or a SIP status such as `302`; empty when it is not said. */
  readonly reason: string;
}

export type DialTarget =
  /** A registered endpoint (an agent's softphone), reached over the flow it registered on. */
  | { readonly type: 'endpoint'; readonly endpointId: string }
  /** Any SIP URI, sent out through a trunk. */
  | { readonly type: 'uri'; readonly uri: string };

export interface OriginateRequest {
  /** Chosen by the caller of the port, so that a dial can be cancelled before the switch has answered. */
  readonly legId: LegId;
  readonly target: DialTarget;
  readonly from: { readonly user: string; readonly displayName?: string };
  /** Extra SIP headers; names begin with `X-`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds the far end may ring; then the leg ends with `no-answer`. */
  readonly ringMs: number;
  /** End the leg with `media-lost` after this much silence on RTP and RTCP while sending is allowed. 0 = never. */
  readonly mediaTimeoutMs: number;
  readonly marks?: Marks;
  /** Leg that this one will be joined to: with several switch nodes both have to be on the same one. */
  readonly nearLegId?: LegId;
}

/** What to play: WAV files played one after the other, as one piece. */
export interface PlayRequest {
  readonly playId: string;
  /** Absolute paths of PCM/A-law/mu-law WAV files. */
  readonly files: readonly string[];
  /** `forever` repeats until stopped (music). */
  readonly repeat: 'once' | 'forever';
}

export interface TapFrame {
  /** `said`: what the leg's party says. `heard`: what the leg's party hears. */
  readonly side: 'said' | 'heard';
  /** Milliseconds on the leg's media clock (zero when its media was set up) of the first sample. */
  readonly atMs: number;
  /** 8 kHz mono linear PCM. */
  readonly pcm: Int16Array;
  /** Milliseconds of audio lost right before this frame; 0 if none. Silence is not put in its place. */
  readonly gapBeforeMs: number;
}

/** How one direction of a leg fares. */
export interface StreamQuality {
  readonly packets: number;
  readonly lostPackets: number;
  readonly jitterMs: number;
  /** Mean opinion score 1.0-4.5, estimated by the E-model (ITU-T G.107). */
  readonly mos: number;
}

/** Milliseconds of a recording, from its beginning. */
export interface RecordingSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export type SwitchEvent =
  | {
      readonly type: 'leg.incoming';
      readonly legId: LegId;
      /** User part of the caller's address, e.g. a telephone number; empty when withheld. */
      readonly from: string;
      readonly fromDisplayName: string;
      readonly to: string;
      readonly origin: LegOrigin;
      /** How `from` is known (P-Asserted-Identity of a trunk is `asserted`). */
      readonly callerIdentity: CallerIdentity;
      /** Who diverted the call, latest first; at most 8 (Diversion, History-Info). */
      readonly diversions: readonly Diversion[];
      /**
       * The INVITE's `X-` headers by name in lower case: at most 16, values of at most 256 bytes; longer ones are left
       * out. They are what the far end says: believe them only from an origin that may say so.
       */
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly type: 'leg.ringing'; readonly legId: LegId }
  | { readonly type: 'leg.answered'; readonly legId: LegId }
  /** First audio packet of the far end has arrived. */
  | { readonly type: 'leg.media-up'; readonly legId: LegId }
  | { readonly type: 'leg.digit'; readonly legId: LegId; readonly digit: string; readonly durationMs: number }
  | { readonly type: 'play.started'; readonly legId: LegId; readonly playId: string }
  | {
      readonly type: 'play.finished';
      readonly legId: LegId;
      readonly playId: string;
      readonly reason: 'completed' | 'stopped' | 'failed';
    }
  /**
   * The leg's telephone asks to have its call sent elsewhere (SIP REFER). Whoever hangs the leg up within ten seconds
   * grants it: the switch then tells the telephone that it was done, else that it was declined. A switch that carries
   * out transfers itself never tells this.
   */
  | {
      readonly type: 'leg.transfer-requested';
      readonly legId: LegId;
      /** User part of where to: a number, an extension, a queue. */
      readonly to: string;
      /** The leg that the call shall be joined with (attended transfer); undefined: dial `to` (blind). */
      readonly replacesLegId: LegId | undefined;
    }
  | { readonly type: 'leg.bridged'; readonly legId: LegId; readonly peerLegId: LegId }
  | { readonly type: 'leg.parked'; readonly legId: LegId }
  | { readonly type: 'leg.conferenced'; readonly legId: LegId; readonly conferenceId: string }
  | {
      readonly type: 'leg.supervising';
      readonly legId: LegId;
      readonly targetLegId: LegId;
      readonly mode: SuperviseMode;
    }
  | { readonly type: 'recording.started'; readonly legId: LegId; readonly path: string; readonly atMs: number }
  | {
      readonly type: 'recording.finished';
      readonly legId: LegId;
      readonly path: string;
      readonly lengthMs: number;
      readonly sizeBytes: number;
      /** Where it is silent because it was masked; absent where the switch does not know. */
      readonly maskedSpans?: readonly RecordingSpan[];
      /** False: the file is shorter than the time it stands for. Absent where the switch does not know. */
      readonly isComplete?: boolean;
    }
  /** Every five seconds while a leg has media: the figures of those seconds. `isFinal`: of the whole leg, at its end. */
  | {
      readonly type: 'leg.quality';
      readonly legId: LegId;
      readonly isFinal: boolean;
      /** What reached us from the leg's party. */
      readonly said: StreamQuality;
      /** What reached the party from us, as it reports; undefined while it has not reported. */
      readonly heard: StreamQuality | undefined;
      readonly roundTripMs: number | undefined;
    }
  | {
      readonly type: 'leg.ended';
      readonly legId: LegId;
      readonly cause: HangupCause;
      readonly by: EndedBy;
      /** SIP status when there was one, else 0. */
      readonly sipStatus: number;
    }
  | { readonly type: 'endpoint.registered'; readonly endpointId: string }
  | { readonly type: 'endpoint.unregistered'; readonly endpointId: string };

/** How a supervising leg takes part in its target's call. */
export const superviseModes = ['listen', 'whisper', 'barge'] as const;
/** `listen`: hears both sides. `whisper`: is heard by the target only. `barge`: is heard by both. */
export type SuperviseMode = (typeof superviseModes)[number];

export const legStates = [
  'incoming',
  'dialling',
  'ringing',
  'parked',
  'bridged',
  'conferenced',
  'supervising',
] as const;
export type LegState = (typeof legStates)[number];

export interface LegSnapshot {
  readonly legId: LegId;
  readonly state: LegState;
  readonly direction: 'inbound' | 'outbound';
  readonly peerLegId: LegId | undefined;
  readonly marks: Marks;
}

export const switchErrorCodes = [
  'no-such-leg',
  'wrong-state',
  'no-such-endpoint',
  'media-failed',
  'bad-request',
  'closed',
] as const;
export type SwitchErrorCode = (typeof switchErrorCodes)[number];

/** A command could not be carried out. `details` holds no numbers and no names of people. */
export class SwitchError extends Error {
  override readonly name = 'SwitchError';
  readonly code: SwitchErrorCode;
  constructor(code: SwitchErrorCode, message: string, options?: ErrorOptions) {
    super(`switch: ${code}: ${message}`, options);
    this.code = code;
  }
}

/** Signalling: legs and who is joined to whom. Commands on a leg that has ended reject with `no-such-leg`. */
export interface LegControl {
  /** Tells an unanswered inbound leg that it is ringing (180). */
  ring(legId: LegId): Promise<void>;
  /** Answers an inbound leg; it is then parked. Answering twice is harmless. */
  answer(legId: LegId): Promise<void>;
  /**
   * Dials. Resolves when the dial has begun; the outcome comes as `leg.ringing`, `leg.answered` or `leg.ended`.
   * A target endpoint which is not registered gives `leg.ended` with `unavailable`, not a rejection.
   */
  originate(request: OriginateRequest): Promise<void>;
  /** Ends a leg in any state (reject, CANCEL or BYE). Ending a leg that is gone is harmless. */
  hangup(legId: LegId, cause: HangupCause): Promise<void>;
  /** Joins two answered legs; a bridge either leg was in before is undone, its other leg is parked. */
  bridge(a: LegId, b: LegId): Promise<void>;
  /** Takes a leg and its peer apart; both stay up, silent. When one leg of a bridge ends the other is parked. */
  park(legId: LegId): Promise<void>;
  setMarks(legId: LegId, marks: Marks): Promise<void>;
  list(): Promise<readonly LegSnapshot[]>;
}

/** More than two at a time. Consulting and transfers are `originate`, `bridge` and `park`. */
export interface PartyControl {
  /**
   * Puts answered legs into a conference (made by its first leg): each hears all others. What they were in before is
   * undone, and what is left alone by that is parked. A leg goes out by `park`, `bridge` or its end; the last one left
   * is parked.
   */
  conference(conferenceId: string, legIds: readonly LegId[]): Promise<void>;
  /**
   * Attaches an answered leg (a supervisor's) to another, or changes its mode. It stays attached while the target is
   * parked, held or bridged anew, and ends with `normal` when the target ends. `park` detaches it.
   */
  supervise(legId: LegId, targetLegId: LegId, mode: SuperviseMode): Promise<void>;
  /** Opens the way towards an unanswered inbound leg (183): prompts then reach the caller before the call is charged. */
  openEarly(legId: LegId): Promise<void>;
}

export interface MediaControl {
  /** Plays to an answered leg; a play already running on it ends with `stopped`. Bridging ends a play. */
  play(legId: LegId, request: PlayRequest): Promise<void>;
  stopPlay(legId: LegId): Promise<void>;
  /** Stereo WAV, 8 kHz: left = what the leg's party says, right = what it hears. Spans hold, park and re-bridge. */
  startRecording(legId: LegId, path: string): Promise<void>;
  stopRecording(legId: LegId): Promise<void>;
  /** Silences both sides of the recording (time goes on) while masked. */
  maskRecording(legId: LegId, masked: boolean): Promise<void>;
  /** Delivers audio of both sides until `stopTap` or the leg ends. Frames are 20-100 ms long. */
  startTap(legId: LegId, onFrame: (frame: TapFrame) => void): Promise<void>;
  stopTap(legId: LegId): Promise<void>;
}

export interface Switch extends LegControl, PartyControl, MediaControl {
  readonly name: string;
  start(): Promise<void>;
  /** Ends every leg with `shutdown`, frees sockets and threads. */
  close(): Promise<void>;
  /** One listener is enough; events of one leg come in order. Returns a function that unsubscribes. */
  subscribe(listener: (event: SwitchEvent) => void): () => void;
}

/** A short-lived softphone credential as the registrar checks it (RFC 8760: MD5 and SHA-256). */
export interface EndpointCredential {
  readonly username: string;
  readonly endpointId: string;
  readonly role: 'agent' | 'phone';
  /** Hex of H(username:realm:password). */
  readonly ha1Md5: string;
  readonly ha1Sha256: string;
  readonly expiresAtMs: number;
}

/** Where a switch asks who may register or call with a credential. Answers at once, from memory. */
export interface EndpointDirectory {
  find(username: string): EndpointCredential | undefined;
}
