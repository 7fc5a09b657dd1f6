/**
 * Whether a caller's words contain one of a branch's. Pure.
 *
 * A recogniser writes the wrong character more often than it hears the wrong syllable, so words are compared by their
 * sound (pinyin without tones) as well; the engine's own syllables are taken when it gives them.
 */
import { pinyin } from 'pinyin-pro';

const soundOf = (text: string): readonly string[] =>
  pinyin(text, { toneType: 'none', type: 'array', nonZh: 'removed' }).map((s) => s.toLowerCase());

const bare = (syllable: string): string => syllable.replace(/[0-9]$/, '').toLowerCase();

function contains(all: readonly string[], part: readonly string[]): boolean {
  if (part.length === 0) return false;
  return all.some((_, at) => part.every((syllable, i) => all[at + i] === syllable));
}

/** Index of the first branch one of whose words was said; -1 when none. Words of one syllable must match as written. */
export function branchHeard(
  branches: readonly { readonly words: readonly string[] }[],
  heard: { readonly text: string; readonly syllables: readonly string[] },
): number {
  const text = heard.text.replaceAll(/[\s，。？！、,.?!]/g, '');
  const written = branches.findIndex(({ words }) => words.some((word) => text.includes(word)));
  if (written >= 0) return written;
  const sounds = [soundOf(text), heard.syllables.map(bare)];
  return branches.findIndex(({ words }) =>
    words.some((word) => {
      const sound = soundOf(word);
      return sound.length > 1 && sounds.some((all) => contains(all, sound));
    }),
  );
}
