/**
 * Surge plans as data (YAML): what counts as busy, what is done about it and who says yes. Also the `surge` section of
 * the configuration. A plan names no secrets; partners and the webhook live in the configuration.
 */
import { z } from 'zod';

export const surgeLevels = ['normal', 'busy', 'surge', 'emergency'] as const;
export type SurgeLevel = (typeof surgeLevels)[number];

export const measureTypes = [
  'call-in',
  'wrap-up',
  'pause-outbound',
  'announce',
  'call-back',
  'deflect',
  'partners',
  'admission',
] as const;
export type MeasureType = (typeof measureTypes)[number];

export const seatSources = ['on-site', 'cloud', 'partner'] as const;
export type SeatSource = (typeof seatSources)[number];

export const callInChannels = ['socket', 'webhook'] as const;
export type CallInChannel = (typeof callInChannels)[number];

const ms = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
const share = z.number().min(0).max(1);
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const word = z.string().trim().min(1).max(60);
const words = z.array(word).max(40).default([]);
const hourMs = 3_600_000;

const approval = z
  .enum(['automatic', 'supervisor'])
  .default('automatic')
  .describe('automatic: done at once; supervisor: proposed, done when a supervisor says yes.');

const waveSchema = z.strictObject({
  afterMs: ms(0, 4 * hourMs).describe('So long after the level was reached.'),
  share: share.default(1).describe('At most this share of the standby seats.'),
  skills: words.describe('Seats with one of these skills are asked first; empty = any.'),
  dialects: words.describe('Seats that speak one of these are asked first; empty = any.'),
});

const measureSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('call-in'),
    approval,
    waves: z.array(waveSchema).min(1).max(10),
    channels: z.array(z.enum(callInChannels)).min(1).default(['socket', 'webhook']),
    answerWithinMs: ms(10_000, hourMs)
      .default(180_000)
      .describe('A seat that has not answered by then is not counted.'),
    releaseAfterMs: ms(0, 4 * hourMs)
      .default(600_000)
      .describe('Not needed for so long: seats are thanked and released.'),
  }),
  z.strictObject({
    type: z.literal('wrap-up'),
    approval,
    maxMs: ms(0, 600_000).describe('Wrap-up after a call is at most this long.'),
  }),
  z.strictObject({ type: z.literal('pause-outbound'), approval }),
  z.strictObject({
    type: z.literal('announce'),
    approval,
    prompt: id.describe('Name of the prompt.'),
    text: z.string().trim().max(500).default('').describe('What it says; shown to supervisors and on the web.'),
    pressOneToStay: z.boolean().default(true).describe('1 = the caller still wants a person.'),
    whenWaitAboveMs: ms(0, 2 * hourMs)
      .default(0)
      .describe('Played when the estimated wait is longer.'),
  }),
  z.strictObject({
    type: z.literal('call-back'),
    approval,
    whenWaitAboveMs: ms(0, 2 * hourMs).describe('Offered when the estimated wait is longer.'),
    maxOpen: z.number().int().min(1).max(100_000).default(2_000).describe('No more promises than this.'),
  }),
  z.strictObject({
    type: z.literal('deflect'),
    approval,
    to: z.enum(['self-service', 'web']),
    whenWaitAboveMs: ms(0, 2 * hourMs).describe('Offered when the estimated wait is longer.'),
  }),
  z.strictObject({
    type: z.literal('partners'),
    approval,
    whenWaitAboveMs: ms(0, 2 * hourMs).describe('Calls go to partners when the estimated wait is longer.'),
    partners: z
      .array(
        z.strictObject({
          id,
          share: share.describe('Of the calls that go to partners, in proportion to the other shares.'),
          maxCalls: z.number().int().min(1).max(10_000).describe('Quota: calls of ours with them at once.'),
        }),
      )
      .min(1)
      .max(50),
  }),
  z.strictObject({
    type: z.literal('admission'),
    approval,
    answerWithinMs: ms(1_000, hourMs).describe('Only so many wait as the seats answer within this time.'),
    prompt: id.default('line-full').describe('What those hear who are not admitted.'),
  }),
]);
export type Measure = z.output<typeof measureSchema>;

const limit = z.number().min(0.01).max(1_000).nullable().default(null);
const levelSchema = z.strictObject({
  enter: z
    .strictObject({
      load: limit.describe('Work that arrives per staffed seat (1 = the seats can just do it).'),
      arrivalsRatio: limit.describe('People arriving against what is usual at this hour of the week.'),
      estimatedWaitMs: ms(1_000, 2 * hourMs)
        .nullable()
        .default(null),
      abandonRate: share
        .nullable()
        .default(null)
        .describe('Of the calls offered in the window, hung up while waiting.'),
    })
    .refine((e) => Object.values(e).some((v) => v !== null), { error: 'needs one limit at least' })
    .describe('Reached when any of the limits is.'),
  enterAfterMs: ms(0, hourMs).default(20_000).describe('The limit must be passed for so long.'),
  leaveBelow: z.number().min(0.1).max(0.99).default(0.75).describe('Left when every number is below limit x this …'),
  leaveAfterMs: ms(0, 4 * hourMs)
    .default(300_000)
    .describe('… for so long.'),
  measures: z.array(measureSchema).max(20).default([]),
});

/** A measure of a higher level takes the place of the same one of a lower level; the others go on. */
export const surgePlanSchema = z
  .strictObject({
    name: id,
    title: word,
    description: z.string().trim().max(1_000).default(''),
    windowMs: ms(30_000, hourMs).default(120_000).describe('Arrivals are counted over this time.'),
    minPeople: z.number().int().min(1).max(100_000).default(10).describe('With fewer people in the window: normal.'),
    minPeoplePerSeat: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('The same for each staffed seat: what is a crowd for ten seats is nothing for a thousand.'),
    targets: z
      .strictObject({
        answerWithinMs: ms(1_000, hourMs).default(15_000),
        connectRate: share.default(0.95),
      })
      .prefault({}),
    assume: z
      .strictObject({
        talkMs: ms(1_000, hourMs).default(150_000).describe('Until measured.'),
        wrapUpMs: ms(0, hourMs).default(75_000).describe('Until measured.'),
        patienceMs: ms(1_000, hourMs).default(120_000).describe('Mean time a caller waits before giving up.'),
        redialShare: z.number().min(0).max(0.95).default(0.7).describe('Of those not answered, how many phone again.'),
        acceptShare: share.default(0.9).describe('Of the seats called in, how many come.'),
      })
      .prefault({}),
    levels: z.strictObject({ busy: levelSchema, surge: levelSchema, emergency: levelSchema }),
  })
  .superRefine((plan, context) => {
    for (const level of ['busy', 'surge', 'emergency'] as const) {
      const seen = new Set<string>();
      plan.levels[level].measures.forEach((measure, at) => {
        if (seen.has(measure.type))
          context.addIssue({
            code: 'custom',
            path: ['levels', level, 'measures', at, 'type'],
            message: 'is there twice at this level',
          });
        seen.add(measure.type);
      });
    }
  });
export type SurgePlan = z.output<typeof surgePlanSchema>;

const secret = z.string().min(16).max(200);

const file = z.string().min(1).nullable().default(null);

/** The `surge` section of the configuration. */
export const surgeSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Measure the line and carry out the surge plan.'),
  plansDir: z.string().min(1).default('config/sample/surge').describe('Folder of the plans a new system starts with.'),
  plan: id.default('proposals').describe('Name of the plan in force until a supervisor chooses another.'),
  checkEveryMs: ms(500, 60_000).default(5_000).describe('How often the line is measured and the plan looked at.'),
  hotlineId: id.default('jiangcheng').describe('Name of this hotline towards partner hotlines.'),
  cardFile: file.describe(
    'What seats of partner cities must know of our city, shown with every call they take; null = `city-card.md` in the city folder, if there.',
  ),
  webhookUrl: z
    .string()
    .regex(/^https?:\/\/\S+$/)
    .nullable()
    .default(null)
    .describe('Gateway for e-mail, SMS and web push that calls in standby seats; gets signed JSON. null = none.'),
  webhookSecret: secret.nullable().default(null).describe('Signs what is sent to the webhook (HMAC-SHA256).'),
  partners: z
    .array(
      z.strictObject({
        id,
        name: word,
        sipUri: z
          .string()
          .regex(/^sips?:[^\s<>]{3,200}$/)
          .describe('Where diverted calls go.'),
        apiUrl: z
          .string()
          .regex(/^https?:\/\/\S+$/)
          .nullable()
          .default(null)
          .describe('Base address of their server, for tickets handed back.'),
        secret: secret.describe('Shared secret of both hotlines (HMAC-SHA256).'),
        trunk: z.string().min(1).nullable().default(null).describe('Their calls come in on this trunk.'),
        cardFile: file.describe(
          'What our agents must know of their city: an article (docs/knowledge.md) shown with calls they send.',
        ),
      }),
    )
    .max(50)
    .default([])
    .describe('Partner hotlines that help, or are helped.'),
});
export type SurgeSettings = z.output<typeof surgeSchema>;
