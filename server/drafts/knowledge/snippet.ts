/** The stretch of an article that says most about what was asked, with the asked words marked. Pure. */
import type { Stretch } from '../aside-types.ts';

export interface Snippet {
  readonly snippet: string;
  readonly marks: readonly Stretch[];
}

const MAX_CHARS = 90;

/** Headings and marks of Markdown are for layout: nobody reads them aloud. */
export const plainText = (text: string): string =>
  text
    .replace(/^#{1,6}\s.*$/gm, '')
    .replace(/^\|[\s|:-]+\|$/gm, '')
    .replace(/^\|\s*(.*?)\s*\|\s*$/gm, (_row, cells: string) => `${cells.split(/\s*\|\s*/).join('，')}。`)
    .replace(/^\s*(?:[-*+]|\d+\.)\s+/gm, '')
    .replace(/\*\*|__|`/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');

const sentencesOf = (text: string): readonly string[] =>
  plainText(text)
    .split(/(?<=[。！？；])|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

/** Where the words stand in a text, the longest first, none over another. */
export function marksIn(text: string, words: readonly string[]): readonly Stretch[] {
  const found: Stretch[] = [];
  const lower = text.toLowerCase();
  for (const word of [...words].sort((a, b) => b.length - a.length)) {
    for (let from = lower.indexOf(word); from >= 0 && word !== ''; from = lower.indexOf(word, from + word.length)) {
      const to = from + word.length;
      if (!found.some((f) => f.from < to && from < f.to)) found.push({ from, to });
    }
  }
  return joined(found.sort((a, b) => a.from - b.from));
}

/** Words that follow each other are one mark. */
function joined(marks: readonly Stretch[]): readonly Stretch[] {
  return marks.reduce<readonly Stretch[]>((all, mark) => {
    const last = all.at(-1);
    return last?.to === mark.from ? [...all.slice(0, -1), { from: last.from, to: mark.to }] : [...all, mark];
  }, []);
}

/** Words that are said once more add little: a sentence with different ones says more. */
function worthOf(sentence: string, words: readonly string[]): number {
  const lower = sentence.toLowerCase();
  return words.reduce((sum, word) => sum + (lower.includes(word) ? word.length : 0), 0);
}

/** The best sentence and what follows it, as far as there is room. */
export function snippetOf(text: string, words: readonly string[]): Snippet {
  const sentences = sentencesOf(text);
  let best = 0;
  let most = 0;
  sentences.forEach((sentence, i) => {
    const worth = worthOf(sentence, words);
    if (worth <= most) return;
    best = i;
    most = worth;
  });
  let snippet = sentences[best] ?? '';
  for (const next of sentences.slice(best + 1)) {
    if (snippet.length + next.length > MAX_CHARS) break;
    snippet += next;
  }
  if (snippet.length > MAX_CHARS) snippet = `${snippet.slice(0, MAX_CHARS - 1)}…`;
  return { snippet, marks: marksIn(snippet, words) };
}
