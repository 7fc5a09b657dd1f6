import { describe, expect, it } from '@jest/globals';
import { countsBy, dayOf, figuresOf, formulas, occupancy } from '../../../../server/acd/metrics/figures.ts';
import { SLOT_MS, Tally } from '../../../../server/acd/metrics/tally.ts';
import type { CallEvent, CallEventBody } from '../../../../server/timeline/events.ts';

const DAY_MS = Date.UTC(2026, 0, 31, 4);

class Story {
  readonly tally = new Tally({ seatLevelOf: (id) => (id.startsWith('cloud') ? 'cloud' : 'on-site') });
  #seq = 0;

  tell(callId: string, ...steps: readonly (readonly [atMs: number, body: CallEventBody])[]): this {
    for (const [atMs, body] of steps) {
      const event: CallEvent = { ...body, callId, seq: ++this.#seq, atMs: DAY_MS + atMs };
      this.tally.add(event);
    }
    return this;
  }
}

const joined = (atMs: number, queue = 'main', skill = ''): readonly [number, CallEventBody] => [
  atMs,
  { type: 'queue.joined', queue, priority: 5, ...(skill === '' ? {} : { needs: [{ skill, minLevel: 1 }] }) },
];
const bridged = (atMs: number, agentId = 'a1'): readonly [number, CallEventBody] => [
  atMs,
  { type: 'call.bridged', agentId, waitMs: 0 },
];
const ended = (atMs: number): readonly [number, CallEventBody] => [
  atMs,
  { type: 'call.ended', cause: 'caller-hung-up', talkMs: 0 },
];
const left = (atMs: number, waitMs: number, reason: Extract<CallEventBody, { type: 'queue.left' }>['reason']) =>
  [atMs, { type: 'queue.left', waitMs, reason }] as const;
const all = (story: Story) => countsBy(story.tally.rows(), () => 'all').get('all');

describe('figures of the line', () => {
  it('are those of the definitions', () => {
    const story = new Story()
      .tell('quick', joined(0), left(10_000, 10_000, 'answered'), bridged(10_000), ended(110_000))
      .tell('slow', joined(0), left(40_000, 40_000, 'answered'), bridged(40_000), ended(90_000))
      .tell('short', joined(0), left(3_000, 3_000, 'abandoned'), ended(3_000))
      .tell('gone', joined(0), left(60_000, 60_000, 'abandoned'), ended(60_000));
    const counts = all(story);
    expect(counts).toMatchObject({ offered: 4, answered: 2, answeredWithin15s: 1, abandoned: 2, abandonedWithin5s: 1 });
    expect(counts === undefined ? {} : figuresOf(counts)).toEqual({
      connectRate: 0.5,
      callbackConnectRate: null,
      serviceLevel15OfAnswered: 0.5,
      serviceLevel15OfOffered: 1 / 3,
      abandonRate: 0.5,
      asaMs: 25_000,
      ahtMs: 75_000,
      longestWaitMs: 60_000,
    });
    expect(Object.keys(formulas).sort()).toEqual(Object.keys(counts === undefined ? {} : figuresOf(counts)).sort());
  });

  it('count talk, hold and wrap-up of a call', () => {
    const story = new Story().tell(
      'c1',
      joined(0),
      bridged(5_000),
      [15_000, { type: 'call.held', agentId: 'a1' }],
      [35_000, { type: 'call.resumed', agentId: 'a1', heldMs: 20_000 }],
      ended(65_000),
      [80_000, { type: 'wrap-up.ended', agentId: 'a1', tookMs: 15_000 }],
    );
    expect(all(story)).toMatchObject({ handled: 1, talkMs: 40_000, holdMs: 20_000, wrapUpMs: 15_000 });
  });

  it('keep call-backs out of the connect rate', () => {
    const story = new Story()
      .tell('c1', joined(0), left(20_000, 20_000, 'callback'), ended(21_000))
      .tell(
        'b1',
        [100_000, { type: 'callback.queued', callbackId: 'x', queue: 'main', attempt: 1, joinedAtMs: DAY_MS }],
        bridged(130_000),
        ended(200_000),
      )
      .tell(
        'b2',
        [100_000, { type: 'callback.queued', callbackId: 'y', queue: 'main', attempt: 1, joinedAtMs: DAY_MS }],
        ended(140_000),
      );
    expect(all(story)).toMatchObject({
      offered: 1,
      answered: 0,
      left: 1,
      callbacks: 2,
      callbacksReached: 1,
      abandoned: 0,
    });
  });

  it('count a call that a partner took as answered by the partner', () => {
    const story = new Story().tell('c1', joined(0), left(12_000, 12_000, 'diverted'), ended(99_000));
    expect(story.tally.rows()).toMatchObject([{ answerer: 'partner', answered: 1, answeredWithin15s: 1 }]);
  });

  it('are split by queue, skill, seat level, five minutes and day', () => {
    const story = new Story()
      .tell('c1', joined(0, 'main', 'tax'), bridged(1_000, 'cloud1'), ended(9_000))
      .tell('c2', joined(SLOT_MS, 'tax'), bridged(SLOT_MS + 1_000), ended(SLOT_MS + 9_000))
      .tell(
        'c3',
        joined(SLOT_MS, 'main'),
        [SLOT_MS + 500, { type: 'queue.moved', queue: 'tax', priority: 5, why: 'overflow' }],
        ended(SLOT_MS + 9_000),
      );
    const rows = story.tally.rows();
    const offeredBy = (keyOf: Parameters<typeof countsBy>[1]) =>
      Object.fromEntries([...countsBy(rows, keyOf)].map(([key, c]) => [key, c.offered]));
    expect(offeredBy((r) => r.queue)).toEqual({ main: 1, tax: 2 });
    expect(offeredBy((r) => r.skill)).toEqual({ tax: 1, '': 2 });
    expect(offeredBy((r) => r.answerer)).toEqual({ cloud: 1, 'on-site': 1, none: 1 });
    expect(offeredBy((r) => String((r.slotMs - DAY_MS) / SLOT_MS))).toEqual({ 0: 1, 1: 2 });
    expect(offeredBy((r) => dayOf(r.slotMs, -480))).toEqual({ '2026-01-31': 3 });
  });

  it('count a caller who is passed on as answered once for each queue', () => {
    const story = new Story().tell(
      'c1',
      joined(0),
      bridged(1_000),
      [30_000, { type: 'call.requeued', agentId: 'a1', queue: 'tax' }],
      bridged(40_000, 'a2'),
      bridged(60_000, 'a3'),
      ended(90_000),
    );
    const by = countsBy(story.tally.rows(), (r) => r.queue);
    expect(by.get('main')).toMatchObject({ offered: 1, answered: 1, talkMs: 29_000 });
    expect(by.get('tax')).toMatchObject({ offered: 1, answered: 1, handled: 2, talkMs: 50_000, waitMs: 10_000 });
  });

  it('know a call that ended without a word about the queue', () => {
    expect(all(new Story().tell('c1', joined(0), ended(30_000)))).toMatchObject({
      abandoned: 1,
      longestWaitMs: 30_000,
    });
  });
});

describe('occupancy', () => {
  it('is the share of unpaused time spent on calls', () => {
    const span = (fromMs: number, toMs: number, state: 'free' | 'busy' | 'paused' | 'wrap-up') => ({
      fromMs,
      toMs,
      state,
    });
    const spans = [span(0, 50, 'free'), span(50, 80, 'busy'), span(80, 100, 'wrap-up'), span(100, 400, 'paused')];
    expect(occupancy(spans, 0, 1_000)).toBe(0.5);
    expect(occupancy(spans, 75, 100)).toBe(1);
    expect(occupancy([], 0, 1_000)).toBeNull();
  });
});
