/** An optional language model that looks over what the draft has found. Off unless an address is given. */
import { z } from 'zod';

export const helperSchema = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/)
    .nullable()
    .default(null)
    .describe(
      'Address of an OpenAI-compatible service up to its version, e.g. https://api.deepseek.com/v1; null = off.',
    ),
  model: z.string().min(1).max(100).default('deepseek-chat').describe('Model asked for.'),
  keyFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('File that holds the key; null = the environment variable HELPER_API_KEY, else none is sent.'),
  deadlineMs: z.number().int().min(500).max(60_000).default(8_000).describe('An answer that takes longer is not used.'),
  everyMs: z
    .number()
    .int()
    .min(1_000)
    .max(600_000)
    .default(10_000)
    .describe('A call is asked about at most this often, and only when something new was said.'),
  maxAtOnce: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe('Questions at once; calls beyond it wait for their turn.'),
});
