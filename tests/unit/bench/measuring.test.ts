/** The arithmetic behind the benchmark's numbers. */
import { describe, expect, it } from '@jest/globals';
import { wordsIn, wordTimes } from '../../bench/first-call/word-times.ts';
import { gapsOf } from '../../bench/phones/gaps.ts';
import { sleep } from '../../bench/limits.ts';
import { Heartbeat, stallAt, type Stall } from '../../bench/phones/heartbeat.ts';
import { joinStalls } from '../../bench/phones/host-stalls.ts';
import { isTone } from '../../bench/phones/tone.ts';
import type { WirePacket } from '../../bench/phones/wire-track.ts';
import { median, p95, quantile } from '../../bench/stats.ts';

describe('quantile', () => {
  it('is the nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect([median(values), p95(values), quantile(values, 1), quantile(values, 0)]).toEqual([10, 19, 20, 1]);
  });

  it('refuses to make a number out of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow('no values');
  });
});

describe('wordsIn', () => {
  it('finds as many words as there are, in order, each at its own place', () => {
    expect(wordsIn('我要投诉油烟扰民', ['我要', '投诉', '路灯', '油烟'])).toEqual([0, 1, 3]);
    expect(wordsIn('投诉我要', ['我要', '投诉'])).toHaveLength(1);
    expect(wordsIn('每天', ['每天', '每天'])).toHaveLength(1);
    expect(wordsIn('', ['每天'])).toEqual([]);
  });

  it('is not led astray by an early word that comes again late', () => {
    expect(wordsIn('晚上油烟每天', ['每天', '晚上', '油烟', '每天'])).toEqual([1, 2, 3]);
  });
});

describe('wordTimes', () => {
  const spoken = [
    { word: '油烟', endAtMs: 1_000 },
    { word: '扰民', endAtMs: 2_000 },
    { word: '处理', endAtMs: 3_000 },
  ];

  it('counts from the end of the word to the first text with it, even when that text changes again', () => {
    const shown = [
      { atMs: 1_300, text: '油烟' },
      { atMs: 2_250, text: '油烟，扰民' },
      { atMs: 2_500, text: '有言，扰民。' },
    ];
    expect(wordTimes(spoken, shown)).toEqual({ latenciesMs: [300, 250], spoken: 3, missing: ['处理'] });
  });

  it('does not take old text for words that were not spoken yet', () => {
    expect(wordTimes(spoken, [{ atMs: 900, text: '处理' }]).missing).toEqual(['油烟', '扰民', '处理']);
  });
});

describe('gapsOf', () => {
  const packet = (i: number, atMs: number, shift = 0): WirePacket => ({
    atMs,
    wallMs: atMs,
    rtpTs: (i * 160 + shift) >>> 0,
    sequence: i,
    payload: Uint8Array.from({ length: 160 }, (_, k) => (i * 7 + k * 3) & 0x7f),
  });
  const sent = Array.from({ length: 50 }, (_, i) => packet(i, i * 20));
  const span = { fromMs: 0, toMs: 10_000 };
  const shift = 0xffff_ff00;

  it('sees nothing where everything takes equally long', () => {
    const received = sent.map((_, i) => packet(i, i * 20 + 5, shift));
    const { gapsMs, lost } = gapsOf(sent, received, span);
    expect([gapsMs.length, Math.max(...gapsMs), lost]).toEqual([49, 0, 0]);
  });

  it('takes off the sender’s own pause', () => {
    const late = sent.map((p, i) => (i >= 25 ? { ...p, atMs: p.atMs + 60 } : p));
    const received = late.map((p, i) => packet(i, p.atMs + 5, shift));
    expect(Math.max(...gapsOf(late, received, span).gapsMs)).toBe(0);
  });

  it('counts a stall once and a lost packet as a hole of its length', () => {
    const stalled = sent.map((_, i) => packet(i, i * 20 + (i >= 25 ? 35 : 5), shift));
    expect(gapsOf(sent, stalled, span).gapsMs.filter((g) => g > 0)).toEqual([30]);
    const holed = sent.map((_, i) => packet(i, i * 20 + 5, shift)).filter((_, i) => i !== 30);
    const { gapsMs, lost } = gapsOf(sent, holed, span);
    expect([gapsMs.filter((g) => g > 0), lost]).toEqual([[20], 1]);
  });

  it('takes off what waited for the measuring process, and no more', () => {
    const received = sent.map((_, i) => packet(i, i * 20 + (i >= 25 ? 65 : 5), shift));
    const gap = (stalls: readonly Stall[]): number =>
      Math.max(...gapsOf(sent, received, span, { own: stalls, host: [] }).gapsMs);
    // Packet 25 was read at 565, sixty late.
    expect(gap([])).toBe(60);
    expect(gap([{ dueMs: 525, untilMs: 567 }])).toBe(20);
    expect(gap([{ dueMs: 500, untilMs: 567 }])).toBe(0);
    expect(gap([{ dueMs: 505, untilMs: 564 }])).toBe(60);
    expect(gap([{ dueMs: 566, untilMs: 600 }])).toBe(60);
    expect(Math.max(...gapsOf(sent, received, span, { own: [{ dueMs: 500, untilMs: 567 }], host: [] }).rawGapsMs)).toBe(
      60,
    );
  });

  it('takes off what the host took, only while the packet was under way, and nothing twice', () => {
    const received = sent.map((_, i) => packet(i, i * 20 + (i >= 25 ? 65 : 5), shift));
    const gap = (host: readonly Stall[], own: readonly Stall[] = []): number =>
      Math.max(...gapsOf(sent, received, span, { own, host: joinStalls(host) }).gapsMs);
    // Packet 25 was sent at 500 and read at 565, sixty late.
    expect(gap([{ dueMs: 510, untilMs: 540 }])).toBe(30);
    expect(gap([{ dueMs: 400, untilMs: 510 }])).toBe(50);
    expect(
      gap([
        { dueMs: 510, untilMs: 530 },
        { dueMs: 520, untilMs: 540 },
      ]),
    ).toBe(30);
    expect(gap([{ dueMs: 510, untilMs: 560 }], [{ dueMs: 535, untilMs: 570 }])).toBe(5);
    expect(gap([{ dueMs: 570, untilMs: 900 }])).toBe(60);
  });

  it('says when nothing arrived', () => {
    expect(() => gapsOf(sent, [], span)).toThrow('nothing that was sent');
  });
});

describe('Heartbeat', () => {
  it('notices that the process stood still', async () => {
    const heartbeat = new Heartbeat();
    heartbeat.start();
    await sleep(20);
    const fromMs = performance.now();
    while (performance.now() - fromMs < 60);
    const readAtMs = performance.now();
    await sleep(30);
    heartbeat.stop();
    expect(stallAt(heartbeat.stalls, readAtMs)).toBeGreaterThan(50);
    expect(stallAt(heartbeat.stalls, fromMs - 1_000)).toBe(0);
    expect(stallAt(heartbeat.stalls, readAtMs + 1_000)).toBe(0);
  });
});

describe('isTone', () => {
  const wave = (hz: number, level: number): Int16Array =>
    Int16Array.from({ length: 160 }, (_, i) => Math.round(level * Math.sin((2 * Math.PI * hz * i) / 8_000)));

  it('hears its own tone only', () => {
    expect(isTone(wave(1_700, 8_000), 1_700)).toBe(true);
    expect(isTone(wave(1_100, 8_000), 1_700)).toBe(false);
    expect(isTone(new Int16Array(160), 1_700)).toBe(false);
    const both = wave(1_700, 4_000).map((s, i) => s + (wave(600, 8_000)[i] ?? 0));
    expect(isTone(both, 1_700)).toBe(false);
  });
});
