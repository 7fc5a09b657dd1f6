/** One dialect's file (`dialects/<id>.yaml`): the sounds its speakers confuse and the words they use. */
import { z } from 'zod';

const weight = z.number().min(0).max(1);
const half = z.string().regex(/^[a-z]{1,4}$/);
const syllable = z.string().regex(/^[a-z]{1,6}$/);
const confusions = (sound: z.ZodString): z.ZodType<readonly { pair: readonly [string, string]; weight: number }[]> =>
  z
    .array(z.strictObject({ pair: z.tuple([sound, sound]), weight }))
    .max(200)
    .default([]);
const text = z.string().trim().min(1).max(20);

export const dialectFileSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  name: text,
  /** BCP 47 tag by which recognition engines call it. */
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/),
  places: z.array(text).max(60),
  accent: z.strictObject({
    tones: weight,
    initials: confusions(half),
    finals: confusions(half),
    syllables: confusions(syllable),
  }),
  words: z
    .array(
      z.strictObject({
        said: text,
        meant: text,
        source: z.string().trim().min(1).max(100),
        onlyInDialect: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(5_000),
});

export type DialectFile = z.output<typeof dialectFileSchema>;
