/**
 * The knowledge folder: read at the start and again whenever a file in it changes. A broken article is told in plain
 * words and left out; the others go on being found, and so does the last good state when the folder cannot be read.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ARTICLE_MAX_CHARS, readArticle, type Article } from '../drafts/knowledge/article.ts';
import { KnowledgeIndex } from '../drafts/knowledge/knowledge-index.ts';

export interface KnowledgeFolderOptions {
  readonly dir: string;
  readonly lookEveryMs: number;
  readonly logger: Logger;
}

/** An article that was left out, and why. */
export interface KnowledgeFault {
  readonly file: string;
  readonly message: string;
}

/** Bounds of the folder: more would no longer be found in a moment. */
const MAX_ARTICLES = 5_000;
const MAX_DEPTH = 4;
const MAX_FILE_BYTES = ARTICLE_MAX_CHARS * 4;
const READ_AT_ONCE = 32;
const usableName = /^[\p{L}\p{N}][\p{L}\p{N} ._()（）-]{0,99}$/u;

interface Found {
  /** Path inside the folder, with `/`. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

export class KnowledgeFolder {
  readonly #options: KnowledgeFolderOptions;
  #index = new KnowledgeIndex([]);
  #faults: readonly KnowledgeFault[] = [];
  #signature = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(options: KnowledgeFolderOptions) {
    this.#options = options;
  }

  get index(): KnowledgeIndex {
    return this.#index;
  }

  get faults(): readonly KnowledgeFault[] {
    return this.#faults;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async open(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => {
      void this.look();
    }, this.#options.lookEveryMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Takes up what has changed; looks one after the other. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { dir, logger } = this.#options;
    let found: readonly Found[];
    try {
      found = await filesIn(dir, '', 1);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      // A city without articles is no fault.
      found = [];
      if (code !== 'ENOENT') {
        logger.error({ code }, 'knowledge folder cannot be read; articles stay as they were');
        return;
      }
    }
    const signature = found.map((f) => `${f.file} ${f.sizeBytes} ${f.changedMs}`).join('\n');
    if (signature === this.#signature) return;
    this.#signature = signature;
    await this.#take(found);
  }

  async #take(found: readonly Found[]): Promise<void> {
    const { dir, logger } = this.#options;
    const articles: Article[] = [];
    const faults: KnowledgeFault[] = [];
    if (found.length > MAX_ARTICLES) {
      faults.push({ file: '', message: `holds ${found.length} files; the first ${MAX_ARTICLES} are used` });
    }
    const used = found.slice(0, MAX_ARTICLES);
    for (let i = 0; i < used.length; i += READ_AT_ONCE) {
      const read = await Promise.all(used.slice(i, i + READ_AT_ONCE).map((file) => readOne(dir, file)));
      for (const one of read) {
        if ('article' in one) articles.push(one.article);
        else faults.push(one);
      }
    }
    const known = new Set<string>();
    const unique = articles.filter(({ id }) => {
      if (!known.has(id)) return known.add(id);
      faults.push({ file: id, message: 'is there twice (as Markdown and as YAML)' });
      return false;
    });
    this.#index = new KnowledgeIndex(unique);
    this.#faults = faults;
    for (const fault of faults) logger.warn(fault, 'article of the knowledge folder left out');
    logger.info({ articles: unique.length, faults: faults.length }, 'knowledge folder read');
    for (const listener of this.#listeners) listener();
  }
}

async function filesIn(root: string, folder: string, depth: number): Promise<readonly Found[]> {
  const found: Found[] = [];
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (found.length > MAX_ARTICLES || !usableName.test(entry.name)) continue;
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && depth < MAX_DEPTH) found.push(...(await filesIn(root, file, depth + 1)));
    if (!entry.isFile() || !/\.(md|ya?ml)$/.test(entry.name)) continue;
    const facts = await stat(join(root, file)).catch(() => undefined);
    // Deleted meanwhile.
    if (facts !== undefined) found.push({ file, sizeBytes: facts.size, changedMs: facts.mtimeMs });
  }
  return found;
}

async function readOne(
  dir: string,
  { file, sizeBytes }: Found,
): Promise<{ readonly article: Article } | KnowledgeFault> {
  if (sizeBytes > MAX_FILE_BYTES) return { file, message: `is larger than ${MAX_FILE_BYTES / 1000} kB` };
  try {
    const read = readArticle(file, await readFile(join(dir, file), 'utf8'));
    return 'article' in read ? read : { file, message: read.fault };
  } catch {
    return { file, message: 'cannot be read' };
  }
}
