import { describe, expect, it } from '@jest/globals';
import { newSeat, phoneOf, stepSeat, type SeatInput, type SeatState } from '../../../../server/calls/core/seat.ts';

const fresh = (inputs: readonly SeatInput[]): SeatState =>
  inputs.reduce(
    (seat, input, i) => stepSeat(seat, input, i * 1_000),
    stepSeat(newSeat('a1', 0), { type: 'page-open' }, 0),
  );
const ready: readonly SeatInput[] = [
  { type: 'registered', on: true },
  { type: 'set-intent', intent: 'available', reason: '' },
];
const ringing: readonly SeatInput[] = [
  ...ready,
  { type: 'news', news: { type: 'ringing', callId: 'c1', offerId: 'o1' } },
];
const talking: readonly SeatInput[] = [...ringing, { type: 'news', news: { type: 'talking', callId: 'c1' } }];
const wrapUp: readonly SeatInput[] = [
  ...talking,
  { type: 'news', news: { type: 'call-over', callId: 'c1', wrapUpMs: 30_000 } },
];

describe('a seat', () => {
  it.each([
    ['new', [], 'off', 'offline'],
    ['registered', ready.slice(0, 1), 'off', 'idle'],
    ['available', ready, 'available', 'idle'],
    ['ringing', ringing, 'available', 'ringing'],
    ['talking', talking, 'available', 'busy'],
    ['wrapping up', wrapUp, 'available', 'wrap-up'],
    ['free again', [...wrapUp, { type: 'finish-wrap-up' }], 'available', 'idle'],
    ['on a telephone outside', [{ type: 'by-phone', on: true }, ...ready.slice(1)], 'available', 'idle'],
    ['unregistered', [...ready, { type: 'registered', on: false }], 'available', 'offline'],
  ] as [string, SeatInput[], string, string][])('%s', (_name, inputs, intent, phone) => {
    const seat = fresh(inputs);
    expect([seat.intent, phoneOf(seat)]).toEqual([intent, phone]);
  });

  it.each([
    ['no-answer', 'paused', '未接听来电'],
    ['unreachable', 'paused', '软电话无法接通'],
    ['declined', 'available', ''],
    ['caller-gone', 'available', ''],
  ] as const)('an offer that ended with %s leaves the agent %s', (reason, intent, words) => {
    const seat = fresh([...ringing, { type: 'news', news: { type: 'offer-over', callId: 'c1', reason } }]);
    expect([seat.intent, seat.pauseReason, seat.pausedBySystem]).toEqual([intent, words, intent === 'paused']);
    expect(
      fresh([...ringing, { type: 'news', news: { type: 'offer-over', callId: 'c1', reason } }, ...ready])
        .pausedBySystem,
    ).toBe(false);
  });

  it.each([
    ['the page has gone', [{ type: 'page-gone' }], false],
    ['the page has gone in a call', [...ringing.slice(2), ...talking.slice(-1), { type: 'page-gone' }], true],
    ['the call is over after that', [...wrapUp.slice(2), { type: 'page-gone' }, { type: 'finish-wrap-up' }], false],
    ['the page has the calls again', [{ type: 'by-phone', on: false }], false],
  ] as [string, SeatInput[], boolean][])('keeps its telephone outside or not when %s', (_name, inputs, kept) => {
    expect(fresh([{ type: 'by-phone', on: true }, ...ready.slice(1), ...inputs]).byPhone).toBe(kept);
  });

  it('keeps the intent through a call: a pause asked for while talking holds afterwards', () => {
    const seat = fresh([
      ...talking,
      { type: 'set-intent', intent: 'paused', reason: '休息' },
      ...wrapUp.slice(-1),
      { type: 'finish-wrap-up' },
    ]);
    expect([seat.intent, seat.pauseReason, phoneOf(seat)]).toEqual(['paused', '休息', 'idle']);
  });

  it('extends wrap-up, but not for ever', () => {
    let seat = fresh(wrapUp);
    const before = seat.work.type === 'wrap-up' ? seat.work.endsAtMs : 0;
    seat = stepSeat(seat, { type: 'extend-wrap-up', byMs: 30_000 }, 6_000);
    expect(seat.work).toMatchObject({ endsAtMs: before + 30_000 });
    for (let i = 0; i < 100; i++) seat = stepSeat(seat, { type: 'extend-wrap-up', byMs: 300_000 }, 7_000);
    expect(seat.work.type === 'wrap-up' ? seat.work.endsAtMs - seat.work.startedAtMs : 0).toBe(30 * 60_000);
  });

  it('does not end wrap-up before it is due', () => {
    const seat = fresh(wrapUp);
    expect(phoneOf(stepSeat(seat, { type: 'wrap-up-due' }, 10_000))).toBe('wrap-up');
    expect(phoneOf(stepSeat(seat, { type: 'wrap-up-due' }, 60_000))).toBe('idle');
  });

  it('counts a call once, also when the agent was lost and came back', () => {
    const seat = fresh([
      ...talking,
      { type: 'news', news: { type: 'lost', callId: 'c1' } },
      { type: 'news', news: { type: 'talking', callId: 'c1' } },
    ]);
    expect(seat.callsTaken).toBe(1);
  });

  it('goes off when the last page has gone, but not out of a call', () => {
    expect(fresh([...ready, { type: 'page-gone' }]).intent).toBe('off');
    expect(fresh([...talking, { type: 'page-gone' }]).intent).toBe('available');
    const over: SeatInput = { type: 'news', news: { type: 'call-over', callId: 'c1', wrapUpMs: 1_000 } };
    expect(fresh([...talking, { type: 'page-gone' }, over]).intent).toBe('off');
    expect(fresh([...talking, { type: 'page-gone' }, { type: 'page-open' }, over]).intent).toBe('available');
  });
});
