/**
 * The form in which calls are handed to `npm run eval:speech -- --calls FILE` (docs/evaluation.md): lines, voices and the true
 * fields of the ticket. The same form is what the writer of synthetic calls makes.
 */
import { z } from 'zod';
import { draftFields } from '../../server/drafts/types.ts';

const MAX_LINES = 200;
const MAX_CALLS = 5_000;

const voice = z.strictObject({
  /** espeak-ng's Mandarin or Cantonese. */
  language: z.enum(['cmn', 'yue']).default('cmn'),
  /** Variant of espeak-ng: `f3`, `m6` …; '' is its plain voice. */
  variant: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,24}$/)
    .default(''),
  wordsPerMinute: z.number().int().min(80).max(400).default(170),
  pitch: z.number().int().min(0).max(99).default(50),
});

const noise = z.strictObject({
  kind: z.enum(['street', 'white', 'babble']),
  /** Of the caller's speech over the noise. */
  snrDb: z.number().min(-10).max(60),
});

const line = z.strictObject({
  side: z.enum(['caller', 'agent']),
  /** Chinese characters; numbers as digits are read one by one from five digits on. */
  text: z.string().min(1).max(400),
  /** Toned pinyin where the dictionary's reading is wrong, one syllable for each character that has a sound. */
  pinyin: z.string().max(2_000).optional(),
  /** A recording of this line instead of a synthetic voice (WAV, any rate), relative to the file. */
  audio: z.string().max(400).optional(),
  /** Silence after it. */
  pauseMs: z.number().int().min(0).max(20_000).default(900),
});

/** Values as codes or ids, or as people write them (投诉, 滨江街道, 生态环境›大气污染›餐饮油烟); '' = the field must stay empty. */
const fields = z
  .strictObject({
    ...Object.fromEntries(draftFields.map((field) => [field, z.string().max(400).optional()])),
    /** Parts that the place in words must hold, e.g. ["锦绣花园", "3号楼"]. */
    placeParts: z.array(z.string().min(1).max(80)).max(8).optional(),
  })
  .transform((given) => given as TrueFields);

const call = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,80}$/),
  /** The number that calls, as the line tells it. */
  callerNumber: z
    .string()
    .regex(/^[0-9+]{0,20}$/)
    .default(''),
  callerVoice: voice.prefault({}),
  agentVoice: voice.prefault({ variant: 'f2', wordsPerMinute: 185 }),
  /** A name of `accents.ts`; sounds are changed before they are spoken. */
  accent: z.string().max(40).default('none'),
  noise: noise.nullable().default(null),
  lines: z.array(line).min(1).max(MAX_LINES),
  fields,
});

export const callFile = z.strictObject({
  about: z.string().max(2_000).default(''),
  calls: z.array(call).min(1).max(MAX_CALLS),
});

type DraftValues = Readonly<Partial<Record<(typeof draftFields)[number], string>>>;
export type TrueFields = DraftValues & { readonly placeParts?: readonly string[] };
export type Voice = z.output<typeof voice>;
export type Noise = z.output<typeof noise>;
export type CallLine = z.output<typeof line>;
export type EvalCall = z.output<typeof call>;
export type CallFile = z.output<typeof callFile>;

/** Reads a file's text; faults are told with their place. */
export function parseCallFile(json: string): { ok: true; file: CallFile } | { ok: false; faults: readonly string[] } {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    return { ok: false, faults: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const parsed = callFile.safeParse(data);
  if (parsed.success) return { ok: true, file: parsed.data };
  return { ok: false, faults: parsed.error.issues.map((i) => `${i.path.map(String).join('.')}: ${i.message}`) };
}
