import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choosePartner, decideArrival, type LineAtArrival } from '../../../../server/surge/core/arrival.ts';
import { newController } from '../../../../server/surge/core/controller.ts';
import { Meter } from '../../../../server/surge/core/meter.ts';
import { duration } from '../../../../server/surge/core/words.ts';
import { usualPerMs } from '../../../../server/surge/core/forecast.ts';
import { feed, flood, standard } from './samples.ts';

const quiet: LineAtArrival = { waiting: 0, estimatedWaitMs: 0, openCallBacks: 0, partnerCalls: {} };
const { active } = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood }).state;

describe('a call that comes', () => {
  it('without measures waits like every other', () => {
    expect(decideArrival([], { ...quiet, waiting: 400, estimatedWaitMs: 3_600_000 })).toEqual({
      to: 'line',
      notice: null,
      offerCallBack: false,
      offerDeflect: null,
    });
  });

  it('in a surge with seats free goes straight to one', () => {
    expect(decideArrival(active, quiet)).toMatchObject({ to: 'line', offerCallBack: false, offerDeflect: null });
  });

  it('goes to a partner first, by share, until the quotas are used up', () => {
    const busy = { ...quiet, waiting: 100, estimatedWaitMs: 300_000 };
    expect(decideArrival(active, busy)).toMatchObject({ to: 'partner', partnerId: 'linjiang' });
    expect(decideArrival(active, { ...busy, partnerCalls: { linjiang: 3, haizhou: 1 } })).toMatchObject({
      partnerId: 'haizhou',
    });
    const full = { ...busy, partnerCalls: { linjiang: 60, haizhou: 60 } };
    expect(decideArrival(active, full)).toMatchObject({ to: 'away', offerCallBack: true, prompt: 'line-full' });
  });

  it('is offered a call-back when the wait is long, unless too many are promised', () => {
    const long = { ...quiet, waiting: 1, estimatedWaitMs: 130_000, partnerCalls: { linjiang: 60, haizhou: 60 } };
    expect(decideArrival(active, long)).toMatchObject({ to: 'line', offerCallBack: true, offerDeflect: null });
    expect(decideArrival(active, { ...long, openCallBacks: 2_000 })).toMatchObject({ offerCallBack: false });
    expect(decideArrival(active, { ...long, estimatedWaitMs: 190_000 })).toMatchObject({
      offerDeflect: 'self-service',
    });
  });

  it('no partner is ever over its quota, and shares are kept to', () => {
    const partners = fc.array(
      fc.record({ id: fc.uuid(), share: fc.constantFrom(0, 0.2, 0.5, 1), maxCalls: fc.integer({ min: 1, max: 30 }) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(partners, fc.integer({ min: 0, max: 200 }), (list, calls) => {
        const with_: Record<string, number> = {};
        for (let i = 0; i < calls; i++) {
          const id = choosePartner(list, with_);
          if (id !== null) with_[id] = (with_[id] ?? 0) + 1;
        }
        for (const { id, share, maxCalls } of list)
          expect(with_[id] ?? 0).toBeLessThanOrEqual(share === 0 ? 0 : maxCalls);
        const room = list.reduce((sum, p) => sum + (p.share === 0 ? 0 : p.maxCalls), 0);
        expect(Object.values(with_).reduce((a, b) => a + b, 0)).toBe(Math.min(room, calls));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the meter', () => {
  const line = {
    waiting: 3,
    longestWaitMs: 4_000,
    seats: 5,
    seatsFree: 1,
    seatsCalledIn: 0,
    seatsComing: 0,
    seatsStandby: 2,
  };

  it('counts somebody who phones again within the hour once', () => {
    const meter = new Meter(120_000);
    for (const caller of ['a', 'b', 'a', '', '', 'a']) meter.note({ type: 'arrived', atMs: 10_000, caller });
    expect(meter.sample(20_000, line)).toMatchObject({ attempts: 6, people: 4, waiting: 3, seats: 5 });
    meter.note({ type: 'arrived', atMs: 3_700_000, caller: 'a' });
    expect(meter.sample(3_700_000, line)).toMatchObject({ attempts: 1, people: 1 });
  });

  it('forgets what is older than its window', () => {
    const meter = new Meter(60_000);
    meter.note({ type: 'arrived', atMs: 0, caller: 'a' });
    meter.note({ type: 'abandoned', atMs: 1_000 });
    expect(meter.sample(30_000, line)).toMatchObject({ attempts: 1, abandoned: 1 });
    expect(meter.sample(120_000, line)).toMatchObject({ attempts: 0, abandoned: 0 });
  });

  it('gives a mean only when there are enough calls for one', () => {
    const meter = new Meter(60_000);
    for (let i = 0; i < 19; i++) meter.note({ type: 'talked', atMs: i, talkMs: 100_000 });
    expect(meter.sample(20, line).talkMs).toBeNull();
    meter.note({ type: 'talked', atMs: 20, talkMs: 100_000 });
    expect(meter.sample(20, line).talkMs).toBeCloseTo(100_000);
  });
});

describe('words and weeks', () => {
  it('durations', () => {
    expect([duration(9_400), duration(60_000), duration(94_000), duration(9_000_000)].map((d) => d.zh)).toEqual([
      '9 秒',
      '1 分钟',
      '1 分 34 秒',
      '2 小时以上',
    ]);
  });

  it('the week begins on Monday at midnight of the city', () => {
    const peoplePerHour = Array.from({ length: 168 }, (_, hour) => hour + 1);
    const offsetMs = 8 * 3_600_000;
    // Monday 5 January 1970, 00:30 in the city: the middle of hour 0.
    const monday = 4 * 24 * 3_600_000 + 1_800_000 - offsetMs;
    expect(usualPerMs({ peoplePerHour, offsetMs }, monday)).toBeCloseTo(1 / 3_600_000, 12);
    expect(usualPerMs({ peoplePerHour, offsetMs }, monday + 25 * 3_600_000)).toBeCloseTo(26 / 3_600_000, 12);
    expect(usualPerMs({ peoplePerHour: [1], offsetMs }, monday)).toBeNull();
    expect(usualPerMs(null, monday)).toBeNull();
  });
});
