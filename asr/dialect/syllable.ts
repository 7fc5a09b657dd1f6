/**
 * Syllables of text: toneless pinyin with tone and the characters it covers. Pure.
 * Only Chinese characters and digits have syllables; everything else is skipped, so that commas do not part a name.
 */
import { pinyin } from 'pinyin-pro';

export interface Syllable {
  /** Toneless, `v` for ü. */
  readonly sound: string;
  /** 1 to 4; 5 for the neutral tone; 0 when unknown. */
  readonly tone: number;
  /** Character range `[from, to)` in the text. */
  readonly from: number;
  readonly to: number;
  readonly char: string;
}

const han = /[\u3400-\u9fff]/;
const digitSounds = ['ling2', 'yi1', 'er4', 'san1', 'si4', 'wu3', 'liu4', 'qi1', 'ba1', 'jiu3'];

/** `lü4` → sound `lv`, tone 4. Garbage gives an empty sound. */
export function parseSyllable(written: string): { sound: string; tone: number } {
  const plain = written.toLowerCase().replaceAll('ü', 'v').replaceAll('u:', 'v');
  const parts = /^([a-z]{1,6})([0-5])?$/.exec(plain);
  if (parts === null) return { sound: '', tone: 0 };
  const tone = parts[2] === undefined ? 0 : Number(parts[2]);
  return { sound: parts[1] ?? '', tone: parts[2] === '0' ? 5 : tone };
}

/** Longest text that is read; speech segments are far shorter. */
const MAX_CHARS = 2_000;

/** Characters with one reading only; the rest depend on their neighbours (长, 行). */
const single = new Map<string, string>();

function singleReading(char: string): string {
  const known = single.get(char);
  if (known !== undefined) return known;
  const all = pinyin(char, { toneType: 'num', type: 'array', v: true, multiple: true });
  const reading = all.length === 1 ? (all[0] ?? '') : '';
  if (single.size < 30_000) single.set(char, reading);
  return reading;
}

/** Readings of a text, one for each character. Words are only looked up where a character has several readings. */
function readingOf(text: string): readonly string[] {
  const quick = Array.from(text, (char) => (han.test(char) ? singleReading(char) : char));
  // A syllable's tone may change in company (不, 一): those have several readings and go the slow way.
  if (quick.length === text.length && !quick.includes('')) return quick;
  return pinyin(text, { toneType: 'num', type: 'array', v: true, nonZh: 'spaced' });
}

/**
 * The syllables of a text. `heard` (toned pinyin from the recogniser) is used instead of the dictionary when it has
 * one syllable for each character of the text that has a sound.
 */
export function syllablesOf(text: string, heard: readonly string[] = []): readonly Syllable[] {
  const cut = text.slice(0, MAX_CHARS);
  const places: { from: number; char: string }[] = [];
  for (let i = 0; i < cut.length; i += 1) {
    const char = cut.charAt(i);
    if (han.test(char) || /[0-9]/.test(char)) places.push({ from: i, char });
  }
  const useHeard = heard.length === places.length && heard.length > 0;
  const read = useHeard ? [] : readingOf(cut);
  // One reading for each character; characters outside the dictionary come back as themselves.
  const aligned = read.length === cut.length;
  return places.map(({ from, char }, i) => {
    const written = useHeard
      ? (heard[i] ?? '')
      : aligned
        ? (read[from] ?? '')
        : pinyin(char, { toneType: 'num', v: true });
    const { sound, tone } =
      /[0-9]/.test(char) && !useHeard ? parseSyllable(digitSounds[Number(char)] ?? '') : parseSyllable(written);
    return { sound, tone, from, to: from + 1, char };
  });
}
