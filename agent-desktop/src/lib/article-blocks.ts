/** An article's Markdown as blocks of sentences, each of which can be copied by itself. Pure; no HTML is ever made of it. */

export interface ArticleBlock {
  readonly type: 'heading' | 'item' | 'text';
  readonly sentences: readonly string[];
}

const plain = (line: string): string => line.replace(/\*\*|__|`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');

const sentencesOf = (line: string): readonly string[] =>
  plain(line)
    .split(/(?<=[。！？；])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

function blockOf(line: string): ArticleBlock | null {
  const text = line.trim();
  if (text === '' || /^\|[\s|:-]+\|$/.test(text)) return null;
  const heading = /^#{1,6}\s+(.*)$/.exec(text);
  if (heading !== null) return { type: 'heading', sentences: [plain(heading[1] ?? '')] };
  const item = /^(?:[-*+]|\d+[.、])\s+(.*)$/.exec(text);
  if (item !== null) return { type: 'item', sentences: sentencesOf(item[1] ?? '') };
  const row = /^\|(.*)\|$/.exec(text);
  if (row !== null)
    return {
      type: 'item',
      sentences: [
        plain(
          (row[1] ?? '')
            .split('|')
            .map((c) => c.trim())
            .join('　'),
        ),
      ],
    };
  return { type: 'text', sentences: sentencesOf(text) };
}

/** One block a line: articles are written so. */
export function articleBlocks(text: string): readonly ArticleBlock[] {
  return text.split(/\r?\n/).flatMap((line) => blockOf(line) ?? []);
}

export interface MarkedRun {
  readonly text: string;
  readonly marked: boolean;
}

/** A text cut where marks begin and end. */
export function markedRuns(
  text: string,
  marks: readonly { readonly from: number; readonly to: number }[],
): readonly MarkedRun[] {
  const runs: MarkedRun[] = [];
  let at = 0;
  for (const { from, to } of marks) {
    if (from > at) runs.push({ text: text.slice(at, from), marked: false });
    runs.push({ text: text.slice(Math.max(at, from), to), marked: true });
    at = Math.max(at, to);
  }
  if (at < text.length) runs.push({ text: text.slice(at), marked: false });
  return runs.filter((run) => run.text !== '');
}
