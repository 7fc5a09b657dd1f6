/** An article of the knowledge folder, read from Markdown with a YAML head or from YAML. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';

export interface Article {
  /** Path inside the folder without its ending. */
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** `2027-12-31`; '' = without end. */
  readonly validUntil: string;
  /** What people say when they mean it. */
  readonly words: readonly string[];
  readonly text: string;
}

export type ReadArticle = { readonly article: Article } | { readonly fault: string };

/** Longest article in characters: some pages of print. */
export const ARTICLE_MAX_CHARS = 40_000;

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day like 2027-12-31')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no day of the calendar');
const head = {
  title: z.string().trim().min(1).max(100),
  source: z.string().trim().min(1).max(100),
  validUntil: day.optional(),
  words: z.array(z.string().trim().min(1).max(30)).max(100).default([]),
};
const text = z.string().trim().min(1).max(ARTICLE_MAX_CHARS);
const schema = z.strictObject({ ...head, text });

/** The head of a Markdown file and what follows it. */
const markdown = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/;

function partsOf(id: string, content: string): unknown {
  if (!id.endsWith('.md')) return parse(content);
  const found = markdown.exec(content.replace(/^\uFEFF/, ''));
  if (found === null) throw new Error('must begin with a head between two lines of ---');
  const fields: unknown = parse(found[1] ?? '');
  return typeof fields === 'object' && fields !== null ? { ...fields, text: found[2] } : fields;
}

/** Reads one file; `path` is its path inside the folder. What is wrong is told in plain words. */
export function readArticle(path: string, content: string): ReadArticle {
  let raw: unknown;
  try {
    raw = partsOf(path, content);
  } catch (error) {
    return { fault: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read' };
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const said = parsed.error.issues.map((i) => `${i.path.join('.') || '(whole file)'}: ${i.message}`);
    return { fault: said.join('; ') };
  }
  const { validUntil = '', ...rest } = parsed.data;
  return { article: { ...rest, validUntil, id: path.replace(/\.(md|ya?ml)$/, '') } };
}
