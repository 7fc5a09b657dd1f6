/** The embedded switch by itself, with its real media thread, doing what the dialled number says. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createEmbeddedSwitch } from '../../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../../telephony/embedded/media/create-media-engine.ts';
import type { EmbeddedSipOptions, EmbeddedSwitch } from '../../telephony/embedded/options.ts';
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import { FakeMedia } from '../unit/telephony/embedded/fake-media.ts';
import { hurry, Sipp, type SippOptions, type SippResult } from '../support/sipp.ts';

export const HOST = '127.0.0.1';

/** Numbers that callers dial here. */
export const NUMBERS = { answers: '12345', rings: '12346', plays: '12347', hangsUp: '12348' } as const;

export function scenario(name: string): string {
  return fileURLToPath(new URL(`./sipp/${name}.xml`, import.meta.url));
}

export class SipRig {
  readonly switch: EmbeddedSwitch;
  readonly events: SwitchEvent[] = [];
  /** Of commands for calls that had ended meanwhile. */
  readonly faults: unknown[] = [];

  private constructor(sw: EmbeddedSwitch) {
    this.switch = sw;
    sw.subscribe((event) => {
      this.events.push(event);
      if (event.type === 'leg.incoming') void this.#serve(event.legId, event.to);
    });
  }

  /** `hasMedia` false: signalling only, which starts at once. */
  static async start(
    { hasMedia = true, ...sip }: Partial<EmbeddedSipOptions> & { readonly hasMedia?: boolean },
    rtpPortMin: number,
  ): Promise<SipRig> {
    // Retransmission timers of half a second run against us: what else the machine does must not decide.
    hurry(process.pid);
    const media = hasMedia
      ? await createMediaEngine({
          ...{ advertisedAddress: HOST, bindAddress: HOST, iceServers: [] },
          ...{ rtpPortMin, rtpPortMax: rtpPortMin + 399 },
        })
      : new FakeMedia();
    const sw = createEmbeddedSwitch({
      sip: {
        ...{ bind: HOST, port: 0, tcpPort: 0, advertisedAddress: HOST, domain: 'hotline.test' },
        ...{ trunks: [], allowPrivateNetworks: true, strangerRequestsPerSecond: 20 },
        sessionTimers: { expiresS: 1_800, minSeS: 2 },
        ...sip,
      },
      directory: { find: () => undefined },
      media,
      logger: pino({ level: process.env['SIP_RIG_LOG'] ?? 'silent' }),
      newId: randomUUID,
    });
    const rig = new SipRig(sw);
    await sw.start();
    return rig;
  }

  async #serve(legId: string, to: string): Promise<void> {
    try {
      if (to === NUMBERS.plays) await this.switch.openEarly(legId);
      else await this.switch.ring(legId);
      if (to === NUMBERS.rings) return;
      await this.switch.answer(legId);
      if (to === NUMBERS.hangsUp) await this.switch.hangup(legId, 'normal');
    } catch (error) {
      // The caller was faster.
      this.faults.push(error);
    }
  }

  /** Runs a scenario of callers against the switch. */
  run(name: string, options: Partial<SippOptions> & { readonly number?: string } = {}): Promise<SippResult> {
    const { udp, tcp } = this.switch.sipPorts;
    const port = options.transport === 'tcp' ? tcp : udp;
    // A repeated answer (the host was busy) is no reason for SIPp to give a call up; what must come still must.
    const args = [
      '-default_behaviors',
      'all,-abortunexp',
      ...(options.args ?? []),
      ...(options.number === undefined ? [] : ['-s', options.number]),
    ];
    return Sipp.run({ scenario: scenario(name), to: `${HOST}:${port}`, ...options, args });
  }

  /** Calls a number outside over the trunks; resolves with how it ended, or that it was answered. */
  async dial(uri: string, ringMs = 8_000): Promise<{ readonly legId: string; readonly first: SwitchEvent }> {
    const legId = randomUUID();
    await this.switch.originate({
      ...{ legId, target: { type: 'uri', uri }, from: { user: '12345' } },
      ...{ ringMs, mediaTimeoutMs: 0 },
    });
    const first = await this.eventOf(legId, ['leg.answered', 'leg.ended']);
    return { legId, first };
  }

  async eventOf(legId: string, types: readonly SwitchEvent['type'][], limitMs = 12_000): Promise<SwitchEvent> {
    const deadlineMs = performance.now() + limitMs;
    for (;;) {
      const found = this.events.find((e) => 'legId' in e && e.legId === legId && types.includes(e.type));
      if (found !== undefined) return found;
      if (performance.now() > deadlineMs) throw new Error(`no ${types.join(' or ')} of the leg came`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Waits until nothing is left of any call. */
  async idle(limitMs = 10_000): Promise<void> {
    const deadlineMs = performance.now() + limitMs;
    while (performance.now() < deadlineMs) {
      const { legs, calls } = this.switch.counters();
      if (legs === 0 && calls === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const left = (await this.switch.list()).map((leg) => ({
      ...leg,
      events: this.events.filter((e) => 'legId' in e && e.legId === leg.legId),
    }));
    throw new Error(`something is left: ${JSON.stringify({ ...this.switch.counters(), left })}`);
  }

  close(): Promise<void> {
    return this.switch.close();
  }
}
