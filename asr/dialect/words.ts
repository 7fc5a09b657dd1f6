/** Dialect words in a text: where they are and what they mean. Pure. */

export interface SaidWord {
  readonly said: string;
  readonly meant: string;
}

/** Words by their first character, longest first. */
export type WordTable<T extends SaidWord> = ReadonlyMap<string, readonly T[]>;

export function dialectWordsIn<T extends SaidWord>(words: readonly T[]): WordTable<T> {
  const table = new Map<string, T[]>();
  for (const word of words) {
    if (word.said === '' || word.said === word.meant) continue;
    const key = word.said.charAt(0);
    table.set(key, [...(table.get(key) ?? []), word]);
  }
  for (const list of table.values()) list.sort((a, b) => b.said.length - a.said.length);
  return table;
}

export interface WordAt<T extends SaidWord> {
  readonly word: T;
  readonly from: number;
  readonly to: number;
}

/** The dialect words of a text, left to right; the longest wins. */
export function wordsAt<T extends SaidWord>(text: string, table: WordTable<T>): readonly WordAt<T>[] {
  const found: WordAt<T>[] = [];
  for (let i = 0; i < text.length;) {
    const at = i;
    const word = table.get(text.charAt(i))?.find((w) => text.startsWith(w.said, at));
    if (word !== undefined) found.push({ word, from: i, to: i + word.said.length });
    i += word?.said.length ?? 1;
  }
  return found;
}

/** Said words replaced by what they mean, with the way back to the characters that were said; null without any. */
export function meantFor<T extends SaidWord>(
  text: string,
  table: WordTable<T>,
): { readonly text: string; readonly origin: readonly number[] } | null {
  const words = wordsAt(text, table);
  if (words.length === 0) return null;
  let out = '';
  let at = 0;
  const origin: number[] = [];
  const copy = (to: number): void => {
    for (; at < to; at += 1) {
      origin.push(at);
      out += text.charAt(at);
    }
  };
  for (const { word, from, to } of words) {
    copy(from);
    origin.push(...Array<number>(word.meant.length).fill(from));
    out += word.meant;
    at = to;
  }
  copy(text.length);
  origin.push(text.length);
  return { text: out, origin };
}
