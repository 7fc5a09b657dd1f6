import { describe, expect, it } from '@jest/globals';
import type { SentenceUpdate, ToChild } from '../../../../asr/engines/sherpa/child-protocol.ts';
import { OutgoingStream, type Carrier } from '../../../../asr/engines/sherpa/outgoing-stream.ts';

interface Setup {
  readonly stream: OutgoingStream;
  readonly sent: ToChild[];
  readonly ends: string[];
  readonly push: (samples: number, gapBeforeMs?: number) => void;
}

function setup(alive = true): Setup {
  const sent: ToChild[] = [];
  const ends: string[] = [];
  const stream = new OutgoingStream({
    id: 7,
    streamId: 's',
    side: 'caller',
    engine: 'sherpa',
    carrier: {
      send: (message) => {
        sent.push(message);
        return alive;
      },
      gather: (part, pcm) => sent.push({ type: 'audio', tick: 0, parts: [part], pcm }),
      flush: () => undefined,
    },
    onUpdate: () => undefined,
    onEnd: (reason) => ends.push(reason),
    onClosed: () => undefined,
  });
  let atMs = 0;
  const push = (samples: number, gapBeforeMs = 0): void => {
    atMs += gapBeforeMs;
    stream.push({ atMs, pcm: new Int16Array(samples), gapBeforeMs });
    atMs += samples / 8;
  };
  return { stream, sent, ends, push };
}
const audio = (sent: readonly ToChild[]): { atMs: number; gap: number; samples: number }[] =>
  sent.flatMap((m) =>
    m.type === 'audio' ? m.parts.map((p) => ({ atMs: p.atMs, gap: p.gapBeforeMs, samples: p.samples })) : [],
  );

describe('OutgoingStream', () => {
  it('gathers until it is collected', () => {
    const { stream, sent, push } = setup();
    for (let i = 0; i < 5; i++) push(160);
    expect(sent).toEqual([]);
    stream.collect();
    for (let i = 0; i < 3; i++) push(160);
    stream.collect();
    stream.collect();
    expect(audio(sent)).toEqual([
      { atMs: 0, gap: 0, samples: 800 },
      { atMs: 100, gap: 0, samples: 480 },
    ]);
  });

  it('sends what it has at a jump, so that times stay true', () => {
    const { stream, sent, push } = setup();
    push(160);
    push(800, 500);
    stream.collect();
    expect(audio(sent)).toEqual([
      { atMs: 0, gap: 0, samples: 160 },
      { atMs: 520, gap: 500, samples: 800 },
    ]);
  });

  it('keeps no more than 2 s waiting and marks the rest as lost', () => {
    const { stream, sent, push } = setup();
    const pushAndCollect = (): void => {
      push(800);
      stream.collect();
    };
    for (let i = 0; i < 30; i++) pushAndCollect();
    expect(audio(sent)).toHaveLength(20);
    expect(stream.waitingSamples).toBe(16_000);
    stream.acknowledge(16_000);
    pushAndCollect();
    expect(audio(sent).at(-1)).toEqual({ atMs: 3000, gap: 1000, samples: 800 });
  });

  it('copies audio, since the sender may use its buffer again', () => {
    const { stream, sent } = setup();
    const pcm = new Int16Array(800).fill(5);
    stream.push({ atMs: 0, pcm, gapBeforeMs: 0 });
    pcm.fill(9);
    stream.collect();
    const [message] = sent;
    expect(message?.type === 'audio' ? message.pcm[0] : undefined).toBe(5);
  });

  it('ends at once when the child is gone', async () => {
    const { stream, ends } = setup(false);
    await stream.end();
    expect(ends).toEqual(['failed']);
  });

  it('ends once and then ignores everything', async () => {
    const { stream, ends, sent, push } = setup();
    const done = stream.end();
    stream.close('ended');
    await done;
    stream.close('failed');
    push(800);
    expect(ends).toEqual(['ended']);
    expect(sent).toEqual([{ type: 'end', id: 7 }]);
  });

  it('lets more wait when only whole sentences are wanted', () => {
    const { stream, sent, push } = setup();
    stream.setFinalOnly(true);
    for (let i = 0; i < 200; i++) {
      push(800);
      stream.collect();
    }
    expect(stream.waitingSamples).toBe(120_000);
    expect(sent[0]).toEqual({ type: 'final-only', id: 7, on: true });
  });

  it('goes on with another child between two sentences, and counts on', () => {
    const updates: string[] = [];
    const toOld: ToChild[] = [];
    const toNew: ToChild[] = [];
    const carrier = (to: ToChild[]): Carrier => ({
      send: (message) => to.push(message) > 0,
      gather: (part, pcm) => to.push({ type: 'audio', tick: 0, parts: [part], pcm }),
      flush: () => undefined,
    });
    const stream = new OutgoingStream({
      ...{ id: 1, streamId: 's', side: 'caller', engine: 'sherpa', carrier: carrier(toOld) },
      onUpdate: (update) => updates.push(`${update.segmentId} ${update.text}`),
      onEnd: () => undefined,
      onClosed: () => undefined,
    });
    const said = (sentence: number, text: string, final: boolean): SentenceUpdate => ({
      ...{ sentence, rev: 1, text, final, startMs: 0, endMs: 1, tokens: [], syllables: [], gapBeforeMs: 0 },
    });
    stream.update(said(0, '一', true));
    stream.update(said(1, '二', false));
    expect(stream.movable()).toBe(false);
    stream.update(said(1, '二。', true));
    stream.push({ atMs: 0, pcm: new Int16Array(160).fill(5000), gapBeforeMs: 0 });
    expect(stream.movable()).toBe(false);
    stream.push({ atMs: 20, pcm: new Int16Array(3200), gapBeforeMs: 0 });
    expect(stream.movable()).toBe(true);
    stream.move(2, carrier(toNew));
    stream.push({ atMs: 420, pcm: new Int16Array(160), gapBeforeMs: 0 });
    stream.collect();
    stream.update(said(2, '迟到', true), 1);
    stream.update(said(0, '三', false));
    expect(toOld.map((m) => m.type)).toEqual(['audio', 'end']);
    expect(toNew.map((m) => m.type)).toEqual(['open', 'audio']);
    expect(updates).toEqual(['s-0 一', 's-1 二', 's-1 二。', 's-2 迟到', 's-3 三']);
  });

  it('ends the sentence when no more audio comes, even one that the child has not told yet', () => {
    const { stream, sent, push } = setup();
    const pauses = (): number => sent.filter((m) => m.type === 'pause').length;
    push(1600);
    for (let tick = 0; tick < 10; tick++) stream.tick();
    expect(pauses()).toBe(0);
    for (let tick = 0; tick < 30; tick++) stream.tick();
    expect(pauses()).toBe(1);
    stream.acknowledge(1600);
    push(160);
    stream.tick();
    stream.acknowledge(160);
    for (let tick = 0; tick < 20; tick++) stream.tick();
    // Nothing waits, nothing is open.
    expect(pauses()).toBe(1);
  });
});
