/** All recorded flows through the codec, cut at any byte. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseEvent, peekEventName } from '../../../../telephony/esl/codec/event.ts';
import { FrameReader, type EslFrame } from '../../../../telephony/esl/codec/frame-reader.ts';
import { readTranscript, transcriptNames } from '../../../support/esl-transcript.ts';

const names = transcriptNames();
const streamOf = (name: string): Buffer =>
  Buffer.concat(readTranscript(name).flatMap((r) => (r.from === 'server' ? [r.bytes] : [])));
const digest = (frames: readonly EslFrame[]): string[] =>
  frames.map(
    (f) => `${[...f.headers].map(([k, v]) => `${k}=${v}`).join('|')}#${f.body.length}:${f.body.toString('latin1')}`,
  );

describe('recorded sessions', () => {
  it('has all 22 flows', () => {
    expect(names).toHaveLength(22);
  });

  it.each(names)('reads %s whole', (name) => {
    const records = readTranscript(name).filter((r) => r.from === 'server');
    const reader = new FrameReader();
    const frames = reader.push(streamOf(name));
    expect(reader.fault).toBeUndefined();
    expect(frames).toHaveLength(records.length);
    for (const frame of frames) {
      if (frame.headers.get('content-type') !== 'text/event-json') continue;
      const event = parseEvent(frame.body);
      expect(event?.name).toMatch(/^[A-Z_]+$|^[a-z_]+::[a-z_]+$/);
      expect(peekEventName(frame.body)).toBe(event?.name);
    }
  });

  it.each(names)('reads %s the same in random pieces', (name) => {
    const stream = streamOf(name);
    const whole = digest(new FrameReader().push(stream));
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { minLength: 1, maxLength: 200 }),
        (cuts) => {
          const reader = new FrameReader();
          const bounds = [0, ...[...new Set(cuts)].sort((a, b) => a - b), stream.length];
          const frames = bounds.slice(1).flatMap((end, i) => reader.push(stream.subarray(bounds[i], end)));
          expect(digest(frames)).toEqual(whole);
        },
      ),
      { numRuns: 4 },
    );
  });

  it('reads a session byte by byte', () => {
    const stream = streamOf('18_crash_parked_before');
    const reader = new FrameReader();
    const frames: EslFrame[] = [];
    for (let i = 0; i < stream.length; i++) frames.push(...reader.push(stream.subarray(i, i + 1)));
    expect(digest(frames)).toEqual(digest(new FrameReader().push(stream)));
  });
});
