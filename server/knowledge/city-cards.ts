/**
 * What an agent must know of a city that is not the agent's own: our card for the seats of partner cities that answer our
 * calls, a partner's card for whoever answers a call it sent. Articles like those of the folder, read at the start.
 */
import { open } from 'node:fs/promises';
import { ARTICLE_MAX_CHARS, readArticle, type Article } from '../drafts/knowledge/article.ts';

export interface CityCardFiles {
  readonly own: CityCardFile | null;
  readonly partners: readonly (CityCardFile & { readonly partnerId: string })[];
}

export interface CityCardFile {
  readonly path: string;
  /** Key of the configuration that names the file: what is wrong with it is told there. */
  readonly key: string;
}

export interface CityCardFault {
  readonly path: string;
  readonly message: string;
}

const MAX_FILE_BYTES = ARTICLE_MAX_CHARS * 4;
/** No article of the folder can have such an id: `:` is in no name of a file there. */
const idOf = (name: string): string => `city:${name}`;
const OWN = 'own-city';

/** At most one byte more than is allowed is read, whatever the file is. */
async function contentOf(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_FILE_BYTES + 1), 0, MAX_FILE_BYTES + 1, 0);
    return bytesRead > MAX_FILE_BYTES ? null : buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function whyUnread(path: string, error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return code === 'ENOENT' ? `names a file that is not there: ${path}` : `cannot be read (${code}): ${path}`;
}

async function cardOf(file: CityCardFile, id: string): Promise<Article | CityCardFault> {
  const { path, key } = file;
  try {
    const content = await contentOf(path);
    if (content === null) return { path: key, message: `is larger than ${MAX_FILE_BYTES / 1000} kB: ${path}` };
    const read = readArticle(path, content);
    return 'article' in read ? { ...read.article, id } : { path: key, message: `${path}: ${read.fault}` };
  } catch (error) {
    return { path: key, message: whyUnread(path, error) };
  }
}

export class CityCards {
  readonly #cards: ReadonlyMap<string, Article>;

  constructor(cards: readonly Article[]) {
    this.#cards = new Map(cards.map((card) => [card.id, card]));
  }

  /** All faults at once, or the cards. */
  static async read({ own, partners }: CityCardFiles): Promise<CityCards | readonly CityCardFault[]> {
    const read = await Promise.all([
      ...(own === null ? [] : [cardOf(own, idOf(OWN))]),
      ...partners.map((file) => cardOf(file, idOf(`from-${file.partnerId}`))),
    ]);
    const faults = read.filter((one) => 'message' in one);
    return faults.length > 0 ? faults : new CityCards(read.filter((one) => 'id' in one));
  }

  article(id: string): Article | undefined {
    return this.#cards.get(id);
  }

  /** The card for a call on the page of such a seat; the caller's city counts, not the agent's. */
  for(sentByPartnerId: string | undefined, seatLevel: string): Article | undefined {
    if (sentByPartnerId !== undefined) return this.#cards.get(idOf(`from-${sentByPartnerId}`));
    return seatLevel === 'partner' ? this.#cards.get(idOf(OWN)) : undefined;
  }
}
