import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { StoreError } from '../../../../server/store/errors.ts';
import { TimelineWriter } from '../../../../server/calls/timeline-writer.ts';
import type { CallEvent } from '../../../../server/timeline/events.ts';

const refused = (event?: { callId: string; seq: number }): StoreError =>
  new StoreError('sequence-conflict', 'no', event === undefined ? {} : { event });

describe('the timeline writer', () => {
  let stored: CallEvent[] = [];
  let fault: (batch: readonly CallEvent[]) => Error | undefined = () => undefined;
  let writer: TimelineWriter;

  beforeEach(() => {
    jest.useFakeTimers();
    stored = [];
    fault = () => undefined;
    const append = (batch: readonly CallEvent[]): Promise<void> => {
      const error = fault(batch);
      if (error !== undefined) return Promise.reject(error);
      stored.push(...batch);
      return Promise.resolve();
    };
    const old: CallEvent = { type: 'call.answered', callId: 'old', seq: 7, atMs: 1 };
    writer = new TimelineWriter({
      store: { append, timeline: (callId) => Promise.resolve(callId === 'old' ? [old] : []) },
      nowMs: () => 5,
      logger: pino({ enabled: false }),
      onEvent: () => undefined,
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('numbers the events of each call by itself, without gaps', async () => {
    for (const callId of ['a', 'b', 'a']) writer.emit(callId, { type: 'call.answered' });
    await writer.flush();
    expect(stored.map((e) => `${e.callId}${String(e.seq)}`)).toEqual(['a1', 'b1', 'a2']);
  });

  it('goes on with the numbers of a call from before a restart', async () => {
    await writer.resume('old');
    expect(writer.emit('old', { type: 'call.answered' }).seq).toBe(8);
    await writer.flush();
  });

  it('goes on after what the database has not got yet', async () => {
    fault = () => new Error('away');
    writer.emit('a', { type: 'call.answered' });
    writer.forget('a');
    await writer.resume('a');
    expect(writer.emit('a', { type: 'call.answered' }).seq).toBe(2);
  });

  it('writes the first at once and gathers what follows', async () => {
    const sizes: number[] = [];
    fault = (batch) => {
      sizes.push(batch.length);
      return undefined;
    };
    writer.emit('a', { type: 'call.answered' });
    await jest.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 5; n += 1) {
      writer.emit('a', { type: 'call.answered' });
      await jest.advanceTimersByTimeAsync(2);
    }
    expect(sizes).toEqual([1]);
    await jest.advanceTimersByTimeAsync(20);
    expect(sizes).toEqual([1, 5]);
    // Who needs them durable now does not wait.
    writer.emit('a', { type: 'call.answered' });
    await writer.flush();
    expect(sizes).toEqual([1, 5, 1]);
  });

  it('keeps events while the database is away and writes them in order', async () => {
    fault = () => new Error('away');
    writer.emit('a', { type: 'call.answered' });
    await jest.advanceTimersByTimeAsync(1_200);
    writer.emit('a', { type: 'call.answered' });
    expect([stored.length, writer.backlog]).toEqual([0, 2]);
    fault = () => undefined;
    await jest.advanceTimersByTimeAsync(600);
    expect(stored.map((e) => e.seq)).toEqual([1, 2]);
    expect(writer.backlog).toBe(0);
  });

  it.each([
    ['named by the database', refused({ callId: 'bad', seq: 1 })],
    ['not named', refused()],
  ])('sets aside the one event that is refused for good, and only that (%s)', async (_name, error) => {
    fault = (batch) => (batch.some((e) => e.callId === 'bad') ? error : undefined);
    for (const callId of ['a', 'bad', 'b']) writer.emit(callId, { type: 'call.answered' });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(stored.map((e) => e.callId)).toEqual(['a', 'b']);
    expect(writer.dropped).toBe(1);
  });
});
