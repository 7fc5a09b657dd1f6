/**
 * Audio that carries its own words: each character is a stretch of one loudness. Heard from anywhere, by any server, it is the
 * same word, so that a test can see whether one was lost or came twice.
 */
import { SteppedEar, type EarEvent, type EarWord } from './script-ear.ts';

export const CHAR_MS = 150;
const SAMPLES_PER_MS = 8;
const STEP_MS = 20;
const BASE = 2000;
const STRIDE = 250;
/** Less of a character than this is not understood. */
const LEAST_MS = 80;
/** 100 different characters, none of which is a numeral, a mark or a blank. */
export const codedChars: readonly string[] = Array.from(
  '天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇始制文字乃服衣裳推位让国',
).slice(0, 100);

/** The sound of a text of `codedChars`. */
export function coded(text: string): Int16Array {
  const chars = Array.from(text);
  const perChar = CHAR_MS * SAMPLES_PER_MS;
  const pcm = new Int16Array(chars.length * perChar);
  chars.forEach((char, i) => {
    const level = BASE + STRIDE * codedChars.indexOf(char);
    for (let k = 0; k < perChar; k++) pcm[i * perChar + k] = k % 2 === 0 ? level : -level;
  });
  return pcm;
}

export class CodedEar extends SteppedEar {
  readonly #silenceLimitMs: number;
  #run: { char: string; startMs: number } | undefined;
  #silenceMs = 0;
  #words: EarWord[] = [];

  constructor(silenceMs = 600) {
    super();
    this.#silenceLimitMs = silenceMs;
  }

  finish(): readonly EarEvent[] {
    this.#close();
    if (this.#words.length === 0) return [];
    const words = this.#words;
    this.#words = [];
    return [{ type: 'final', words }];
  }

  protected step(pcm: Int16Array): readonly EarEvent[] {
    const level = Math.abs(pcm[80] ?? 0);
    const char = level < BASE / 2 ? '' : (codedChars[Math.round((level - BASE) / STRIDE)] ?? '');
    const grew = char !== (this.#run?.char ?? '') && this.#close();
    if (char !== '' && this.#run === undefined) this.#run = { char, startMs: this.heardMs };
    this.heardMs += STEP_MS;
    this.#silenceMs = char === '' ? this.#silenceMs + STEP_MS : 0;
    if (this.#silenceMs >= this.#silenceLimitMs) return this.finish();
    return grew ? [{ type: 'partial', words: [...this.#words] }] : [];
  }

  /** True when a character was understood. */
  #close(): boolean {
    const run = this.#run;
    this.#run = undefined;
    if (run === undefined || this.heardMs - run.startMs < LEAST_MS) return false;
    // One loudness for two characters: said twice.
    const times = Math.max(1, Math.round((this.heardMs - run.startMs) / CHAR_MS));
    const each = (this.heardMs - run.startMs) / times;
    for (let i = 0; i < times; i++) {
      this.#words.push({ text: run.char, startMs: run.startMs + i * each, endMs: run.startMs + (i + 1) * each });
    }
    return true;
  }
}
