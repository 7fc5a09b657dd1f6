/** Five folds: near-duplicates stay together, classes are spread evenly. The same rows give the same folds. */
import { hashOn, hashStart } from '../../../server/drafts/classify/hash.ts';
import type { Message } from './messages.ts';

/** Pairs of words in more messages than this tell nothing of who copied whom. */
const COMMON = 30;
/** Messages that share so much of the shorter one's pairs are taken for one. */
const SAME_SHARE = 0.4;
const SAME_AT_LEAST = 3;

const PAIR = hashStart('pair');
const pairsOf = (words: readonly string[]): ReadonlySet<number> =>
  new Set(words.slice(1).map((word, i) => hashOn(hashOn(hashOn(PAIR, words[i] ?? ''), ' '), word)));

/** Number of the first message of each message's group. */
export function groupsOf(messages: readonly Pick<Message, 'words'>[]): readonly number[] {
  const pairs = messages.map((m) => pairsOf(m.words));
  const holders = new Map<number, number[]>();
  pairs.forEach((set, i) => {
    for (const pair of set) {
      const found = holders.get(pair);
      if (found === undefined) holders.set(pair, [i]);
      else found.push(i);
    }
  });
  const parents = messages.map((_, i) => i);
  const rootOf = (i: number): number => {
    let at = i;
    while (parents[at] !== at) at = parents[at] ?? at;
    return at;
  };
  pairs.forEach((set, i) => {
    const shared = new Map<number, number>();
    for (const pair of set) {
      const found = holders.get(pair) ?? [];
      if (found.length > COMMON) continue;
      for (const other of found) if (other < i) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    for (const [other, n] of shared) {
      const shorter = Math.min(set.size, pairs[other]?.size ?? 0);
      if (n < SAME_AT_LEAST || n / shorter < SAME_SHARE) continue;
      const [a, b] = [rootOf(i), rootOf(other)];
      parents[Math.max(a, b)] = Math.min(a, b);
    }
  });
  return messages.map((_, i) => rootOf(i));
}

/** Fold of each message. Groups go, in an order that only their words decide, to the fold that lacks their class most. */
export function foldsOf(messages: readonly Message[], groups: readonly number[], folds: number): readonly number[] {
  const members = new Map<number, number[]>();
  groups.forEach((group, i) => members.set(group, [...(members.get(group) ?? []), i]));
  const orderOf = (group: number): number => Math.imul(hashOn(PAIR, messages[group]?.text ?? ''), 0x9e3779b1) >>> 0;
  const ordered = [...members].sort(([a, m], [b, n]) => n.length - m.length || orderOf(a) - orderOf(b));
  const held = new Map<string, number[]>();
  const foldOf = messages.map(() => 0);
  for (const [group, rows] of ordered) {
    const label = messages[group]?.label ?? '';
    const counts = held.get(label) ?? Array<number>(folds).fill(0);
    const fold = counts.indexOf(Math.min(...counts));
    counts[fold] = (counts[fold] ?? 0) + rows.length;
    held.set(label, counts);
    for (const i of rows) foldOf[i] = fold;
  }
  return foldOf;
}
