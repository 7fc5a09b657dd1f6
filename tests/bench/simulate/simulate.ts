/** The surge plan against committed scenarios, on the virtual clock: the numbers are the same on every machine. */
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import type { Bench, Metrics } from '../bench.ts';
import type { CityResult } from '../../../tools/simulate/result.ts';
import { loadPlans, loadScenario } from '../../../tools/simulate/scenario.ts';
import { runScenario, type RunOptions } from '../../../tools/simulate/world.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

async function firstCity(options: RunOptions): Promise<CityResult> {
  const [city] = (await runScenario(options)).cities;
  if (city === undefined) throw new Error('the scenario has no city');
  return city;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

async function run21x(say: (line: string) => void): Promise<Metrics> {
  const scenario = loadScenario(root, 'suzhou-hour');
  const plans = loadPlans(root, scenario);
  const usualDay = { ...scenario, cities: scenario.cities.map((c) => ({ ...c, demand: [] })) };
  const before = await firstCity({ scenario: usualDay, plans, withoutPlan: true });
  say(`usual hour: ${percent(before.connectRateCalls)} of calls connected by the seats on duty`);
  const off = await firstCity({ scenario, plans, withoutPlan: true });
  say(
    `without the plan: ${off.attemptsTimes.toFixed(1)} times the usual calls of ${off.peopleTimes.toFixed(1)} times the people, ` +
      `${percent(off.connectRatePeople)} of people connected`,
  );
  const on = await firstCity({ scenario, plans });
  say(
    `with the plan: ${percent(on.connectRatePeople)} of people, ${on.answered} of ${on.couldAnswer} possible answers`,
  );
  return {
    connectRate60: on.connectRatePeople,
    connectRate15: on.connectRate15,
    efficiency: on.efficiency,
    connectRateWithoutPlan: off.connectRatePeople,
    connectRateBefore: before.connectRateCalls,
    attemptsTimesWithoutPlan: off.attemptsTimes,
    peopleTimes: off.peopleTimes,
  };
}

async function runYangzhou(say: (line: string) => void): Promise<Metrics> {
  const scenario = loadScenario(root, 'yangzhou-day');
  const plans = loadPlans(root, scenario);
  const off = await firstCity({ scenario, plans, withoutPlan: true });
  say(`without remote agents: ${off.attempts} calls, ${percent(off.connectRateCalls)} connected`);
  const on = await firstCity({ scenario, plans });
  say(`with 42 remote agents: ${percent(on.connectRateCalls)} of ${on.attempts} calls connected`);
  return {
    gainPoints: (on.connectRateCalls - off.connectRateCalls) * 100,
    connectRateBase: off.connectRateCalls,
    connectRateWithRemote: on.connectRateCalls,
    callsWithout: off.attempts,
    answeredByRemoteShare: on.answeredBy.cloud / Math.max(1, on.answered),
  };
}

export const simulate21x: Bench = {
  name: 'simulate-21x',
  about: 'simulated Suzhou hour, 21 times the usual calls, with the surge plan and without (under a minute)',
  limitMs: 300_000,
  run: run21x,
};

export const simulateYangzhou: Bench = {
  name: 'simulate-yangzhou',
  about: 'simulated Yangzhou day with 42 remote agents and without (under a minute)',
  limitMs: 300_000,
  run: runYangzhou,
};
