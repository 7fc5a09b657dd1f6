/** The real media engine with a folder of its own, for one test file. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMediaEngine,
  type RunningMediaEngine,
} from '../../../../telephony/embedded/media/create-media-engine.ts';
import type { MediaEvent } from '../../../../telephony/embedded/media/media-engine.ts';
import { RtpParty } from './rtp-party.ts';

const HOST = '127.0.0.1';

export interface CallerLeg {
  readonly party: RtpParty;
  readonly leg: { readonly legId: string; readonly kind: 'rtp'; readonly mediaTimeoutMs: number };
  readonly legId: string;
}

export class MediaRig {
  /** Since the test began. */
  readonly events: MediaEvent[] = [];
  folder = '';
  #engine: RunningMediaEngine | undefined;
  readonly #open: { close(): Promise<void> }[] = [];
  #serial = 0;

  get engine(): RunningMediaEngine {
    if (this.#engine === undefined) throw new Error('the engine is not there yet');
    return this.#engine;
  }

  async start(ports: { readonly rtpPortMin: number; readonly rtpPortMax: number }): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'media-'));
    this.#engine = await createMediaEngine({ advertisedAddress: HOST, bindAddress: HOST, iceServers: [], ...ports });
    this.#engine.subscribe((event) => this.events.push(event));
  }

  /** Closed after the test. */
  keep<T extends { close(): Promise<void> }>(party: T): T {
    this.#open.push(party);
    return party;
  }

  newLegId(): string {
    this.#serial += 1;
    return `leg-${this.#serial}`;
  }

  /** A caller whose offer we answered. */
  async caller({
    law,
    mediaTimeoutMs = 0,
  }: { law?: 'pcma' | 'pcmu'; mediaTimeoutMs?: number } = {}): Promise<CallerLeg> {
    const party = this.keep(await RtpParty.open(law));
    const legId = this.newLegId();
    const leg = { legId, kind: 'rtp', mediaTimeoutMs } as const;
    party.aim(await this.engine.answerOffer(leg, party.sdp()));
    return { party, leg, legId };
  }

  eventsOf<T extends MediaEvent['type']>(type: T, legId: string): Extract<MediaEvent, { type: T }>[] {
    return this.events.filter(
      (one): one is Extract<MediaEvent, { type: T }> => one.type === type && one.legId === legId,
    );
  }

  async afterTest(): Promise<void> {
    for (const party of this.#open.splice(0)) await party.close();
    this.events.length = 0;
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    await rm(this.folder, { recursive: true });
  }
}

/** One engine for all tests of the calling file. */
export function mediaRig(ports: { readonly rtpPortMin: number; readonly rtpPortMax: number }): MediaRig {
  const rig = new MediaRig();
  beforeAll(() => rig.start(ports), 60_000);
  afterEach(() => rig.afterTest());
  afterAll(() => rig.close());
  return rig;
}
