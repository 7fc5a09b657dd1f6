/** Learning from confirmed tickets. */
import { z } from 'zod';

export const learningSchema = z.strictObject({
  nightlyAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .nullable()
    .default('03:30')
    .describe('When classes are learned anew from confirmed tickets (time in China); null = never.'),
  maxTickets: z.number().int().min(100).max(500_000).default(50_000).describe('The newest so many are learned from.'),
  keepModels: z.number().int().min(2).max(100).default(5).describe('Models kept to go back to.'),
});
