/**
 * A call flow as data (YAML in `ivr/flows`): its schema and types. What a schema of shapes cannot see (unknown targets,
 * loops, prompts that are not there) is found by `check-flow.ts`.
 */
import { z } from 'zod';

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be a name of small letters, digits and hyphens, at most 40 characters');
const promptName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be the name of a prompt: small letters, digits and hyphens');
/** `$ticket`: what the caller typed, or what the ticket system answered. */
const variable = z.string().regex(/^\$[a-z][a-z0-9-]{0,30}$/, 'must be a variable such as $ticket');
const value = z.union([variable, z.number().int().min(0).max(9_999), z.string().regex(/^[0-9:*#-]{1,20}$/)]);

const piece = z.union(
  [
    promptName,
    z.strictObject({ number: value }),
    z.strictObject({ digits: value }),
    z.strictObject({ time: value }),
    z.strictObject({ date: value }),
    z.strictObject({ word: variable }),
  ],
  { error: 'must be the name of a prompt, or one of {number}, {digits}, {time}, {date}, {word} with a value' },
);
const pieces = z.array(piece).min(1).max(20);
const noPieces = z.array(piece).max(20).default([]);
const timeoutMs = z.number().int().min(1_000).max(30_000).default(5_000);
const tries = z.number().int().min(1).max(5).default(2);
/** `0` cannot be given another meaning: it is a person, from everywhere. */
const key = z.string().regex(/^[1-9*#]$/, 'must be one of 1-9, * and #, in quotes; 0 always means a person');
const keys = <T extends z.ZodType>(to: T): z.ZodRecord<typeof key, T> => z.record(key, to);
const label = z.string().trim().min(1).max(60);

/** What every question has. `again` is said before the question is put once more. */
const question = { prompts: pieces, again: noPieces, timeoutMs, tries };

const say = z.strictObject({
  type: z.literal('say'),
  prompts: pieces,
  /** Whether any key cuts it short. */
  skippable: z.boolean().default(false),
  next: id,
});
const ask = z.strictObject({ type: z.literal('ask'), ...question, choices: keys(id), otherwise: id });
const digits = z
  .strictObject({
    type: z.literal('digits'),
    ...question,
    min: z.number().int().min(1).max(20),
    max: z.number().int().min(1).max(20),
    /** Ends the number early; null = only length and silence do. */
    terminator: z.enum(['#', '*']).nullable().default('#'),
    betweenMs: z.number().int().min(1_000).max(15_000).default(4_000),
    /** The variable that gets the number, without `$`. */
    as: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be the name of a variable, without $'),
    next: id,
    otherwise: id,
  })
  .refine((node) => node.min <= node.max, { error: 'min must not be larger than max', path: ['min'] });
const speech = z.strictObject({
  type: z.literal('speech'),
  ...question,
  branches: z
    .array(z.strictObject({ words: z.array(label).min(1).max(50), next: id }))
    .min(1)
    .max(20),
  /** Keys that do the same, for those who would rather press. */
  choices: keys(id).default({}),
  listenMs: z.number().int().min(2_000).max(20_000).default(8_000),
  otherwise: id,
});
const hours = z.strictObject({
  type: z.literal('hours'),
  /** A timetable of the city's calendar. */
  timetable: id,
  open: id,
  closed: id,
  /** On a public holiday; without it a holiday counts as closed. */
  holiday: id.optional(),
});
const language = z.strictObject({
  type: z.literal('language'),
  ...question,
  choices: keys(
    z.strictObject({
      /** BCP 47. */
      language: z
        .string()
        .regex(/^[A-Za-z0-9-]{2,20}$/)
        .optional(),
      /** A dialect seat's skill. */
      dialect: id.optional(),
    }),
  ),
  next: id,
});
const incident = z.strictObject({
  type: z.literal('incident'),
  /** Said after the message that the surge plan has chosen: press 1 to stay. */
  prompts: pieces,
  again: noPieces,
  timeoutMs,
  tries,
  stay: id,
  otherwise: id,
  /** When nothing is known at the moment. */
  none: id,
});
const queue = z.strictObject({
  type: z.literal('queue'),
  queue: id.default('main'),
  /** What the agent must be able to do; the first counts most. A dialect that the caller chose is added at run time. */
  skills: z
    .array(z.union([id, z.strictObject({ skill: id, minLevel: z.number().int().min(1).max(5) })]))
    .max(10)
    .default([]),
  priority: z.number().int().min(0).max(9).default(5),
  /** Who comes by here is served sooner, by the queue's `ageing`. */
  caller: z.enum(['urgent', 'elderly']).optional(),
});
const progress = z.strictObject({
  type: z.literal('progress'),
  ticket: variable,
  /** `$state` (a word), `$accepted` and `$due` (dates) are set before it is said. */
  prompts: pieces,
  /** State of a ticket -> the prompt that tells it. */
  states: z.record(z.string().regex(/^[a-z][a-z-]{0,39}$/), promptName),
  next: id,
  missing: id,
});
const voicemail = z.strictObject({
  type: z.literal('voicemail'),
  prompts: pieces,
  maxMs: z.number().int().min(5_000).max(600_000).default(120_000),
  /** What is shorter is no message. */
  minMs: z.number().int().min(0).max(30_000).default(1_500),
  saved: noPieces,
  next: id,
  empty: id,
});
const callBack = z.strictObject({
  type: z.literal('call-back'),
  ...question,
  accepted: noPieces,
  next: id,
  otherwise: id,
});
const rating = z.strictObject({
  type: z.literal('rating'),
  ...question,
  /** Why so low: asked when the score is `below` or less. */
  why: z.strictObject({ below: z.number().int().min(1).max(5), prompts: pieces, reasons: keys(label) }).optional(),
  thanks: noPieces,
  next: id,
});
const transfer = z.strictObject({
  type: z.literal('transfer'),
  prompts: noPieces,
  to: z
    .string()
    .regex(
      /^(?:[0-9*#+]{2,20}|sip:[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,120}(?::[0-9]{1,5})?)$/,
      'must be a number or a sip: address',
    ),
  ringMs: z.number().int().min(5_000).max(120_000).default(30_000),
  otherwise: id,
});
const hangUp = z.strictObject({ type: z.literal('hang-up'), prompts: noPieces });

const node = z.discriminatedUnion(
  'type',
  [
    ...[say, ask, digits, speech, hours, language, incident],
    ...[queue, progress, voicemail, callBack, rating, transfer, hangUp],
  ] as const,
  {
    error:
      'must have a type: say, ask, digits, speech, hours, language, incident, queue, progress, voicemail, call-back, rating, transfer or hang-up',
  },
);

/** The shape alone; `checkFlow` is what makes a flow usable. */
export const flowShape = z.strictObject({
  name: id,
  title: z.string().min(1).max(100),
  start: id,
  /** Where `0` leads, from everywhere. */
  person: id,
  /** Where a call goes when the agent has hung up. */
  rating: id.optional(),
  nodes: z.record(id, node).refine((nodes) => Object.keys(nodes).length <= 200, { error: 'has more than 200 nodes' }),
});

export type Flow = z.output<typeof flowShape>;
export type FlowNode = z.output<typeof node>;
export type NodeOf<T extends FlowNode['type']> = Extract<FlowNode, { type: T }>;
export type Piece = z.output<typeof piece>;

/** The prompts a list of pieces names itself; what a number needs besides is in `alwaysNeeded`. */
export function namedPrompts(list: readonly Piece[]): readonly string[] {
  return list.flatMap((one) => (typeof one === 'string' ? [one] : []));
}

/** All pieces a node can say, in order. */
export function piecesOf(at: FlowNode): readonly Piece[] {
  const own = 'prompts' in at ? at.prompts : [];
  const again = 'again' in at ? at.again : [];
  switch (at.type) {
    case 'progress':
      return [...own, ...Object.values(at.states)];
    case 'voicemail':
      return [...own, ...at.saved];
    case 'call-back':
      return [...own, ...again, ...at.accepted];
    case 'rating':
      return [...own, ...again, ...(at.why?.prompts ?? []), ...at.thanks];
    case 'say':
    case 'ask':
    case 'digits':
    case 'speech':
    case 'hours':
    case 'language':
    case 'incident':
    case 'queue':
    case 'transfer':
    case 'hang-up':
      return [...own, ...again];
  }
}

/** Names of all recordings a flow can ask for, those of numbers, times and dates apart. */
export function promptsOf(flow: Flow): readonly string[] {
  return [...new Set(Object.values(flow.nodes).flatMap((at) => namedPrompts(piecesOf(at))))];
}
