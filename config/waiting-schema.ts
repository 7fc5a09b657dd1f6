/** What people hear and may do while they wait, call-backs, and what agents say a call was: data of the city. */
import { z } from 'zod';

const ms = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
const name = z.string().regex(/^[a-z0-9-]{1,40}$/);
const digit = z.string().regex(/^[1-9]$/);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const dayMs = 86_400_000;

function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

/** Where a caller goes by a digit. */
const wayOut = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('message'), prompts: z.array(name).min(1).max(10) }),
  z.strictObject({ to: z.literal('queue'), queue: name }),
  z.strictObject({ to: z.literal('partner'), partner: name }),
  z.strictObject({ to: z.literal('callback') }),
  z.strictObject({ to: z.literal('voicemail') }),
]);

const announcement = z.strictObject({
  fromWaitMs: ms(0, 7_200_000).describe('From this wait on.'),
  say: z.array(name).min(1).max(10).describe('`position`, `wait`, `callback`, `leave`, or the name of any prompt.'),
});

export const waitingSchema = z.strictObject({
  queue: name.default('main'),
  title: z.string().min(1).max(40).default('综合队列'),
  firstAnnouncementMs: ms(0, 600_000).default(4_000),
  announcements: z
    .array(announcement)
    .max(20)
    .default([
      { fromWaitMs: 0, say: ['position'] },
      { fromWaitMs: 30_000, say: ['position', 'wait', 'callback'] },
    ]),
  music: name.default('music'),
  callbackDigit: digit.nullable().default('1').describe('Books a call-back that keeps the place. null = not offered.'),
  leaveDigit: digit.nullable().default(null).describe('Leaves the line. null = none.'),
  leaveTo: wayOut.prefault({ to: 'message', prompts: ['call-ended'] }),
});
export type WaitingSettings = z.output<typeof waitingSchema>;

export const callbackSchema = z.strictObject({
  numbers: z
    .string()
    .min(1)
    .max(200)
    .refine(isExpression, { error: 'must be a regular expression' })
    .default('^(1[3-9]\\d{9}|0\\d{9,11}|[2-8]\\d{6,7})$')
    .describe('Regular expression of the numbers that may be called.'),
  ringMs: ms(5_000, 120_000).default(35_000).describe('How long a citizen is rung.'),
  tries: z.number().int().min(1).max(10).default(3).describe('Tries until a call-back is given up.'),
  retryAfterMs: z
    .array(ms(0, dayMs))
    .min(1)
    .max(10)
    .default([300_000, 1_800_000])
    .describe('Pause after the first, second … try in vain.'),
  expiresAfterMs: ms(60_000, 7 * dayMs)
    .default(dayMs)
    .describe('Not tried any more after this.'),
  quietFrom: timeOfDay.default('21:30').describe('Nobody is called from this time of day …'),
  quietTo: timeOfDay.default('08:00').describe('… to this one.'),
  askedGraceMs: ms(0, dayMs).default(1_800_000).describe('Who asked is called within this time even in quiet hours.'),
  missed: z.boolean().default(true).describe('Call those who gave up waiting (国办函〔2025〕66号).'),
  missedAfterMs: ms(0, 600_000).default(5_000).describe('Who hung up sooner is not called.'),
  missedPriority: z.number().int().min(0).max(9).default(2).describe('Place of such calls in the line.'),
  missedAtOnce: z.number().int().min(1).max(100).default(5).describe('So many stand in the line at once.'),
});
export type CallbackSettings = z.output<typeof callbackSchema>;

export const dispositionSchema = z.strictObject({
  code: name,
  key: z.string().regex(/^[1-9]$/),
  title: z.string().min(1).max(20),
  titleEn: z.string().min(1).max(40),
});
export type Disposition = z.output<typeof dispositionSchema>;

export const usualDispositions: readonly Disposition[] = [
  { code: 'ticket', key: '1', title: '已建工单', titleEn: 'Ticket' },
  { code: 'answered', key: '2', title: '当场答复', titleEn: 'Answered at once' },
  { code: 'chased', key: '3', title: '催办', titleEn: 'Chased a ticket' },
  { code: 'handed-over', key: '4', title: '转其他热线', titleEn: 'Handed over' },
  { code: 'silent', key: '5', title: '无声或误拨', titleEn: 'Silent or wrong number' },
  { code: 'nuisance', key: '6', title: '骚扰', titleEn: 'Nuisance' },
];
