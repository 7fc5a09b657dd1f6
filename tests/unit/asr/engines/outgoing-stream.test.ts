import { describe, expect, it } from '@jest/globals';
import type { ToChild } from '../../../../asr/engines/sherpa/child-protocol.ts';
import { OutgoingStream } from '../../../../asr/engines/sherpa/outgoing-stream.ts';

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
    send: (message) => {
      sent.push(message);
      return alive;
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
  sent.flatMap((m) => (m.type === 'audio' ? [{ atMs: m.atMs, gap: m.gapBeforeMs, samples: m.pcm.length }] : []));

describe('OutgoingStream', () => {
  it('gathers 100 ms before it sends', () => {
    const { sent, push } = setup();
    for (let i = 0; i < 11; i++) push(160);
    expect(audio(sent)).toEqual([
      { atMs: 0, gap: 0, samples: 800 },
      { atMs: 100, gap: 0, samples: 800 },
    ]);
  });

  it('sends what it has at a jump, so that times stay true', () => {
    const { sent, push } = setup();
    push(160);
    push(800, 500);
    expect(audio(sent)).toEqual([
      { atMs: 0, gap: 0, samples: 160 },
      { atMs: 520, gap: 500, samples: 800 },
    ]);
  });

  it('keeps no more than 2 s waiting and marks the rest as lost', () => {
    const { stream, sent, push } = setup();
    for (let i = 0; i < 30; i++) push(800);
    expect(audio(sent)).toHaveLength(20);
    expect(stream.waitingSamples).toBe(16_000);
    stream.acknowledge(16_000);
    push(800);
    expect(audio(sent).at(-1)).toEqual({ atMs: 3000, gap: 1000, samples: 800 });
  });

  it('copies audio, since the sender may use its buffer again', () => {
    const { stream, sent } = setup();
    const pcm = new Int16Array(800).fill(5);
    stream.push({ atMs: 0, pcm, gapBeforeMs: 0 });
    pcm.fill(9);
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
});
