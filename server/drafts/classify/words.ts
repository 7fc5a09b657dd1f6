/** Text into words, as every part that reads Chinese here needs it: one dictionary, loaded once. Pure. */
import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';

/** Words that say nothing of the matter. Written for messages to a hotline; short on purpose. */
const emptyWords = new Set(
  (
    '的 了 是 在 和 也 都 就 而 及 与 着 或 我 你 您 他 她 它 们 我们 你们 他们 咱们 这 那 这个 那个 这些 那些 有 没有 没 不 很 被 把 从 到 对 为 以 于 之 其 ' +
    '等 还 但 但是 因为 所以 如果 要 能 可以 会 去 来 说 让 给 吗 呢 吧 啊 呀 哦 嗯 一个 上 下 中 个 又 再 才 更 最 向 由 将 并 并且 而且 不但 至 所 内 外 ' +
    '用 极 便 非常 可能 尽快 这种 什么 怎么 如何 请 现在 现 已 已经 该 此 每 各 某 就是 就是说 那边 这边 一下 然后 自己 还是 只 只是 却 则 即 比 当 过 ' +
    '得 地 请问 你好 您好 谢谢 喂 好的 是的 对的 一直 这样 那样 这里 那里 时候 出 起 后 前 里 多 大家'
  ).split(/\s+/),
);

let jieba: Jieba | undefined;

/** Width, case and compatibility forms made one. */
export const normalised = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Long numbers (telephone, identity, card) name people, not matters. */
const isPersonal = (word: string): boolean => /^\d{5,}$/.test(word);
const hasContent = (word: string): boolean => /[\p{L}\p{N}]/u.test(word);

const saysSomething = (word: string): boolean => hasContent(word) && !emptyWords.has(word) && !isPersonal(word);

/** The words of a text in order, empty ones left out. */
export function wordsOf(text: string): readonly string[] {
  jieba ??= Jieba.withDict(dict);
  return jieba.cut(normalised(text), true).filter(saysSomething);
}

/** Long words and the shorter ones in them (社保卡: 社保, 社保卡), for looking things up. */
export function searchWordsOf(text: string): readonly string[] {
  jieba ??= Jieba.withDict(dict);
  return jieba.cutForSearch(normalised(text), true).filter(saysSomething);
}
