/** A telephone that we did not write (baresip) on the embedded switch: digits, hold and resume, music while held. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Baresip } from '../support/baresip.ts';
import { saveWav, tone } from '../support/speech.ts';
import { HOST, NUMBERS, SipRig } from './sip-rig.ts';

jest.setTimeout(40_000);

describe('baresip', () => {
  let rig: SipRig;
  let phone: Baresip;
  let secure: Baresip;
  let dir: string;

  beforeAll(async () => {
    const audio = saveWav(tone(440, 20_000), 'tone.wav');
    dir = dirname(audio);
    [rig, phone, secure] = await Promise.all([
      SipRig.start({}, 50_400),
      Baresip.start({ number: '13800000000', audio }),
      Baresip.start({ number: '13800000001', audio, mediaEncryption: 'srtp-mand' }),
    ]);
  });
  afterAll(async () => {
    await phone.close();
    await secure.close();
    await rig.close();
    await rm(dir, { recursive: true, force: true });
  });

  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    const deadlineMs = performance.now() + 8_000;
    while (!isSo()) {
      if (performance.now() > deadlineMs) throw new Error(`${what} did not happen:\n${phone.output.slice(-1_500)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const seen = (type: string): number => rig.events.filter((event) => event.type === type).length;
  const digits = (): string =>
    rig.events.flatMap((event) => (event.type === 'leg.digit' ? [event.digit] : [])).join('');

  it('calls, sends digits, holds, resumes and hangs up', async () => {
    await phone.dial(`sip:${NUMBERS.answers}@${HOST}:${rig.switch.sipPort}`);
    await until('the answer', () => seen('leg.answered') === 1 && seen('leg.media-up') === 1);
    for (const digit of '19#') {
      await phone.digit(digit);
      await new Promise((resolve) => setTimeout(resolve, 250));
      await phone.digit('\u0004'); // The key is let go.
    }
    await until('the digits', () => digits() === '19#');
    const before = rig.switch.counters()['requests'] ?? 0;
    await phone.command('hold');
    await until('the re-INVITE of the hold', () => (rig.switch.counters()['requests'] ?? 0) >= before + 2);
    expect(seen('leg.ended')).toBe(0);
    await phone.command('resume');
    await until('the re-INVITE of the resume', () => (rig.switch.counters()['requests'] ?? 0) >= before + 4);
    // Held and back, it is still a call in which digits come through.
    await phone.digit('5');
    await until('a digit after the hold', () => digits() === '19#5');
    await phone.hangUp();
    await until('the end', () => seen('leg.ended') === 1);
    expect(rig.events.find((event) => event.type === 'leg.ended')).toMatchObject({ cause: 'normal', by: 'remote' });
    await rig.idle();
  });

  it('is understood in SRTP with keys in SDP', async () => {
    const before = seen('leg.ended');
    await secure.dial(`sip:${NUMBERS.answers}@${HOST}:${rig.switch.sipPort}`);
    await secure.until(/SRTP/i, 5_000);
    const legId = await new Promise<string>((resolve, reject) => {
      until('audio that can be read', () => seen('leg.media-up') === 2).then(() => {
        resolve(rig.events.flatMap((event) => (event.type === 'leg.incoming' ? [event.legId] : [])).at(-1) ?? '');
      }, reject);
    });
    await secure.digit('7');
    await until('a digit out of encrypted audio', () => digits().endsWith('7'));
    await rig.switch.hangup(legId, 'normal');
    await until('the end', () => seen('leg.ended') === before + 1);
    const quality = rig.events.flatMap((e) =>
      e.type === 'leg.quality' && e.legId === legId && e.isFinal ? [e.said] : [],
    );
    expect(quality[0]?.packets).toBeGreaterThan(5);
    expect(quality[0]?.lostPackets).toBe(0);
  });
});
