/** Scenarios as files: cities, seats, standby, callers' habits. `config/sample/scenarios/*.yaml`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError, faultsOf } from '../../config/fault.ts';
import { surgePlanSchema, type SurgePlan } from '../../config/surge-schema.ts';

const ms = z
  .number()
  .min(0)
  .max(7 * 24 * 3_600_000);
const share = z.number().min(0).max(1);
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
/** One number for every hour of the day, or 24 of them. */
const hourly = z
  .union([z.number().min(0), z.array(z.number().min(0)).length(24)])
  .transform((v): readonly number[] => (typeof v === 'number' ? Array.from({ length: 24 }, () => v) : v));

const citySchema = z.strictObject({
  id,
  name: z.string().min(1),
  /** People an hour on a usual day. */
  usualPerHour: hourly,
  /** Times the usual, in a straight line between the points; before the first and after the last: 1. */
  demand: z.array(z.strictObject({ atMs: ms, times: z.number().min(0) })).default([]),
  /** Seats on duty by the hour of the day. */
  seats: hourly,
  /** Channels from the carriers. */
  trunks: z.number().int().min(1),
  /** More than this do not wait, plan or not. */
  maxWaiting: z.number().int().min(1).default(500),
  standby: z
    .strictObject({
      seats: z.number().int().min(0),
      /** From being asked until ready for calls, evenly spread. */
      rampMinMs: ms.default(180_000),
      rampMaxMs: ms.default(900_000),
      acceptShare: share.default(0.9),
    })
    .nullable()
    .default(null),
  /** Seats that take calls of other cities only (lent), or of others when nobody of the own city waits. */
  lends: z
    .strictObject({ seats: z.number().int().min(0), wrapUpMaxMs: ms, sharesOwnSeats: z.boolean().default(false) })
    .nullable()
    .default(null),
  plan: id.nullable().default(null),
});

const scenarioSchema = z.strictObject({
  name: id,
  title: z.string().min(1),
  description: z.string().default(''),
  seed: z.number().int(),
  /** Local time (UTC+8). */
  startsAt: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
  /** Runs before `startsAt` so that the line is as on a usual day; not counted. */
  warmUpMs: ms.default(1_800_000),
  lengthMs: ms,
  checkEveryMs: ms.default(5_000),
  supervisorAnswersMs: ms.default(45_000),
  people: z.strictObject({
    patienceMs: ms.default(120_000),
    /** Phones again after a failed try. */
    redialShare: share.default(0.75),
    redialAfterMs: ms.default(90_000),
    mostAttempts: z.number().int().min(1).default(8),
    takesCallBack: share.default(0.3),
    takesDeflect: share.default(0.08),
    /** Content with the known-incident message. */
    contentWithNotice: share.default(0.1),
  }),
  calls: z.strictObject({
    greetingMs: ms.default(4_000),
    talkMs: ms.default(150_000),
    talkSigma: z.number().min(0).max(2).default(0.7),
    talkMaxMs: ms.default(4_750_000),
    wrapUpMs: ms.default(75_000),
    wrapUpSigma: z.number().min(0).max(2).default(0.6),
    /** An agent picks up after about so long … */
    answerMs: ms.default(3_000),
    /** … or not at all, until the ring time is over. */
    noAnswerShare: share.default(0.01),
    ringMs: ms.default(20_000),
    politeMs: ms.default(8_000),
  }),
  cities: z.array(citySchema).min(1).max(50),
});
export type Scenario = z.output<typeof scenarioSchema>;
export type CityScenario = Scenario['cities'][number];
export type Plans = ReadonlyMap<string, SurgePlan>;

function read<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parse(readFileSync(file, 'utf8')), { reportInput: true });
  if (!parsed.success) throw new ConfigError(file, faultsOf(parsed.error));
  return parsed.data;
}

export function loadScenario(root: string, name: string): Scenario {
  return read(join(root, 'config/sample/scenarios', `${name}.yaml`), scenarioSchema);
}

export function loadPlans(root: string, scenario: Scenario): Plans {
  const names = new Set(scenario.cities.flatMap((city) => (city.plan === null ? [] : [city.plan])));
  return new Map(
    [...names].map((name) => [name, read(join(root, 'config/sample/surge', `${name}.yaml`), surgePlanSchema)]),
  );
}
