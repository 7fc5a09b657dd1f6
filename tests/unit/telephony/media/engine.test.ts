/** The real engine in its worker thread, with parties on real sockets. Waits are real: media is paced by a clock. */
import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMediaEngine } from '../../../../telephony/embedded/media/create-media-engine.ts';
import { digitPayloads } from '../../../../telephony/rtp/telephone-event.ts';
import { wavHeader } from '../../../../telephony/rtp/wav.ts';
import type { TapFrame } from '../../../../telephony/ports/switch.ts';
import { BrowserParty } from './browser-party.ts';
import { mediaRig } from './media-rig.ts';
import { RtpParty, amplitudeOf, joined, sleep, until } from './rtp-party.ts';

const rig = mediaRig({ rtpPortMin: 0, rtpPortMax: 0 });
const caller = rig.caller.bind(rig);

/** A browser that took our offer. */
async function browser() {
  const party = rig.keep(new BrowserParty());
  const legId = rig.newLegId();
  const leg = { legId, kind: 'webrtc', mediaTimeoutMs: 0 } as const;
  const answer = await party.answer(await rig.engine.createOffer(leg));
  await rig.engine.acceptAnswer(legId, answer);
  await until(() => party.isConnected, 15_000);
  return { party, leg, legId };
}

function framesOf(legId: string, side: TapFrame['side']): TapFrame[] {
  return rig.events.flatMap((one) =>
    one.type === 'tap' && one.legId === legId && one.frame.side === side ? [one.frame] : [],
  );
}

const eventsOf = rig.eventsOf.bind(rig);

async function channelsOf(path: string): Promise<{ left: Int16Array; right: Int16Array; bytes: number }> {
  const file = await readFile(path);
  const frames = (file.length - 44) >> 2;
  const channel = (offset: number): Int16Array =>
    Int16Array.from({ length: frames }, (_, i) => file.readInt16LE(44 + i * 4 + offset));
  return { left: channel(0), right: channel(2), bytes: file.length };
}

async function toneFile(name: string, hz: number, seconds: number): Promise<string> {
  const data = Buffer.alloc(8000 * seconds * 2);
  for (let i = 0; i < data.length / 2; i += 1) {
    data.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / 8000)), i * 2);
  }
  const path = join(rig.folder, name);
  await writeFile(path, Buffer.concat([wavHeader({ channels: 1, rateHz: 8000, dataBytes: data.length }), data]));
  return path;
}

describe('two telephones', () => {
  test('hear each other, A-law and mu-law, and the recording and the tap agree', async () => {
    const a = await caller();
    const b = await caller({ law: 'pcmu' });
    const path = join(rig.folder, 'talk', 'call.wav');
    await rig.engine.startRecording(a.legId, path);
    await rig.engine.startTap(a.legId);
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.startTone(440);
    b.party.startTone(1000);
    await until(() => a.party.heard.length > 100 && b.party.heard.length > 100, 20_000);
    a.party.stop();
    b.party.stop();
    await sleep(300);
    await rig.engine.stopTap(a.legId);
    await rig.engine.stopRecording(a.legId);

    expect(amplitudeOf(a.party.heardPcm(), 1000)).toBeGreaterThan(7500);
    expect(amplitudeOf(a.party.heardPcm(), 440)).toBeLessThan(100);
    expect(amplitudeOf(b.party.heardPcm(), 440)).toBeGreaterThan(7500);
    expect(eventsOf('media-up', a.legId)).toHaveLength(1);

    const [started] = eventsOf('recording-started', a.legId);
    const [finished] = eventsOf('recording-finished', a.legId);
    const { left, right, bytes } = await channelsOf(path);
    expect(finished).toMatchObject({ path, sizeBytes: bytes, lengthMs: Math.floor(left.length / 8) });
    const sides = { said: left, heard: right };
    for (const side of ['said', 'heard'] as const) {
      const frames = framesOf(a.legId, side);
      expect(frames.length).toBeGreaterThan(20);
      for (const frame of frames) {
        expect(frame.pcm.length).toBeLessThanOrEqual(800);
        const at = Math.round((frame.atMs - (started?.atMs ?? 0)) * 8);
        // Sample for sample the same place, far inside the 20 ms that are asked for.
        expect([...sides[side].subarray(at, at + frame.pcm.length)]).toEqual([...frame.pcm]);
      }
    }
    expect(amplitudeOf(framesOf(a.legId, 'said')[5]?.pcm ?? new Int16Array(), 440)).toBeGreaterThan(7000);
    expect(amplitudeOf(framesOf(a.legId, 'heard')[5]?.pcm ?? new Int16Array(), 1000)).toBeGreaterThan(7000);
  }, 40_000);

  test('numbers of a source keep their gaps, a change of source goes on with the marker', async () => {
    const a = await caller();
    const b = await caller();
    const path = await toneFile('short.wav', 600, 1);
    await rig.engine.play(b.legId, { playId: 'p', files: [path], repeat: 'forever' });
    await until(() => b.party.heard.length > 5, 10_000);
    await rig.engine.connect(joined(a.legId, b.legId));
    await sleep(100);
    const before = b.party.heard.length;
    a.party.sendPcm(new Int16Array(160));
    a.party.skip(3);
    a.party.sendPcm(new Int16Array(160));
    await until(() => b.party.heard.length === before + 2);
    expect(eventsOf('play-finished', b.legId)).toMatchObject([{ playId: 'p', reason: 'stopped' }]);
    const [last, first, second] = b.party.heard.slice(before - 1);
    expect(first?.marker).toBe(true);
    expect(new Set(b.party.heard.map((packet) => packet.ssrc)).size).toBe(1);
    expect(((first?.sequence ?? 0) - (last?.sequence ?? 0)) & 0xffff).toBe(1);
    expect(((first?.rtpTs ?? 0) - (last?.rtpTs ?? 0)) >>> 0).toBeLessThan(80_000);
    expect(((second?.sequence ?? 0) - (first?.sequence ?? 0)) & 0xffff).toBe(4);
    expect(((second?.rtpTs ?? 0) - (first?.rtpTs ?? 0)) >>> 0).toBe(640);
  }, 30_000);

  test('strangers and garbage are counted, not heard', async () => {
    const a = await caller();
    const b = await caller();
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.sendPcm(new Int16Array(160));
    await until(() => b.party.heard.length === 1);
    const stranger = rig.keep(await RtpParty.open());
    stranger.aimLike(a.party);
    stranger.sendPcm(new Int16Array(160));
    a.party.sendRaw(Uint8Array.of(1, 2, 3));
    a.party.sendRaw(new Uint8Array(500).fill(0xff));
    await sleep(200);
    expect(b.party.heard).toHaveLength(1);
    expect((await rig.engine.quality(a.legId)).ignoredPackets).toBe(3);
  }, 30_000);

  test('digits in the audio are announced where they are listened for and no events are agreed on', async () => {
    const tones = async (withEvents: boolean): Promise<string> => {
      const party = rig.keep(await RtpParty.open('pcmu'));
      const legId = rig.newLegId();
      const leg = { legId, kind: 'rtp', mediaTimeoutMs: 0, inbandDigits: true } as const;
      party.aim(await rig.engine.answerOffer(leg, party.sdp('sendrecv', '127.0.0.1', withEvents)));
      for (let frame = 0; frame < 12; frame += 1) {
        const isTone = frame >= 2 && frame < 8;
        const at = (n: number, hz: number): number => Math.sin((2 * Math.PI * hz * (frame * 160 + n)) / 8000);
        party.sendPcm(
          Int16Array.from({ length: 160 }, (_, n) => (isTone ? 5000 * at(n, 770) + 5000 * at(n, 1477) : 0)),
        );
      }
      return legId;
    };
    const heard = await tones(false);
    const notHeard = await tones(true);
    await until(() => eventsOf('digit', heard).length === 1);
    expect(eventsOf('digit', heard)).toMatchObject([{ digit: '6' }]);
    await sleep(100);
    expect(eventsOf('digit', notHeard)).toEqual([]);
  });

  test('digits are announced once and passed on under the number the other side asked for', async () => {
    const a = await caller();
    const b = await caller();
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.sendDigit(digitPayloads(7, 80));
    await until(() => eventsOf('digit', a.legId).length === 1 && b.party.heard.length === 7);
    expect(eventsOf('digit', a.legId)).toMatchObject([{ digit: '7', durationMs: 80 }]);
    expect(b.party.heard.every((packet) => packet.payloadType === 96)).toBe(true);
    expect(new Set(b.party.heard.map((packet) => packet.rtpTs)).size).toBe(1);
    await rig.engine.sendDigit(b.legId, '3');
    await until(() => b.party.heard.length === 15);
    expect(b.party.heard.at(-1)?.payload[0]).toBe(3);
    await expect(rig.engine.sendDigit(b.legId, 'Z')).rejects.toThrow('not a digit');
  }, 30_000);
});

describe('prompts', () => {
  test('files are played one after the other, paced, and the end is announced', async () => {
    const a = await caller();
    const files = [await toneFile('one.wav', 500, 0.3), await toneFile('two.wav', 900, 0.3)];
    const startMs = performance.now();
    await rig.engine.play(a.legId, { playId: 'both', files, repeat: 'once' });
    await until(() => eventsOf('play-finished', a.legId).length === 1, 10_000);
    expect(performance.now() - startMs).toBeGreaterThan(580);
    expect(eventsOf('play-finished', a.legId)).toMatchObject([{ playId: 'both', reason: 'completed' }]);
    await until(() => a.party.heard.length === 30);
    const pcm = a.party.heardPcm();
    expect(amplitudeOf(pcm.subarray(0, 2400), 500)).toBeGreaterThan(7500);
    expect(amplitudeOf(pcm.subarray(2400), 900)).toBeGreaterThan(7500);
    expect(amplitudeOf(pcm.subarray(2400), 500)).toBeLessThan(200);
  }, 30_000);

  test('a file that is not there fails the play, not the leg', async () => {
    const a = await caller();
    await rig.engine.play(a.legId, { playId: 'x', files: [join(rig.folder, 'missing.wav')], repeat: 'once' });
    expect(eventsOf('play-finished', a.legId)).toMatchObject([{ playId: 'x', reason: 'failed' }]);
    await expect(rig.engine.stopPlay(a.legId)).resolves.toBeUndefined();
  });
});

describe('an offer that is refused', () => {
  test('carries over the thread whose fault it is', async () => {
    const leg = { legId: 'refused', kind: 'rtp', mediaTimeoutMs: 0 } as const;
    await expect(rig.engine.answerOffer(leg, 'v=0 nonsense')).rejects.toMatchObject({ code: 'bad-sdp' });
    await expect(rig.engine.answerOffer({ ...leg, kind: 'webrtc' }, 'v=0')).rejects.toMatchObject({ code: 'bad-sdp' });
    const full = await createMediaEngine({
      advertisedAddress: '127.0.0.1',
      // Of a documentation network (RFC 5737): nothing can be bound to it here.
      bindAddress: '192.0.2.1',
      rtpPortMin: 41_000,
      rtpPortMax: 41_010,
      iceServers: [],
    });
    const party = rig.keep(await RtpParty.open());
    rig.keep(full);
    await expect(full.answerOffer(leg, party.sdp())).rejects.toMatchObject({
      code: 'unavailable',
      message: 'no free media port',
    });
  }, 30_000);
});

describe('recording', () => {
  test('masked time is silence on both sides, and time goes on', async () => {
    const a = await caller();
    const music = await toneFile('music.wav', 700, 1);
    const path = join(rig.folder, 'masked.wav');
    await rig.engine.startRecording(a.legId, path);
    await rig.engine.play(a.legId, { playId: 'm', files: [music], repeat: 'forever' });
    a.party.startTone(440);
    await sleep(700);
    await rig.engine.maskRecording(a.legId, true);
    await sleep(700);
    await rig.engine.maskRecording(a.legId, false);
    await sleep(700);
    await rig.engine.closeLeg(a.legId);
    const { left, right } = await channelsOf(path);
    expect(left.length).toBeGreaterThan(16_000);
    for (const channel of [left, right]) {
      const silent = channel.findIndex((_, i) => channel.subarray(i, i + 4800).every((sample) => sample === 0));
      expect(silent).toBeGreaterThan(2000);
      expect(channel.subarray(silent + 4800 + 2400).some((sample) => Math.abs(sample) > 4000)).toBe(true);
    }
    expect(eventsOf('recording-finished', a.legId)).toHaveLength(1);
  }, 30_000);

  test('the file on disk grows and is valid while the call goes on', async () => {
    const a = await caller();
    const path = join(rig.folder, 'growing.wav');
    await rig.engine.startRecording(a.legId, path);
    a.party.startTone(440);
    await sleep(1800);
    const { left, bytes } = await channelsOf(path);
    const header = await readFile(path);
    expect(header.readUInt32LE(40)).toBe(bytes - 44);
    expect(left.length).toBeGreaterThan(4000);
    expect(amplitudeOf(left.subarray(2000), 440)).toBeGreaterThan(4000);
    await rig.engine.closeLeg(a.legId);
  }, 30_000);

  test('a further part under the same name is a file of its own', async () => {
    const a = await caller();
    const path = join(rig.folder, 'parts.wav');
    a.party.startTone(440);
    await rig.engine.startRecording(a.legId, path);
    await sleep(700);
    await rig.engine.stopRecording(a.legId);
    const first = await readFile(path);
    for (let part = 2; part <= 3; part += 1) {
      await rig.engine.startRecording(a.legId, path);
      await sleep(200);
      await rig.engine.stopRecording(a.legId);
    }
    const parts = [path, join(rig.folder, 'parts-2.wav'), join(rig.folder, 'parts-3.wav')];
    expect(eventsOf('recording-started', a.legId).map((event) => event.path)).toEqual(parts);
    expect(eventsOf('recording-finished', a.legId).map((event) => event.path)).toEqual(parts);
    expect(first.length).toBeGreaterThan(44 + 0.5 * 32_000);
    expect(await readFile(path)).toEqual(first);
    for (const part of parts.slice(1)) expect((await readFile(part)).length).toBeGreaterThan(44);
    await rig.engine.closeLeg(a.legId);
  }, 30_000);

  test('a place that cannot be written rejects and leaves the call alone', async () => {
    const a = await caller();
    await expect(rig.engine.startRecording(a.legId, '/dev/null/x/call.wav')).rejects.toThrow();
    await expect(rig.engine.startTap(a.legId)).resolves.toBeUndefined();
  });
});

describe('silence and hold', () => {
  test('a far end that may send but does not is lost; one on hold is not', async () => {
    const a = await caller({ mediaTimeoutMs: 600 });
    const b = await caller({ mediaTimeoutMs: 600 });
    await rig.engine.answerOffer(b.leg, b.party.sdp('recvonly'));
    await until(() => eventsOf('media-lost', a.legId).length > 0, 5000);
    await sleep(500);
    expect(eventsOf('media-lost', a.legId)).toHaveLength(1);
    expect(eventsOf('media-lost', b.legId)).toHaveLength(0);
  }, 30_000);

  test('a party on hold hears nothing', async () => {
    const a = await caller();
    const b = await caller();
    await rig.engine.connect(joined(a.legId, b.legId));
    a.party.sendPcm(new Int16Array(160));
    await until(() => b.party.heard.length === 1);
    expect(await rig.engine.answerOffer(b.leg, b.party.sdp('sendonly'))).toContain('a=recvonly');
    for (let i = 0; i < 5; i += 1) a.party.sendPcm(new Int16Array(160));
    await sleep(200);
    expect(b.party.heard).toHaveLength(1);
    await rig.engine.answerOffer(b.leg, b.party.sdp());
    a.party.sendPcm(new Int16Array(160));
    await until(() => b.party.heard.length === 2);
    // The pause is seen in the timestamp, not as five packets lost.
    const [before, after] = b.party.heard;
    expect(((after?.sequence ?? 0) - (before?.sequence ?? 0)) & 0xffff).toBe(1);
    expect(((after?.rtpTs ?? 0) - (before?.rtpTs ?? 0)) >>> 0).toBe(960);
  }, 30_000);

  test('unknown legs and useless SDP are refused in plain words', async () => {
    await expect(rig.engine.connect(joined('nobody', 'else'))).rejects.toThrow('there is no such leg');
    const leg = { legId: 'bad', kind: 'rtp', mediaTimeoutMs: 0 } as const;
    await expect(rig.engine.answerOffer(leg, 'rubbish')).rejects.toThrow('the offer cannot be used');
    await expect(rig.engine.play('bad', { playId: 'x', files: [], repeat: 'once' })).rejects.toThrow('no such leg');
    await expect(rig.engine.closeLeg('bad')).resolves.toBeUndefined();
  });
});

describe('a browser', () => {
  test('and a telephone hear each other; digits go both ways', async () => {
    const a = await caller({ law: 'pcmu' });
    const w = await browser();
    await rig.engine.connect(joined(a.legId, w.legId));
    a.party.startTone(440);
    w.party.startTone(1000);
    await until(() => a.party.heard.length > 50 && w.party.heard.length > 50, 20_000);
    expect(amplitudeOf(a.party.heardPcm(), 1000)).toBeGreaterThan(7500);
    expect(amplitudeOf(w.party.heardPcm(), 440)).toBeGreaterThan(7500);
    a.party.stop();
    w.party.sendEvent(9);
    a.party.sendDigit(digitPayloads(4, 60));
    await until(() => eventsOf('digit', w.legId).length === 1 && eventsOf('digit', a.legId).length === 1);
    expect(eventsOf('digit', w.legId)[0]?.digit).toBe('9');
    await until(() => w.party.heard.some((packet) => packet.payloadType === 101 && packet.payload[0] === 4));
    expect(a.party.heard.some((packet) => packet.payloadType === 96 && packet.payload[0] === 9)).toBe(true);
    await rig.engine.closeLeg(w.legId);
  }, 60_000);

  test('that offers is answered, held, resumed and taken through an ICE restart', async () => {
    const a = await caller();
    const party = new BrowserParty();
    rig.keep(party);
    const leg = { legId: 'page', kind: 'webrtc', mediaTimeoutMs: 0 } as const;
    const answer = await rig.engine.answerOffer(leg, await party.offer());
    expect(answer).toContain('a=setup:passive');
    expect(answer).toMatch(/m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 101\r/);
    await party.accept(answer);
    await until(() => party.isConnected, 15_000);
    await rig.engine.connect(joined(a.legId, leg.legId));
    a.party.startTone(440);
    await until(() => party.heard.length > 10, 15_000);

    party.setDirection('sendonly');
    await party.accept(await rig.engine.answerOffer(leg, await party.offer()));
    await sleep(100);
    const held = party.heard.length;
    await sleep(300);
    expect(party.heard).toHaveLength(held);

    party.setDirection('sendrecv');
    await party.accept(await rig.engine.answerOffer(leg, await party.offer({ iceRestart: true })));
    await until(() => party.heard.length > held + 20, 15_000);
    expect(amplitudeOf(party.heardPcm().subarray(-1600), 440)).toBeGreaterThan(6000);
    await rig.engine.closeLeg(leg.legId);
  }, 60_000);
});
