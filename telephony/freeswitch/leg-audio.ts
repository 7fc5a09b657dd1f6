/** The audio taps of all legs, by whichever way FreeSWITCH has. */
import { SwitchError } from '../ports/switch.ts';
import type { LegCommands } from './commands.ts';
import type { Leg } from './leg.ts';
import type { FreeswitchOptions } from './options.ts';
import type { AudioTaps, OnTapFrame } from './taps/audio-taps.ts';
import { ForkTaps } from './taps/fork-taps.ts';
import { LegTaps } from './taps/leg-taps.ts';

export class LegAudio {
  readonly #options: FreeswitchOptions;
  readonly #commands: LegCommands;
  readonly #opened: AudioTaps[] = [];
  #taps: AudioTaps | undefined;

  constructor(options: FreeswitchOptions, commands: LegCommands) {
    this.#options = options;
    this.#commands = commands;
  }

  get taps(): number {
    return this.#taps?.size ?? 0;
  }

  get kind(): AudioTaps['kind'] | undefined {
    return this.#taps?.kind;
  }

  /** Opens our ends of both ways that may be chosen. */
  async open(): Promise<void> {
    const { tap, profiles, logger, newId } = this.#options;
    const shared = {
      bind: tap.bind,
      advertisedAddress: tap.advertisedAddress,
      commands: this.#commands,
      logger,
      newId,
    };
    if (tap.mode !== 'legs') this.#opened.push(new ForkTaps({ ...shared, port: tap.wsPort }));
    if (tap.mode !== 'fork') this.#opened.push(new LegTaps({ ...shared, port: tap.sipPort, profile: profiles.trunk }));
    await Promise.all(this.#opened.map((taps) => taps.start()));
  }

  /** Once connected: mod_audio_fork if it is there. The choice stands while taps are running. */
  async choose(): Promise<void> {
    if (this.#taps !== undefined && this.#taps.size > 0) return;
    const { mode } = this.#options.tap;
    const hasFork = mode === 'fork' || (mode === 'auto' && (await this.#hasFork()));
    const kind = hasFork ? 'fork' : 'legs';
    if (this.#taps?.kind !== kind) this.#options.logger.info({ kind }, 'way of hearing legs chosen');
    this.#taps = this.#opened.find((taps) => taps.kind === kind);
  }

  async startTap(leg: Leg, onFrame: OnTapFrame): Promise<void> {
    if (this.#taps === undefined) throw new SwitchError('media-failed', 'no way to hear the leg');
    const sinceMs = leg.mediaStartMs > 0 ? Math.max(0, Date.now() - leg.mediaStartMs) : 0;
    const startMs = performance.now();
    await this.#taps.begin(leg.legId, () => sinceMs + performance.now() - startMs, onFrame);
  }

  async stopTap(leg: Leg): Promise<void> {
    await this.#taps?.end(leg.legId);
  }

  lost(legId: string): void {
    this.#taps?.lost(legId);
  }

  renew(): void {
    this.#taps?.renew();
  }

  forget(legId: string): void {
    this.#taps?.forget(legId);
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((taps) => taps.close()));
  }

  async #hasFork(): Promise<boolean> {
    return (await this.#commands.ask('module_exists mod_audio_fork')) === 'true';
  }
}
