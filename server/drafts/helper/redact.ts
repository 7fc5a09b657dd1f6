/**
 * Takes out of a talk what tells who somebody is, before it leaves the house: names, numbers, identity and card numbers,
 * house numbers. What is put in their place keeps its meaning (〔号1〕), so that quotes and summaries can be put back. Pure.
 */

export interface Redactor {
  readonly hide: (text: string) => string;
  /** With everything that was hidden put back. */
  readonly restore: (text: string) => string;
}

const chineseDigit = '[零〇幺一二三四五六七八九两]';
/** Plates, mail addresses, web names, and any run of digits as written or spoken. */
const numbers = new RegExp(
  [
    '[\\u4e00-\\u9fff]?[A-Z][·]?[A-Z0-9]{5,6}',
    '[\\w.+-]+@[\\w.-]+',
    '[0-9０-９*xX][0-9０-９*xX\\s-]{2,}[0-9０-９*xX]|[0-9０-９]{2,}',
    `(?:${chineseDigit}[，、\\s]?){4,}`,
  ].join('|'),
  'g',
);
const surname =
  '(?:欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文])';
/** 我姓王, 我叫王小明, 王先生, 姓王. */
const names = [
  /(?<=(?:我|免贵|本人)?姓)[\u4e00-\u9fff]{1,2}?(?=，|。|叫|的|$)/g,
  /(?<=(?:我|本人|名字|名)(?:是)?叫(?:做)?)[\u4e00-\u9fff]{2,4}?(?=，|。|的|$)/g,
  new RegExp(`${surname}[\\u4e00-\\u9fff]{0,2}?(?=先生|女士|小姐|师傅|阿姨|大爷|老师|大妈|叔叔|经理|主任)`, 'g'),
];

/** One for each call: the same name or number is hidden behind the same sign. `known`: names from the draft. */
export function createRedactor(known: readonly string[]): Redactor {
  const signs = new Map<string, string>();
  const sign = (kind: '人' | '号', word: string): string => {
    const had = signs.get(word);
    if (had !== undefined) return had;
    const made = `〔${kind}${String.fromCharCode(0x41 + (signs.size % 26))}${'ʹ'.repeat(Math.floor(signs.size / 26))}〕`;
    signs.set(word, made);
    return made;
  };
  const persons = [...new Set(known.flatMap((name) => [name, name.replace(/(先生|女士|小姐|师傅)$/, '')]))]
    .filter((name) => name.length >= 2)
    .sort((a, b) => b.length - a.length);
  const hide = (text: string): string => {
    const named = persons.reduce((t, name) => t.replaceAll(name, () => sign('人', name)), text);
    const counted = named.replace(numbers, (word) => sign('号', word));
    return names.reduce((t, pattern) => t.replace(pattern, (word) => sign('人', word)), counted);
  };
  const restore = (text: string): string => [...signs].reduce((t, [word, made]) => t.replaceAll(made, word), text);
  return { hide, restore };
}
