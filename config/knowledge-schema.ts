/** The folder of articles that agents are offered while people talk. */
import { z } from 'zod';

export const knowledgeSchema = z.strictObject({
  dir: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Folder of articles (Markdown or YAML, docs/knowledge.md); null = `knowledge` in the city folder.'),
  lookEveryMs: z
    .number()
    .int()
    .min(500)
    .max(3_600_000)
    .default(10_000)
    .describe('How often the folder is looked at for changes; they are taken up without a restart.'),
});
