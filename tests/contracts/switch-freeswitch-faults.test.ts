/** A real FreeSWITCH that is killed, cut off, and listened to by other means. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { TapFrame } from '../../telephony/ports/switch.ts';
import { saveWav, tone, toneAmplitude } from '../../tools/call/audio.ts';
import { RealBench, type RealHarness } from '../support/freeswitch/real-bench.ts';
import { whyNoFreeswitch } from '../support/freeswitch/server.ts';
import { Bench, expectHears, HEARD, sleep, TONES_HZ, until, windows } from './switch-harness.ts';

jest.setTimeout(90_000);

const why = whyNoFreeswitch();
const maybe = why === '' ? describe : describe.skip;

maybe(`FreeSWITCH in trouble${why === '' ? '' : ` (left out: ${why})`}`, () => {
  let real: RealBench;
  let bench: Bench | undefined;
  let dir: string;
  let music: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fs-faults-'));
    music = join(dir, 'music.wav');
    await saveWav(music, tone(TONES_HZ.music, 1_000));
    real = await RealBench.start();
  });
  afterAll(async () => {
    await real.close();
    await rm(dir, { recursive: true, force: true });
  });
  afterEach(async () => {
    await bench?.dispose();
    bench = undefined;
  });

  const begin = async (
    more: Parameters<RealBench['harness']>[0] = {},
  ): Promise<{ bench: Bench; harness: RealHarness }> => {
    const harness = await real.harness(more);
    bench = new Bench(harness);
    return { bench, harness };
  };
  const isUp = (harness: RealHarness): Promise<void> =>
    until(
      () => harness.switch.state === 'up',
      30_000,
      () => 'the link did not come back',
    );
  const sounding = (frames: readonly TapFrame[], side: TapFrame['side'], hz: number): number =>
    windows(Int16Array.from(frames.filter((f) => f.side === side).flatMap((f) => [...f.pcm])), 100).filter(
      (w) => toneAmplitude(w, hz) > HEARD,
    ).length;

  it('keeps people talking while the event socket is cut, and knows of what happened', async () => {
    const proxy = await CuttableLink.start(real.server.configuration.eventPort);
    const { bench: b, harness } = await begin({
      eventSocket: { host: '127.0.0.1', port: proxy.port, password: real.server.configuration.password },
    });
    const { caller, agent } = await b.bridged();
    await b.switch.setMarks(caller.legId, { call_id: 'c1' });
    const other = await b.caller('139');
    proxy.cut();
    await until(
      () => harness.switch.state === 'down',
      5_000,
      () => 'the cut was not seen',
    );
    other.call.hangUp();
    await sleep(10_000);
    await expectHears(caller.call, ['agent']);
    await expectHears(agent.call, ['caller']);
    proxy.mend();
    await isUp(harness);
    await b.event('leg.ended', other.legId);
    expect((await b.switch.list()).find((l) => l.legId === caller.legId)).toMatchObject({
      ...{ state: 'bridged', peerLegId: agent.legId },
      marks: { call_id: 'c1' },
    });
    await b.switch.park(caller.legId);
    await expectHears(caller.call, []);
    await b.dispose();
    bench = undefined;
    await proxy.close();
  });

  it('takes its calls up again after kill -9', async () => {
    const { bench: b, harness } = await begin();
    const { caller, agent } = await b.bridged();
    const waiting = await b.caller('139');
    await b.switch.play(waiting.legId, { playId: 'm', files: [music], repeat: 'forever' });
    await b.switch.setMarks(waiting.legId, { call_id: 'c2' });
    await b.switch.setMarks(caller.legId, { call_id: 'c1' });
    await expectHears(caller.call, ['agent']);
    await expectHears(waiting.call, ['music']);
    await real.server.kill();
    await until(
      () => harness.switch.state === 'down',
      5_000,
      () => 'the end was not seen',
    );
    await real.server.up();
    await isUp(harness);
    await expectHears(waiting.call, ['music']);
    await expectHears(caller.call, ['agent']);
    await expectHears(agent.call, ['caller']);
    const legs = await b.switch.list();
    expect(legs.find((l) => l.legId === waiting.legId)?.marks).toEqual({ call_id: 'c2' });
    expect(legs.find((l) => l.legId === caller.legId)).toMatchObject({ state: 'bridged', marks: { call_id: 'c1' } });
    expect(b.events.some((e) => e.type === 'leg.ended')).toBe(false);
    await b.switch.park(caller.legId);
    await expectHears(caller.call, []);
    await b.switch.hangup(waiting.legId, 'normal');
    expect(await waiting.call.ended).toMatchObject({ by: 'remote' });
  });

  it('is adopted by the next process, which has everything in hand', async () => {
    const { bench: b, harness } = await begin();
    const { caller, agent } = await b.bridged();
    await b.switch.setMarks(caller.legId, { call_id: 'c1', role: 'caller' });
    await harness.switch.detach();
    await expectHears(caller.call, ['agent']);
    const next = await real.harness();
    const legs = await next.switch.list();
    expect(legs.find((l) => l.legId === caller.legId)).toEqual({
      ...{ legId: caller.legId, state: 'bridged', direction: 'inbound', peerLegId: agent.legId },
      marks: { call_id: 'c1', role: 'caller' },
    });
    await next.switch.park(caller.legId);
    await next.switch.play(caller.legId, { playId: 'm', files: [music], repeat: 'forever' });
    await expectHears(caller.call, ['music']);
    await next.switch.bridge(caller.legId, agent.legId);
    await expectHears(caller.call, ['agent']);
    await next.dispose();
    await caller.call.ended;
  });

  it('hears again after the stream of a tap broke, and marks the gap', async () => {
    if (!real.server.hasFork) {
      expect(real.server.configuration.modules).not.toContain('mod_audio_fork');
      return;
    }
    const { bench: b } = await begin();
    const { caller } = await b.bridged();
    await expectHears(caller.call, ['agent']);
    const frames: TapFrame[] = [];
    await b.switch.startTap(caller.legId, (frame) => frames.push(frame));
    await until(
      () => frames.length > 40,
      5_000,
      () => 'no audio',
    );
    // What FreeSWITCH sees when our end of the stream dies.
    await real.command(`uuid_audio_fork ${caller.legId} stop hltap`);
    const before = frames.length;
    await until(
      () => frames.length > before + 60,
      10_000,
      () => 'the tap did not come back',
    );
    expect(frames.some((f) => f.gapBeforeMs > 0)).toBe(true);
    expect(sounding(frames.slice(before), 'heard', TONES_HZ.agent)).toBeGreaterThan(3);
    const times = frames.filter((f) => f.side === 'said').map((f) => f.atMs);
    expect(times).toEqual([...times].sort((x, y) => x - y));
  });

  it('tells how each leg fares, and at its end how the whole of it did', async () => {
    const { bench: b } = await begin({ qualityEveryMs: 1_000 });
    const { caller } = await b.bridged();
    await until(
      () => b.eventsOf(caller.legId).filter((e) => e.type === 'leg.quality').length >= 3,
      10_000,
      () => 'no quality',
    );
    const windowsTold = b.eventsOf(caller.legId).flatMap((e) => (e.type === 'leg.quality' ? [e] : []));
    // A second of audio is fifty packets, and over loopback none is lost.
    expect(windowsTold[2]?.said.packets).toBeGreaterThan(30);
    expect(windowsTold[2]?.said.packets).toBeLessThan(80);
    expect(windowsTold[2]?.said.mos).toBeGreaterThan(3.5);
    await b.switch.hangup(caller.legId, 'normal');
    await b.event('leg.ended', caller.legId);
    const [last, end] = b.eventsOf(caller.legId).slice(-2);
    expect([last?.type, end?.type]).toEqual(['leg.quality', 'leg.ended']);
    expect(last).toMatchObject({ isFinal: true });
  });

  it('hears both sides with standard modules only', async () => {
    const tap = { mode: 'legs', bind: '127.0.0.1', advertisedAddress: '127.0.0.1', wsPort: 0, sipPort: 0 } as const;
    const { bench: b } = await begin({ tap });
    const { caller } = await b.bridged();
    await expectHears(caller.call, ['agent']);
    const frames: TapFrame[] = [];
    await b.switch.startTap(caller.legId, (frame) => frames.push(frame));
    await sleep(1_500);
    await b.switch.stopTap(caller.legId);
    expect(sounding(frames, 'said', TONES_HZ.caller)).toBeGreaterThan(5);
    expect(sounding(frames, 'heard', TONES_HZ.agent)).toBeGreaterThan(5);
    expect(sounding(frames, 'said', TONES_HZ.agent) + sounding(frames, 'heard', TONES_HZ.caller)).toBe(0);
    // Listening legs are nobody's call.
    expect(await b.switch.list()).toHaveLength(2);
    await expectHears(caller.call, ['agent']);
  });
});

/** Passes bytes on until it is cut; refuses while it is. */
class CuttableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(to: number): Promise<CuttableLink> {
    const server = createServer((client) => {
      link.#join(client, to);
    });
    const link = new CuttableLink(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #join(client: Socket, to: number): void {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
