/** A sentence in which something new begins, cut in two. Places in the second half are still told from the sentence's start. Pure. */
import { syllablesOf } from '../../asr/dialect/syllable.ts';
import type { Heard, Segment } from './heard.ts';
import { remember } from './remember.ts';

type Halves = readonly [before: Heard, after: Heard];

/** The same cut gives the same halves, so that what was read in them is remembered with them. */
const known = remember((_heard: Heard) => new Map<number, Halves>());

/** Before and from the character `at` on, which is inside the sentence. */
export function halvesOf(heard: Heard, at: number): Halves {
  const cuts = known(heard);
  const found = cuts.get(at);
  if (found !== undefined) return found;
  const [before, after] = cutSegment(heard.segment, at);
  const halves: Halves = [
    { ...heard, segment: before },
    { ...heard, segment: after },
  ];
  cuts.set(at, halves);
  return halves;
}

function cutSegment(segment: Segment, at: number): readonly [Segment, Segment] {
  const { text, syllables, tokens, startMs, endMs, offset = 0 } = segment;
  const [head, tail] = [text.slice(0, at), text.slice(at)];
  // What the recogniser heard can only be shared out when it has one syllable for each character.
  const whole = syllablesOf(text).length === syllables.length;
  const said = syllablesOf(head).length;
  const first = tokensBefore(segment, at);
  const share = Math.round(startMs + ((endMs - startMs) * at) / Math.max(1, text.length));
  const middleMs = tokens[first]?.startMs ?? share;
  return [
    {
      ...segment,
      text: head,
      syllables: whole ? syllables.slice(0, said) : [],
      tokens: tokens.slice(0, first),
      endMs: middleMs,
    },
    {
      ...segment,
      text: tail,
      syllables: whole ? syllables.slice(said) : [],
      tokens: tokens.slice(first),
      startMs: middleMs,
      offset: offset + at,
    },
  ];
}

function tokensBefore({ text, tokens }: Segment, at: number): number {
  let from = 0;
  const first = tokens.findIndex((token) => {
    const found = text.indexOf(token.text, from);
    if (found < 0 || token.text === '') return false;
    from = found + token.text.length;
    return found >= at;
  });
  return first < 0 ? tokens.length : first;
}
