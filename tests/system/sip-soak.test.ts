/**
 * Calls with media coming and going for a long time: nothing grows, every recording is complete, no leg is left.
 * A few seconds in `npm test`; with HOTLINE_TEST_LONG=1 thirty calls at once for HOTLINE_SOAK_MINUTES (30).
 */
import { describe, expect, it, jest } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../bench/media/child.ts';
import { median } from '../bench/stats.ts';
import { Sipp } from '../support/sipp.ts';
import { HOST, scenario } from './sip-rig.ts';
import type { SoakSample, SoakWork } from './sip-soak-switch.ts';

const isLong = process.env['HOTLINE_TEST_LONG'] === '1';
const SOAK_MS = isLong ? Number(process.env['HOTLINE_SOAK_MINUTES'] ?? 30) * 60_000 : 5_000;
const AT_ONCE = isLong ? 30 : 8;
const STAY_MS = isLong ? ([5_000, 25_000] as const) : ([600, 1_400] as const);
const CALLS_PER_S = Math.ceil((AT_ONCE * 2_000) / (STAY_MS[0] + STAY_MS[1]));
const SAMPLES = 20;
/** Set-up and tear-down count as well: with as many calls as fit by their talk alone the last would come too late. */
const SHARE = 0.9;

jest.setTimeout(SOAK_MS * 1.1 + 120_000);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('soak', () => {
  it(`${AT_ONCE} calls at once, coming and going for ${SOAK_MS / 1_000} s`, async () => {
    const sut = new Child<SoakWork>('../../system/sip-soak-switch.ts', ['--expose-gc']);
    try {
      const port = await sut.ask('port', undefined);
      const before = await sut.ask('sample', undefined);
      // SIPp fills no words of ours into a pause.
      const text = await readFile(scenario('uac-soak'), 'utf8');
      const file = join(tmpdir(), `hotline-soak-${process.pid}.xml`);
      await writeFile(file, text.replace('[stay_min]', String(STAY_MS[0])).replace('[stay_max]', String(STAY_MS[1])));
      const calls = Math.floor((SHARE * CALLS_PER_S * SOAK_MS) / 1_000);
      const sipp = await Sipp.start({
        ...{ scenario: file, to: `${HOST}:${port}`, calls, callsPerSecond: CALLS_PER_S },
        limitMs: SOAK_MS * 1.1 + 60_000,
        args: ['-l', String(AT_ONCE), '-rtp_echo'],
      });
      const samples: SoakSample[] = [];
      for (let i = 0; i < SAMPLES; i += 1) {
        await sleep(SOAK_MS / SAMPLES);
        samples.push(await sut.ask('sample', undefined));
      }
      const result = await sipp.result();
      await rm(file, { force: true });
      expect([result.failed, result.successful]).toEqual([0, calls]);
      await sleep(1_500);
      const totals = await sut.ask('totals', undefined);
      expect(totals).toEqual({
        ...{ incoming: calls, ended: calls, recordings: calls, withMedia: calls, incomplete: 0, faults: [] },
      });
      const after = await sut.ask('sample', undefined);
      expect(after.legs).toBe(0);
      // What stands is what stood before: no socket of any call is left open.
      expect(after.fds - before.fds).toBeLessThanOrEqual(6);
      if (isLong) expectFlat(samples);
    } finally {
      await sut.close();
    }
  });
});

/** The last quarter against the second: the first one is warming up. */
function expectFlat(samples: readonly SoakSample[]): void {
  const quarter = Math.floor(samples.length / 4);
  const of = (from: number, key: keyof SoakSample): number =>
    median(samples.slice(from, from + quarter).map((sample) => sample[key]));
  const grown = (key: keyof SoakSample): number => of(samples.length - quarter, key) - of(quarter, key);
  console.log(
    `soak: heap ${grown('heapMb').toFixed(1)} MB, rss ${grown('rssMb').toFixed(1)} MB, handles ${grown('handles')}, fds ${grown('fds')}; last ${JSON.stringify(samples.at(-1))}`,
  );
  expect(grown('heapMb')).toBeLessThan(8);
  expect(grown('rssMb')).toBeLessThan(40);
  expect(grown('fds')).toBeLessThanOrEqual(12);
  expect(grown('handles')).toBeLessThanOrEqual(40);
  expect(grown('timers')).toBeLessThanOrEqual(60);
}
