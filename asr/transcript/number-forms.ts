/**
 * Spoken numbers that are more than a run of numerals: percentages, decimals, clock times, prices with 毛 and 分, the X of an
 * identity card. Pure. Joins their pieces before the plain runs are written.
 */
import { numberValue, type Piece } from './spoken-numbers.ts';

interface Form {
  readonly pattern: RegExp;
  /** What to write for the match; nothing when it is no number after all. */
  readonly write: (groups: readonly string[], before: string) => string | undefined;
}

const N = '[零一二两三四五六七八九十百千万]';
const D = '[零一二三四五六七八九幺]';
const dayPart = /(凌晨|清晨|早上|早晨|上午|中午|下午|晚上|傍晚|半夜|夜里|今早|今晚|昨晚|明早)$/;
const digitOf = '零一二三四五六七八九';

const numeral = new RegExp(N);
const identity = /[零一二三四五六七八九幺0-9]{17}$/;
/** What a form can begin with. */
const begins = /^[零一二两三四五六七八九十百千万叉艾xX]/;

const digits = (text: string): string =>
  Array.from(text.replaceAll('幺', '一').replaceAll('两', '二'))
    .map((char) => digitOf.indexOf(char))
    .join('');
const value = (text: string): string | undefined => {
  const found = /^[零一二三四五六七八九]+$/.test(text) && text.length > 1 ? undefined : numberValue(text);
  return found === undefined ? undefined : String(found);
};
const small = (text: string, most: number): string | undefined => {
  const found = value(text);
  return found !== undefined && Number(found) <= most ? found : undefined;
};

/** Tried in this order at every place. */
const forms: readonly Form[] = [
  {
    // 百分之三十五点五
    pattern: new RegExp(`^百分之(${N}+)(?:点(${D}+))?`),
    write: ([whole = '', part = '']) => {
      const n = value(whole);
      return n === undefined ? undefined : `${n}${part === '' ? '' : `.${digits(part)}`}%`;
    },
  },
  {
    // 下午三点二十分, 八点四十, 三点半, 十点一刻, 九点整
    pattern: new RegExp(`^(${N}{1,3})(点|点钟)(半|整|一刻|三刻|零?${N}{1,3}分?(?!钟|之|[块米度公里倍吨]))`),
    write: ([hour = '', , rest = ''], before) => {
      const h = small(hour, 24);
      if (h === undefined) return undefined;
      const words: Readonly<Record<string, string>> = { 半: '半', 整: '整', 一刻: '15分', 三刻: '45分' };
      const word = words[rest];
      // 三点五 may be a decimal: only the part of the day or a second digit tells.
      if (word === undefined && !dayPart.test(before) && !/分$|十/.test(rest)) return undefined;
      if (word !== undefined) return `${h}点${word}`;
      const minute = small(rest.replace(/^零/, '').replace(/分$/, ''), 59);
      return minute === undefined ? undefined : `${h}点${minute.padStart(2, '0')}${rest.endsWith('分') ? '分' : ''}`;
    },
  },
  {
    // 三点五公里, 二点八万
    pattern: new RegExp(`^(${N}+)点(${D}+)(?=公里|千米|米|万|亿|元|块|吨|度|平|倍|个百分点|升|斤|级|%)`),
    write: ([whole = '', part = '']) => {
      const n = value(whole);
      return n === undefined ? undefined : `${n}.${digits(part)}`;
    },
  },
  {
    // 三块五, 十二块五毛, 八毛五, 两块三毛五分
    pattern: new RegExp(`^(${N}+)(块|元)(${D})(毛|角)?(?:(${D})分?)?(?![${digitOf}十百千万个])`),
    write: ([whole = '', unit = '', tenth = '', name = '', cent = '']) => {
      const n = numberValue(whole, true);
      if (n === undefined) return undefined;
      const rest = name === '' ? digits(tenth) : `${digits(tenth)}${name}`;
      return `${n}${unit}${rest}${cent === '' ? '' : name === '' ? digits(cent) : `${digits(cent)}分`}`;
    },
  },
  {
    // 三万五, 两千八: the last digit counts in tenths of the scale before it
    pattern: new RegExp(`^([一二两三四五六七八九十]+[万千]${D})(?=左右|块|元|的|，|。|$)`),
    write: ([whole = '']) => {
      const n = numberValue(whole, true);
      return n === undefined ? undefined : String(n);
    },
  },
  {
    // 三亿五千万
    pattern: new RegExp(`^(${N}+)亿(${N}*万)?`),
    write: ([whole = '', rest = '']) => {
      const n = value(whole);
      const tail = rest === '' ? 0 : numberValue(rest);
      if (n === undefined || tail === undefined) return undefined;
      return tail === 0 ? `${n}亿` : `${n}亿${String(tail / 10_000)}万`;
    },
  },
];

/** The X (said 叉 or 艾克斯) that ends an identity number of 17 digits. */
const lastX = /^(叉|艾克斯|[xX])/;

/** Replaces such forms; other pieces stay as they are. */
export function joinForms(pieces: readonly Piece[]): readonly Piece[] {
  const text = pieces.map((piece) => piece.text).join('');
  if (!/[点块元亿分万千叉艾xX]/.test(text)) return pieces;
  const startOf: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    startOf.push(length);
    length += piece.text.length;
  }
  const out: Piece[] = [];
  for (let i = 0; i < pieces.length;) {
    const at = startOf[i] ?? 0;
    const found = isInside(text, at) ? undefined : matchAt(text, at);
    const end = found === undefined ? -1 : startOf.indexOf(at + found.length, i);
    const last = found !== undefined && at + found.length === length ? pieces.length : end;
    if (found !== undefined && last > i) {
      out.push({ text: found.text, startMs: pieces[i]?.startMs ?? 0, endMs: pieces[last - 1]?.endMs ?? 0 });
      i = last;
    } else {
      const piece = pieces[i];
      if (piece !== undefined) out.push(piece);
      i++;
    }
  }
  return out;
}

/** In the middle of a number nothing new begins. */
function isInside(text: string, at: number): boolean {
  return numeral.test(text[at - 1] ?? '') && numeral.test(text[at] ?? '');
}

function matchAt(text: string, at: number): { readonly text: string; readonly length: number } | undefined {
  const rest = text.slice(at);
  if (!begins.test(rest)) return undefined;
  const before = text.slice(0, at);
  const x = lastX.exec(rest);
  if (x !== null && identity.test(before)) return { text: 'X', length: x[0].length };
  for (const { pattern, write } of forms) {
    const match = pattern.exec(rest);
    const written =
      match === null
        ? undefined
        : write(
            match.slice(1).map((group) => (group as string | undefined) ?? ''),
            before,
          );
    if (match !== null && written !== undefined) return { text: written, length: match[0].length };
  }
  return undefined;
}
