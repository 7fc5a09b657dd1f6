/** Taps with FreeSWITCH's standard modules only: two listening legs, one per side, to a SIP and RTP end of ours. */
import type { Logger } from 'pino';
import type { TapFrame } from '../../ports/switch.ts';
import type { LegCommands } from '../commands.ts';
import { retryDelayMs, type AudioTaps, type OnTapFrame } from './audio-taps.ts';
import { SipAnswerer } from './sip-answerer.ts';
import { FRAME_MS, TapTimeline } from './tap-timeline.ts';

export interface LegTapsOptions {
  readonly bind: string;
  readonly advertisedAddress: string;
  readonly port: number;
  /** SIP profile the listening legs leave by. */
  readonly profile: string;
  readonly commands: LegCommands;
  readonly logger: Logger;
  readonly newId: () => string;
}

interface Side {
  readonly side: TapFrame['side'];
  readonly name: string;
  readonly channel: string;
}

interface Tap {
  readonly legId: string;
  readonly clockMs: () => number;
  readonly onFrame: OnTapFrame;
  readonly timelines: Readonly<Record<TapFrame['side'], TapTimeline>>;
  sides: Side[];
  retry: NodeJS.Timeout | undefined;
  tries: number;
}

const SAMPLES = 160;
/** Which half of the target's audio a listening leg gets: what it sends, or what it is sent. */
const HALF = { said: 'eavesdrop_bridge_aleg', heard: 'eavesdrop_bridge_bleg' } as const;
const DIAL_TIMEOUT_MS = 10_000;

export class LegTaps implements AudioTaps {
  readonly kind = 'legs';
  readonly #options: LegTapsOptions;
  readonly #taps = new Map<string, Tap>();
  readonly #answerer: SipAnswerer;

  constructor(options: LegTapsOptions) {
    this.#options = options;
    this.#answerer = new SipAnswerer(options);
  }

  get size(): number {
    return this.#taps.size;
  }

  start(): Promise<void> {
    return this.#answerer.start();
  }

  async begin(legId: string, clockMs: () => number, onFrame: OnTapFrame): Promise<void> {
    await this.end(legId);
    const timelines = { said: new TapTimeline(), heard: new TapTimeline() };
    const tap: Tap = { legId, clockMs, onFrame, timelines, sides: [], retry: undefined, tries: 0 };
    this.#taps.set(legId, tap);
    try {
      await this.#dial(tap);
    } catch (error) {
      this.forget(legId);
      throw error;
    }
  }

  async end(legId: string): Promise<void> {
    const tap = this.#taps.get(legId);
    if (tap === undefined) return;
    const { sides } = tap;
    this.forget(legId);
    await Promise.all(sides.map((s) => this.#options.commands.ask(`uuid_kill ${s.channel}`)));
  }

  forget(legId: string): void {
    const tap = this.#taps.get(legId);
    if (tap === undefined) return;
    this.#taps.delete(legId);
    clearTimeout(tap.retry);
    for (const { name } of tap.sides) this.#answerer.drop(name);
  }

  /** Only forks are told lost by FreeSWITCH; a listening leg that ends hangs up. */
  lost(): void {
    return;
  }

  renew(): void {
    for (const tap of this.#taps.values()) this.#again(tap);
  }

  close(): Promise<void> {
    for (const legId of [...this.#taps.keys()]) this.forget(legId);
    this.#answerer.close();
    return Promise.resolve();
  }

  async #dial(tap: Tap): Promise<void> {
    tap.sides = (['said', 'heard'] as const).map((side) => {
      const channel = this.#options.newId();
      return { side, channel, name: `tap-${channel}` };
    });
    await Promise.all(tap.sides.map((side) => this.#dialOne(tap, side)));
  }

  async #dialOne(tap: Tap, { side, channel, name }: Side): Promise<void> {
    const { commands, advertisedAddress, profile } = this.#options;
    await this.#answerer.expect(
      name,
      (pcm, lost) => {
        deliver(tap, side, pcm, lost);
      },
      () => {
        this.#again(tap);
      },
    );
    const variables = [
      `origination_uuid=${channel}`,
      'hl_tap=1',
      `${HALF[side]}=true`,
      'eavesdrop_enable_dtmf=false',
      'ignore_early_media=true',
      'absolute_codec_string=PCMA',
      'originate_timeout=5',
    ].join(',');
    const dial = `sofia/${profile}/${name}@${advertisedAddress}:${this.#answerer.port}`;
    await commands.dial(`originate {${variables}}${dial} &eavesdrop(${tap.legId})`, DIAL_TIMEOUT_MS);
  }

  #again(tap: Tap): void {
    if (tap.retry !== undefined || this.#taps.get(tap.legId) !== tap) return;
    tap.retry = setTimeout(() => {
      tap.retry = undefined;
      void this.#tryAgain(tap);
    }, retryDelayMs(tap.tries++));
  }

  async #tryAgain(tap: Tap): Promise<void> {
    const { commands, logger } = this.#options;
    const old = tap.sides;
    for (const { name } of old) this.#answerer.drop(name);
    try {
      await Promise.all(old.map((s) => commands.ask(`uuid_kill ${s.channel}`)));
      // With its own leg gone there is nothing left to listen to.
      if (this.#taps.get(tap.legId) !== tap || !(await commands.exists(tap.legId))) return;
      await this.#dial(tap);
      tap.tries = 0;
    } catch (error) {
      logger.warn({ err: error, legId: tap.legId }, 'listening legs could not be made again');
      this.#again(tap);
    }
  }
}

function deliver(tap: Tap, side: TapFrame['side'], pcm: Int16Array, lost: number): void {
  const frames = Math.max(1, Math.floor(pcm.length / SAMPLES));
  const placed = tap.timelines[side].place(frames, tap.clockMs(), lost);
  for (let n = placed.skip; n < frames; n++) {
    const first = n === placed.skip;
    tap.onFrame({
      side,
      atMs: placed.atMs + (n - placed.skip) * FRAME_MS,
      pcm: pcm.slice(n * SAMPLES, (n + 1) * SAMPLES),
      gapBeforeMs: first ? placed.gapBeforeMs : 0,
    });
  }
}
