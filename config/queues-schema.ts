/** The queues of the line: who answers them, in which order and for how long people may wait. Data, never code. */
import { z } from 'zod';

const ms = (max: number): z.ZodNumber => z.number().int().min(0).max(max);
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}_.-]+$/u);

export const ageingSchema = z.strictObject({
  priorityStepMs: ms(3_600_000).default(60_000).describe('Head start of a call for each step of priority (0 to 9).'),
  urgentMs: ms(3_600_000).default(300_000).describe('Head start of calls over the line for urgent matters.'),
  elderlyMs: ms(3_600_000).default(30_000).describe('Head start of elderly callers.'),
  redialMs: ms(600_000).default(20_000).describe('Head start for each time the caller has tried again today.'),
  maxHeadStartMs: ms(7_200_000)
    .default(1_200_000)
    .describe('All head starts together; who comes later than this after a call can never overtake it.'),
});

const seatLevel = z.enum(['on-site', 'cloud', 'partner']);

export const ringSchema = z.strictObject({
  afterMs: ms(7_200_000).describe('Waiting time from which on this ring may be asked.'),
  lowerLevelsBy: z
    .number()
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe('By how much every needed level is lowered; 5 waives all needs.'),
  seats: z.array(seatLevel).min(1).default(['on-site', 'cloud', 'partner']).describe('Seats that may be asked.'),
});

export const overflowSchema = z
  .strictObject({
    to: z
      .enum(['message', 'callback', 'voicemail', 'queue', 'partner'])
      .default('message')
      .describe('What is done with a caller the queue cannot take or has kept too long.'),
    queue: name.nullable().default(null).describe('The other queue, for `to: queue`.'),
  })
  .refine((o) => o.to !== 'queue' || o.queue !== null, { error: 'needed when `to` is `queue`', path: ['queue'] });

export const queueSchema = z.strictObject({
  name: name.describe('Name of the queue; call flows send callers to it.'),
  strategy: z
    .enum(['longest-idle', 'fewest-calls', 'round-robin', 'best-skill'])
    .default('longest-idle')
    .describe('Which of the free agents is asked first, in every ring.'),
  ageing: ageingSchema.prefault({}).describe('What lets a call be served sooner than its wait alone would.'),
  rings: z
    .array(ringSchema)
    .min(1)
    .max(16)
    .default([{ afterMs: 0, lowerLevelsBy: 0, seats: ['on-site', 'cloud', 'partner'] }])
    .refine((r) => r[0]?.afterMs === 0, { error: 'the first ring must begin at 0' })
    .refine((r) => r.every((ring, i) => i === 0 || ring.afterMs > (r[i - 1]?.afterMs ?? 0)), {
      error: 'rings must be in the order of afterMs',
    })
    .describe('Widening circles of agents: levels that are needed fall, further seats are asked.'),
  stickyWaitMs: ms(600_000)
    .default(15_000)
    .describe('How long a call is kept for the agent who knows its matter while that agent is busy.'),
  stickyHeadStartMs: ms(3_600_000).default(60_000).describe('How much earlier than others that agent takes it.'),
  dialectWaitMs: ms(600_000)
    .default(20_000)
    .describe('How long a call is kept for seats that speak its dialect, when there are any.'),
  maxLength: z.number().int().min(1).max(100_000).default(500).describe('More callers than this are not taken.'),
  maxWaitMs: ms(7_200_000).default(1_800_000).describe('A caller waits at most this long.'),
  deflectAboveMs: ms(7_200_000)
    .default(0)
    .describe('Newcomers who would wait longer than this get the overflow rule; 0: never.'),
  overflow: overflowSchema.prefault({}).describe('What is done with callers the queue cannot take.'),
  ringMs: z.number().int().min(2_000).max(120_000).default(20_000).describe('How long an agent is rung.'),
  wrapUpMs: ms(1_800_000).default(30_000).describe('Wrap-up after each call before the agent is free again.'),
  excludeMs: ms(600_000)
    .default(30_000)
    .describe('An agent who declined or did not answer a call is not offered it again for this long.'),
  usualHandleMs: z
    .number()
    .int()
    .min(1_000)
    .max(7_200_000)
    .default(180_000)
    .describe("Talk and wrap-up of a usual call, for estimated waits until the queue's own pace is known."),
});

/** A place for `queues` in the configuration. */
export const queuesSchema = z
  .array(queueSchema)
  .min(1)
  .max(1_000)
  .default([queueSchema.parse({ name: 'main' })])
  .refine((queues) => new Set(queues.map((q) => q.name)).size === queues.length, { error: 'names must differ' })
  .refine(
    (queues) => queues.every((q) => q.overflow.queue === null || queues.some((o) => o.name === q.overflow.queue)),
    {
      error: 'overflow to a queue that does not exist',
    },
  );

export const redisSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .default('redis://127.0.0.1:6379')
    .describe('Redis 7 that keeps the line when `line.store` is `redis`.'),
  hotline: name.default('12345').describe('Name of the hotline in Redis; servers with the same name share one line.'),
  leaseMs: z
    .number()
    .int()
    .min(500)
    .max(60_000)
    .default(1_500)
    .describe('A server not heard of for this long is taken for dead: its agents are offered nothing more.'),
});

export type QueueConfig = z.output<typeof queueSchema>;
