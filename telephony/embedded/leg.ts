/** One leg of the embedded switch. */
import {
  SwitchError,
  type HangupCause,
  type LegSnapshot,
  type LegState,
  type Marks,
  type SuperviseMode,
  type TapFrame,
} from '../ports/switch.ts';
import type { Law } from '../rtp/g711.ts';
import type { MediaKind, MediaLegOptions } from './media/media-engine.ts';
import type { TrunkOptions } from './trunks/types.ts';

/** Legs that all hear each other. */
export interface Conference {
  readonly id: string;
  readonly members: Set<Leg>;
}

export interface Leg {
  readonly legId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly kind: MediaKind;
  readonly mediaTimeoutMs: number;
  /** Digits are looked for in the audio (`dtmf: inband` of its trunk). */
  inbandDigits: boolean;
  /** Codecs in the order of its trunk; undefined: as usual. */
  codecs: readonly Law[] | undefined;
  /** Offers of ours are secure. */
  srtp: boolean;
  state: LegState;
  /** The call by which the SIP core knows it: the leg's own id, until it is dialled anew elsewhere. */
  sipCall: string;
  peer: Leg | undefined;
  conference: Conference | undefined;
  supervises: { readonly target: Leg; readonly mode: SuperviseMode } | undefined;
  /** What the media engine was told it hears (`hearingKey`). */
  hearing: string;
  marks: Marks;
  /** The caller's offer; undefined when it wants ours. */
  offer: string | undefined;
  /** What we wrote into SDP last. */
  localSdp: string;
  /** Set by the first `answer`, so that a second one waits for the same. */
  answering: Promise<void> | undefined;
  /** Set by the first `openEarly`: the way towards the caller is open, the call is not answered. */
  opening: Promise<void> | undefined;
  /** Our offer went out in a 200: the session is complete with the answer in the ACK. */
  awaitsAnswerInAck: boolean;
  /** The engine knows the leg. */
  hasMedia: boolean;
  ended: boolean;
  /** Why we end it; stands above what SIP makes of it. */
  endCause: HangupCause | undefined;
  /** Resolves when `leg.ended` has been told. */
  readonly whenEnded: Promise<void>;
  readonly resolveEnded: () => void;
  onTapFrame: ((frame: TapFrame) => void) | undefined;
}

export interface NewLeg {
  readonly legId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly kind: MediaKind;
  readonly mediaTimeoutMs: number;
  readonly marks: Marks;
  readonly offer: string | undefined;
  readonly inbandDigits?: boolean;
  readonly codecs?: readonly Law[] | undefined;
  readonly srtp?: boolean;
}

/** A leg at its beginning. */
export function createLeg(fields: NewLeg): Leg {
  let resolveEnded = (): void => undefined;
  const whenEnded = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });
  return {
    ...fields,
    inbandDigits: fields.inbandDigits ?? false,
    codecs: fields.codecs,
    srtp: fields.srtp ?? false,
    state: fields.direction === 'inbound' ? 'incoming' : 'dialling',
    sipCall: fields.legId,
    peer: undefined,
    conference: undefined,
    supervises: undefined,
    hearing: '/',
    localSdp: '',
    answering: undefined,
    opening: undefined,
    awaitsAnswerInAck: false,
    hasMedia: false,
    ended: false,
    endCause: undefined,
    whenEnded,
    resolveEnded,
    onTapFrame: undefined,
  };
}

/** What the engine needs to know of a leg. */
export function mediaOptions(leg: Leg): MediaLegOptions {
  const { legId, kind, mediaTimeoutMs, inbandDigits, codecs, srtp } = leg;
  return { legId, kind, mediaTimeoutMs, inbandDigits, srtp, ...(codecs === undefined ? {} : { codecs }) };
}

/** Whether the call stands, and audio may flow both ways. */
export function isAnswered(leg: Leg): boolean {
  switch (leg.state) {
    case 'incoming':
    case 'dialling':
    case 'ringing':
      return false;
    case 'parked':
    case 'bridged':
    case 'conferenced':
    case 'supervising':
      return true;
  }
}

/** As `list` shows it. */
export function snapshot(leg: Leg): LegSnapshot {
  const { legId, state, direction, peer, marks } = leg;
  return { legId, state, direction, peerLegId: peer?.legId, marks };
}

const TRY_MARK = '#';

/** Name of the call of a further try of a leg. */
export function callOfTry(legId: string, number: number): string {
  return number === 1 ? legId : `${legId}${TRY_MARK}${number}`;
}

/** The legs that are alive. */
export class LegTable {
  readonly #legs = new Map<string, Leg>();

  add(leg: Leg): void {
    this.#legs.set(leg.legId, leg);
  }

  /** The leg whose present call that is; a call that was given up for another finds none. */
  findByCall(call: string): Leg | undefined {
    const leg = this.#legs.get(call) ?? this.#legs.get(call.slice(0, Math.max(call.lastIndexOf(TRY_MARK), 0)));
    return leg?.sipCall === call ? leg : undefined;
  }

  find(legId: string): Leg | undefined {
    return this.#legs.get(legId);
  }

  /** The leg, or `no-such-leg`. */
  get(legId: string): Leg {
    const leg = this.#legs.get(legId);
    if (leg === undefined || leg.ended) throw new SwitchError('no-such-leg', 'the leg has ended or never was');
    return leg;
  }

  /** The leg if it is answered, else `wrong-state`. */
  getAnswered(legId: string): Leg {
    const leg = this.get(legId);
    if (!isAnswered(leg)) throw new SwitchError('wrong-state', `the leg is ${leg.state}, not answered`);
    return leg;
  }

  /** The leg if prompts can reach it: it is answered, or opened before the answer. */
  getAudible(legId: string): Leg {
    const leg = this.get(legId);
    return leg.opening !== undefined && leg.localSdp !== '' ? leg : this.getAnswered(legId);
  }

  delete(legId: string): void {
    this.#legs.delete(legId);
  }

  all(): Leg[] {
    return [...this.#legs.values()].filter((leg) => !leg.ended);
  }
}

/** Checks the keys of marks. */
export function checkMarks(marks: Marks): void {
  const bad = Object.keys(marks).some((key) => !/^[a-z_]{1,32}$/.test(key));
  if (bad) throw new SwitchError('bad-request', 'a mark has a key that is not [a-z_]{1,32}');
}

/** What a trunk wants of the media of its calls. */
export type TrunkMedia = Pick<NewLeg, 'inbandDigits' | 'codecs' | 'srtp'>;

/** Of a trunk that is known; the usual of any other. */
export function trunkMedia(trunk: Partial<TrunkOptions> | undefined): TrunkMedia {
  return { inbandDigits: trunk?.inbandDigits ?? false, codecs: trunk?.codecs, srtp: trunk?.srtp ?? false };
}
