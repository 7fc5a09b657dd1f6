/** A real telephone (baresip) asks to be transferred: the switch tells it, and the telephone learns that it was done. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createEmbeddedSwitch, type EmbeddedSwitch } from '../../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../../telephony/embedded/media/create-media-engine.ts';
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import { Baresip } from '../support/baresip.ts';
import { saveWav, tone } from '../support/speech.ts';

const HOST = '127.0.0.1';

describe('a transfer by the telephone', () => {
  let sw: EmbeddedSwitch;
  let phone: Baresip;
  const events: SwitchEvent[] = [];

  async function seen<T extends SwitchEvent['type']>(type: T): Promise<Extract<SwitchEvent, { type: T }>> {
    const deadlineMs = performance.now() + 15_000;
    for (;;) {
      const found = events.find((e): e is Extract<SwitchEvent, { type: T }> => e.type === type);
      if (found !== undefined) return found;
      if (performance.now() > deadlineMs) throw new Error(`no ${type}; the telephone said:\n${phone.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function callsOfPhone(wanted: number): Promise<void> {
    const deadlineMs = performance.now() + 10_000;
    let told = '';
    while (performance.now() < deadlineMs) {
      told = await phone.command('listcalls');
      if (told.includes(`Active calls (${wanted})`)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the telephone has not ${wanted} calls: ${told}`);
  }

  beforeAll(async () => {
    const media = await createMediaEngine({
      ...{ advertisedAddress: HOST, bindAddress: HOST, iceServers: [] },
      ...{ rtpPortMin: 33_400, rtpPortMax: 33_499 },
    });
    sw = createEmbeddedSwitch({
      sip: {
        ...{ bind: HOST, port: 0, advertisedAddress: HOST, domain: 'hotline.test' },
        ...{ trunks: [], allowPrivateNetworks: true, strangerRequestsPerSecond: 20 },
      },
      directory: { find: () => undefined },
      media,
      logger: pino({ level: 'silent' }),
      newId: randomUUID,
    });
    sw.subscribe((event) => events.push(event));
    await sw.start();
    phone = await Baresip.start({ number: '8001', audio: saveWav(tone(440, 20_000)) });
  }, 30_000);

  afterAll(async () => {
    await phone.close();
    await sw.close();
  });

  it('is told, carried out by hanging up, and notified', async () => {
    await phone.dial(`sip:12345@${HOST}:${sw.sipPort}`);
    const { legId } = await seen('leg.incoming');
    await sw.answer(legId);
    await seen('leg.media-up');
    await callsOfPhone(1);
    await phone.command('transfer', `sip:8002@${HOST}`);
    expect(await seen('leg.transfer-requested')).toMatchObject({ legId, to: '8002', replacesLegId: undefined });
    await sw.hangup(legId, 'normal');
    expect(await seen('leg.ended')).toMatchObject({ legId, by: 'local' });
    // The telephone has understood: no call is left there, and nothing failed.
    await callsOfPhone(0);
    expect(phone.output).not.toMatch(/transfer failed/i);
  }, 40_000);
});
