/** Several at once, comfort noise, packet lengths, quality, masked recordings: the real engine, real sockets. */
import { describe, expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hearing } from '../../../../telephony/embedded/media/media-engine.ts';
import { serializeRtp } from '../../../../telephony/rtp/rtp-packet.ts';
import { digitPayloads } from '../../../../telephony/rtp/telephone-event.ts';
import { saveWav, tone } from '../../../../tools/call/audio.ts';
import { mediaRig, type CallerLeg } from './media-rig.ts';
import { RtpParty, amplitudeOf, joined, sleep, until } from './rtp-party.ts';

// Numbered ports: only such sockets are connected to their far end.
const rig = mediaRig({ rtpPortMin: 46_000, rtpPortMax: 46_199 });
const caller = (): Promise<Caller> => rig.caller();

type Caller = Pick<CallerLeg, 'party' | 'legId'>;

function hears(leg: Caller, others: readonly Caller[], playsOf: readonly Caller[] = []): Hearing {
  const ids = (legs: readonly Caller[]): string[] => legs.map(({ legId }) => legId);
  return { legId: leg.legId, hears: ids(others), hearsPlaysOf: ids(playsOf), endsPlay: false };
}

/** The last 200 ms that came. */
function lately(party: RtpParty): Int16Array {
  const all = party.heardPcm();
  return all.subarray(Math.max(0, all.length - 1_600));
}

const soundsOf = (party: RtpParty, hz: readonly number[]): boolean[] =>
  hz.map((one) => amplitudeOf(lately(party), one) > 4_000);

const eventsOf = rig.eventsOf.bind(rig);

describe('several at once', () => {
  test('a listener hears both sides and what is played to the target, nobody hears the listener', async () => {
    const [a, b, s] = [await caller(), await caller(), await caller()];
    const music = join(rig.folder, 'music.wav');
    await saveWav(music, tone(600, 1_000));
    a.party.startTone(440);
    b.party.startTone(1_000);
    s.party.startTone(2_200);
    await rig.engine.connect([hears(a, [b]), hears(b, [a]), hears(s, [a, b], [a])]);
    const all = [440, 600, 1_000, 2_200];
    await until(() => soundsOf(s.party, all).join() === 'true,false,true,false', 10_000);
    await until(() => soundsOf(a.party, all).join() === 'false,false,true,false', 10_000);
    await rig.engine.connect([hears(a, []), hears(b, []), hears(s, [a], [a])]);
    await rig.engine.play(a.legId, { playId: 'm', files: [music], repeat: 'forever' });
    await until(() => soundsOf(s.party, all).join() === 'true,true,false,false', 10_000);
    await until(() => soundsOf(a.party, all).join() === 'false,true,false,false', 10_000);
    expect(soundsOf(b.party, [600, 2_200])).toEqual([false, false]);
  }, 40_000);

  test('a digit reaches everybody who mixes its sender', async () => {
    const [a, b, c] = [await caller(), await caller(), await caller()];
    await rig.engine.connect([hears(a, [b, c]), hears(b, [a, c]), hears(c, [a, b])]);
    a.party.sendDigit(digitPayloads(5, 80));
    const digits = ({ party }: Caller): number[] =>
      party.heard.filter((p) => p.payloadType === 96).map((p) => p.payload[0] ?? 0);
    await until(() => digits(b).length > 3 && digits(c).length > 3, 10_000);
    expect(new Set([...digits(b), ...digits(c)])).toEqual(new Set([5]));
    expect(digits(a)).toEqual([]);
  }, 30_000);

  test.each([10, 30, 60])(
    'packets of %i ms are mixed',
    async (ptimeMs) => {
      const [a, b, c] = [await caller(), await caller(), await caller()];
      await rig.engine.connect([hears(a, [b, c]), hears(b, [a, c]), hears(c, [a, b])]);
      const pcm = tone(800, 1_000);
      const frame = ptimeMs * 8;
      const startMs = performance.now();
      for (let sent = 0; sent * ptimeMs < 1_500;) {
        for (; sent * ptimeMs <= performance.now() - startMs; sent += 1) {
          const from = (sent * frame) % pcm.length;
          a.party.sendPcm(Int16Array.from({ length: frame }, (_, i) => pcm[(from + i) % pcm.length] ?? 0));
        }
        await sleep(5);
      }
      const clear = (): number => {
        const all = c.party.heardPcm();
        let best = 0;
        for (let at = 0; at + 1_600 <= all.length; at += 400) {
          best = Math.max(best, amplitudeOf(all.subarray(at, at + 1_600), 800));
        }
        return best;
      };
      await until(() => clear() > 7_000, 10_000);
      expect(clear()).toBeLessThan(9_000);
    },
    30_000,
  );

  test('unknown legs and a leg that would hear itself are refused, and nothing changes', async () => {
    const [a, b] = [await caller(), await caller()];
    await rig.engine.connect(joined(a.legId, b.legId));
    await expect(rig.engine.connect([hears(a, []), { ...hears(b, []), hears: ['nobody'] }])).rejects.toThrow(
      'no such leg',
    );
    await expect(rig.engine.connect([hears(a, [a])])).rejects.toThrow('cannot hear itself');
    b.party.startTone(1_000);
    await until(() => soundsOf(a.party, [1_000]).join() === 'true', 10_000);
  }, 30_000);
});

describe('the relay', () => {
  test('goes on without a jump when the far end starts a new stream, and shows what was lost within each', async () => {
    const [a, b] = [await caller(), await caller()];
    await rig.engine.connect(joined(a.legId, b.legId));
    const send = (ssrc: number, sequence: number, rtpTs: number): void => {
      const payload = new Uint8Array(160).fill(0xd5);
      a.party.sendRaw(serializeRtp({ payloadType: 8, marker: false, sequence, rtpTs, ssrc, payload }));
    };
    send(1, 65_534, 4_294_967_000);
    send(1, 65_535, 4_294_967_160);
    send(1, 1, 184);
    send(2, 40_000, 7);
    send(2, 40_003, 487);
    await until(() => b.party.heard.length === 5);
    const { heard } = b.party;
    const steps = heard.slice(1).map((p, i) => (p.sequence - (heard[i]?.sequence ?? 0)) & 0xffff);
    expect(steps).toEqual([1, 2, 1, 3]);
    const ticks = heard.slice(1).map((p, i) => (p.rtpTs - (heard[i]?.rtpTs ?? 0)) >>> 0);
    expect(ticks.slice(0, 2)).toEqual([160, 320]);
    expect(ticks[3]).toBe(480);
    expect(heard.map((p) => p.marker)).toEqual([true, false, false, true, false]);
    expect(new Set(heard.map((p) => p.ssrc)).size).toBe(1);
  }, 20_000);
});

describe('sockets', () => {
  test('follow a far end that moves with a new description, and only then', async () => {
    const [a, b] = [await caller(), await caller()];
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.startTone(440);
    b.party.startTone(1_000);
    await until(() => soundsOf(a.party, [1_000]).join() === 'true', 10_000);
    const moved = rig.keep(await RtpParty.open());
    moved.aimLike(a.party);
    // From the new place before anybody was told: nobody hears it.
    a.party.stop();
    moved.startTone(1_600);
    await sleep(400);
    expect(soundsOf(b.party, [1_600])).toEqual([false]);
    moved.aim(await rig.engine.answerOffer({ legId: a.legId, kind: 'rtp', mediaTimeoutMs: 0 }, moved.sdp()));
    await until(() => soundsOf(b.party, [1_600]).join() === 'true', 10_000);
    await until(() => soundsOf(moved, [1_000]).join() === 'true', 10_000);
  }, 40_000);

  test('take garbage of every kind without harm', async () => {
    const [a, b] = [await caller(), await caller()];
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.startTone(440);
    await until(() => soundsOf(b.party, [440]).join() === 'true', 10_000);
    const stranger = rig.keep(await RtpParty.open());
    stranger.aimLike(a.party);
    let seed = 1;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 0x8000_0000);
    for (let i = 0; i < 2_000; i += 1) {
      const bytes = Uint8Array.from({ length: random() % 400 }, () => random() >> 8);
      // STUN, DTLS, RTP with everything set, RTCP of wrong lengths.
      if (i % 2 === 0 && bytes.length > 1)
        bytes.set([[0x00, 0x16, 0xbf, 0x80][random() % 4] ?? 0, 200 + (random() % 8)]);
      (i % 3 === 0 ? stranger : a.party).sendRaw(bytes);
      if (i % 100 === 0) await sleep(2);
    }
    b.party.startTone(1_000);
    await until(() => soundsOf(a.party, [1_000]).join() === 'true', 10_000);
    await until(() => soundsOf(b.party, [440]).join() === 'true', 10_000);
    const { ignoredPackets } = await rig.engine.quality(a.legId);
    expect(ignoredPackets).toBeGreaterThan(100);
  }, 40_000);
});

describe('comfort noise', () => {
  test('becomes noise of its level until audio comes again', async () => {
    const [a, b] = [await caller(), await caller()];
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.sendPcm(new Int16Array(160));
    await until(() => b.party.heard.length === 1);
    a.party.sendPayload(13, Uint8Array.of(40));
    await until(() => b.party.heard.length > 30, 10_000);
    const noise = b.party.heardPcm().subarray(160);
    const level = 20 * Math.log10(Math.sqrt(noise.reduce((sum, s) => sum + s * s, 0) / noise.length) / 32_768);
    expect(Math.abs(level + 40)).toBeLessThan(2);
    const numbers = b.party.heard.map((p) => p.sequence);
    expect(numbers.map((n, i) => (n - (numbers[0] ?? 0) - i) & 0xffff).every((d) => d === 0)).toBe(true);
    a.party.sendPcm(new Int16Array(160).fill(5_000));
    await until(() => b.party.heardPcm().some((s) => s > 4_000), 10_000);
    await sleep(100);
    const after = b.party.heard.length;
    await sleep(150);
    expect(b.party.heard.length).toBe(after);
  }, 30_000);
});

describe('quality', () => {
  test('is told every five seconds and at the end, with the loss on the way in', async () => {
    const [a, b] = [await caller(), await caller()];
    await rig.engine.connect(joined(a.legId, b.legId));
    for (let i = 0; i < 100; i += 1) {
      if (i % 10 === 5) a.party.skip(1);
      a.party.sendPcm(new Int16Array(160));
      await sleep(10);
    }
    await until(() => eventsOf('quality', a.legId).length > 0, 10_000);
    const [first] = eventsOf('quality', a.legId);
    expect(first?.isFinal).toBe(false);
    expect(first?.said.packets).toBeGreaterThan(10);
    await rig.engine.closeLeg(a.legId);
    const last = eventsOf('quality', a.legId).at(-1);
    expect(last).toMatchObject({ isFinal: true, said: { packets: 100, lostPackets: 10 }, heard: undefined });
    expect(last?.said.mos).toBeLessThan(4);
    expect(last?.said.mos).toBeGreaterThan(1);
  }, 40_000);
});

describe('recordings', () => {
  test('tell where they were masked and that they are complete', async () => {
    const a = await caller();
    const path = join(rig.folder, 'masked.wav');
    await rig.engine.startRecording(a.legId, path);
    a.party.startTone(440);
    await sleep(300);
    await rig.engine.maskRecording(a.legId, true);
    await sleep(400);
    await rig.engine.maskRecording(a.legId, false);
    await sleep(300);
    await rig.engine.maskRecording(a.legId, true);
    await rig.engine.closeLeg(a.legId);
    const [finished] = eventsOf('recording-finished', a.legId);
    expect(finished?.isComplete).toBe(true);
    expect(finished?.sizeBytes).toBe((await stat(path)).size);
    expect(finished?.maskedSpans).toHaveLength(2);
    const [span, open] = finished?.maskedSpans ?? [];
    expect((span?.toMs ?? 0) - (span?.fromMs ?? 0)).toBeGreaterThan(300);
    expect(open?.fromMs).toBeGreaterThanOrEqual(span?.toMs ?? 0);
    expect(open?.toMs).toBeLessThanOrEqual(finished?.lengthMs ?? 0);
  }, 30_000);
});
