/** What the adapter knows of each leg. */
import {
  SwitchError,
  type HangupCause,
  type LegSnapshot,
  type LegState,
  type Marks,
  type PlayRequest,
  type SuperviseMode,
} from '../ports/switch.ts';
import { noReports, zeroCounters, type LegCounters, type LegReports } from './quality-core.ts';

/** A play in progress. Its files are applications queued on the channel, one after the other. */
export interface Play {
  readonly request: PlayRequest;
  /** Marks the files of this play among all events. */
  readonly token: string;
  readonly steps: number;
  started: boolean;
  /** Playback was broken off, as its last PLAYBACK_STOP said. */
  broken: boolean;
}

export interface Recording {
  readonly path: string;
  startedMs: number;
}

export interface Leg {
  readonly legId: string;
  readonly direction: 'inbound' | 'outbound';
  /** Call-ID of its INVITE; empty for a leg of our own. */
  readonly sipCallId: string;
  state: LegState;
  answered: boolean;
  /** `leg.answered` was told. */
  answerTold: boolean;
  /** 183 was sent: prompts can be heard before the answer. */
  early: boolean;
  /** The channel sits in park (or was adopted) and can be joined. */
  ready: boolean;
  /** FreeSWITCH has made the channel. */
  created: boolean;
  peerLegId: string | undefined;
  /** Leg or conference that it is being moved to by us: its parking on the way is not told. */
  joining: string | undefined;
  marks: Marks;
  /** Cause of our own command to end it. */
  endCause: HangupCause | undefined;
  ended: boolean;
  play: Play | undefined;
  recording: Recording | undefined;
  /** Another process had this leg before. */
  isAdopted: boolean;
  conferenceId: string | undefined;
  supervises: { readonly targetLegId: string; readonly mode: SuperviseMode } | undefined;
  /** Clock of FreeSWITCH when media was set up; 0 before. */
  mediaStartMs: number;
  /** Clock of its RTP. */
  ticksPerMs: number;
  /** The latest reports of RTCP. */
  reports: LegReports;
  /** Counters when its quality was told last. */
  counted: LegCounters;
  readonly whenReady: Promise<void>;
  readonly resolveReady: () => void;
  readonly whenEnded: Promise<void>;
  readonly resolveEnded: () => void;
}

type NewLeg = Pick<Leg, 'legId' | 'direction' | 'state'> & Partial<Pick<Leg, 'marks' | 'created' | 'sipCallId'>>;

/** A leg in its first state. */
export function newLeg({ legId, direction, state, marks = {}, created = true, sipCallId = '' }: NewLeg): Leg {
  let resolveEnded: () => void = () => undefined;
  let resolveReady: () => void = () => undefined;
  const whenEnded = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });
  const whenReady = new Promise<void>((resolve) => {
    resolveReady = resolve;
  });
  return {
    ...{ legId, direction, sipCallId, state, marks, created, whenEnded, resolveEnded, whenReady, resolveReady },
    ...{ answered: false, answerTold: false, early: false, ready: false, ended: false },
    ...{
      peerLegId: undefined,
      joining: undefined,
      endCause: undefined,
      play: undefined,
      recording: undefined,
      isAdopted: false,
    },
    ...{ conferenceId: undefined, supervises: undefined, mediaStartMs: 0 },
    ...{ ticksPerMs: 8, reports: noReports, counted: zeroCounters },
  };
}

export function markReady(leg: Leg): void {
  leg.ready = true;
  leg.resolveReady();
}

/** As `list` shows it. */
export function snapshot({ legId, state, direction, peerLegId, marks }: Leg): LegSnapshot {
  return { legId, state, direction, peerLegId, marks };
}

/** The legs that are alive. */
export class LegTable {
  readonly #legs = new Map<string, Leg>();

  get size(): number {
    return this.#legs.size;
  }

  add(leg: Leg): Leg {
    this.#legs.set(leg.legId, leg);
    return leg;
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
    if (!leg.answered) throw new SwitchError('wrong-state', `the leg is ${leg.state}, not answered`);
    return leg;
  }

  /** The leg if prompts can reach it, else `wrong-state`. */
  getWithMedia(legId: string): Leg {
    const leg = this.get(legId);
    if (!leg.answered && !leg.early) throw new SwitchError('wrong-state', `the leg is ${leg.state}, without media`);
    return leg;
  }

  delete(legId: string): void {
    this.#legs.delete(legId);
  }

  all(): Leg[] {
    return [...this.#legs.values()];
  }
}
