/** Recognition: which engines there are, who is heard by which, the second pass. */
import { z } from 'zod';

const engineName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and -');
const streams = z.number().int().min(1).max(2_000);

const common = {
  name: engineName.describe('Name in routes, metrics and the transcript.'),
  languages: z.array(z.string().min(2).max(35)).min(1).max(20).default(['zh-CN']).describe('What it understands.'),
  maxStreams: streams.default(60).describe('Streams at once.'),
};

const socketUrl = z.string().regex(/^wss?:\/\/[^\s]+$/, 'an address like ws://host:port');

export const asrEngineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('sherpa'),
    ...common,
    modelDir: z.string().min(1),
    processes: z.number().int().min(1).max(64).default(1),
  }),
  z.strictObject({ type: z.literal('vosk'), ...common, url: socketUrl }),
  z.strictObject({ type: z.literal('funasr'), ...common, url: socketUrl }),
  z.strictObject({
    type: z.literal('google'),
    ...common,
    languageCode: z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/)
      .default('cmn-Hans-CN'),
    apiEndpoint: z.string().min(1).nullable().default(null),
    keyFile: z.string().min(1).nullable().default(null),
  }),
  z.strictObject({ type: z.literal('scripted'), ...common }),
]);

export const asrRouteSchema = z.strictObject({
  language: z.string().min(2).max(35).nullable().default(null),
  side: z.enum(['caller', 'agent']).nullable().default(null),
  engines: z.array(engineName).min(1).max(20),
});

export const asrSchema = z
  .strictObject({
    engine: z.enum(['sherpa', 'scripted', 'off']).default('sherpa').describe('Recogniser; `scripted` is for tests.'),
    modelDir: z.string().min(1).default('asr/models/demo-zh-8k').describe('Folder of the model files.'),
    processes: z.number().int().min(1).max(64).default(1).describe('Recogniser child processes.'),
    maxStreams: streams.default(60).describe('Streams at once; further calls go on without text.'),
    childMemoryMb: z
      .number()
      .int()
      .min(100)
      .max(65_536)
      .default(2_000)
      .describe('A recogniser child that uses more memory is replaced between two sentences.'),
    engines: z
      .array(asrEngineSchema)
      .max(20)
      .default([])
      .describe(
        'Several engines in place of `engine`/`modelDir`, best first: `type` sherpa, vosk, funasr or google, each with ' +
          'its own settings (docs/recognition.md).',
      ),
    routes: z
      .array(asrRouteSchema)
      .max(50)
      .default([])
      .describe('Which engines hear whom, in order: by language or dialect, and side. The first that fits counts.'),
    secondPass: z
      .strictObject({
        modelDir: z
          .string()
          .min(1)
          .nullable()
          .default(null)
          .describe('Folder of an offline model that hears each finished sentence again; null = none.'),
        processes: z.number().int().min(1).max(16).default(1).describe('Child processes for the second pass.'),
        maxWaitMs: z
          .number()
          .int()
          .min(500)
          .max(30_000)
          .default(4_000)
          .describe('A sentence that is not ready by then keeps its first text.'),
      })
      .prefault({}),
  })
  .superRefine(({ engines, routes }, context) => {
    const names = engines.map((engine) => engine.name);
    names.forEach((name, i) => {
      if (names.indexOf(name) !== i) {
        context.addIssue({ code: 'custom', path: ['engines', i, 'name'], message: 'this name is given twice' });
      }
    });
    routes.forEach((route, i) => {
      route.engines.forEach((name, k) => {
        if (names.includes(name)) return;
        context.addIssue({ code: 'custom', path: ['routes', i, 'engines', k], message: 'there is no such engine' });
      });
    });
  });

export type AsrConfig = z.output<typeof asrSchema>;
export type AsrEngineConfig = z.output<typeof asrEngineSchema>;
export type AsrRoute = z.output<typeof asrRouteSchema>;
