/** What a call has said so far, as words to look for in the knowledge folder. Pure. */
import { dialectWordsIn, meantFor } from '../../../asr/dialect/words.ts';
import type { DialectWord } from '../../../config/city.ts';
import { searchWordsOf } from '../classify/words.ts';
import type { Segment } from '../heard.ts';
import { remember } from '../remember.ts';
import type { Draft } from '../types.ts';
import type { Query } from './knowledge-index.ts';

export interface QueryMaker {
  readonly of: (segments: readonly Pick<Segment, 'side' | 'text'>[], draft: Draft) => Query;
}

/** Newest sentences say what the call is about now. */
const NEWEST = 1;
const FADES = 0.85;
const LEAST = 0.3;
/** An agent asks and repeats; what is only in the agent's mouth counts less. */
const AGENT_SHARE = 0.3;
/** The class is what all that was said comes to. */
const CLASS_SHARE = 0.9;
const MAX_SENTENCES = 24;

/** Words of the city's dialects are looked for by what they mean. */
export function createQueryMaker(dialectWords: readonly DialectWord[]): QueryMaker {
  const dialect = dialectWordsIn(dialectWords.filter((word) => word.onlyInDialect !== true));
  const wordsIn = remember((segment: Pick<Segment, 'text'>) =>
    searchWordsOf(meantFor(segment.text, dialect)?.text ?? segment.text),
  );
  return {
    of: (segments, draft) => {
      const weights = new Map<string, number>();
      const add = (word: string, weight: number): void => {
        weights.set(word, Math.max(weights.get(word) ?? 0, weight));
      };
      segments.slice(-MAX_SENTENCES).forEach((segment, i, all) => {
        const age = all.length - 1 - i;
        const weight = Math.max(LEAST, NEWEST * FADES ** age) * (segment.side === 'agent' ? AGENT_SHARE : 1);
        for (const word of wordsIn(segment)) add(word, weight);
      });
      const { classId } = draft.fields;
      const leaf = classId.display.split(' › ').at(-1) ?? '';
      for (const word of searchWordsOf(leaf)) add(word, CLASS_SHARE * classId.confidence);
      return weights;
    },
  };
}
