/** What the callers say: sentences of the sample city, joined from single words whose ends are known. */
import { readCityWords } from '../../../asr/training/sentences/city-words.ts';
import { speakWord, voices } from './voice.ts';

export interface Script {
  readonly words: readonly string[];
  readonly pcm: Int16Array;
  /** Last sample of each word. */
  readonly lastSamples: readonly number[];
}

const list = (text: string): readonly (readonly string[])[] =>
  text
    .trim()
    .split(/\n\s*/)
    .map((line) => line.split(' '));

const openings = list(`我要 投诉
  我想 反映
  我要 举报
  你好 我要 投诉
  您好 我想 反映`);
const matters = list(`烧烤店 油烟 扰民
  路灯 不亮
  工地 施工 噪音 太大
  井盖 坏了
  下水道 堵塞
  电梯 坏了 没人 修理
  垃圾 没人 清理
  自来水 发黄
  广场舞 声音 太吵
  已经 停水
  消防通道 被堵
  物业 乱收费
  道路 积水 严重
  公交车 不停
  工厂 排放 废气
  有人 占道经营
  停车场 收费 太贵
  健身房 倒闭 不退费
  公司 拖欠 工资
  夜间 施工 扰民`);
const times = list(`每天 晚上
  每天 早上
  一直
  经常
  周末
  凌晨`);
const effects = list(`影响 休息
  影响 出行
  非常 危险
  味道 很大
  影响 孩子 学习
  老人 摔倒`);
const wishes = list(`希望 尽快 处理
  麻烦 派人 检查
  希望 城管 处理
  要求 尽快 解决
  希望 尽快 答复`);

/** Each word takes a while to make. */
const MOST_ESTATES = 16;
const RATE = 8;
const PEAK = 12_000;
const WORD_GAP_MS = [20, 120] as const;

/** Numbers between 0 and 1, the same ones for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

export interface ScriptWriter {
  /** Two sentences a turn; each with a pause after it that ends the sentence. */
  write(seed: number, turns: number, pauseMs: number): Script;
}

export async function createScriptWriter(cityDir: string): Promise<ScriptWriter> {
  const city = await readCityWords(cityDir);
  const streets = city.streets.filter((s) => s.endsWith('街道'));
  const estates = city.estates.filter((s) => s.length >= 3 && s.length <= 5).slice(0, MOST_ESTATES);
  if (streets.length === 0 || estates.length === 0) throw new Error(`${cityDir} names no streets or estates`);
  return {
    write: (seed, turns, pauseMs) => {
      const next = dice(seed);
      const decks = [openings, matters, times, effects, wishes].map((deck) => shuffled(deck, next));
      const places = [shuffled(streets, next), shuffled(estates, next)];
      const sentences = Array.from({ length: turns }, (_, turn) => {
        const [opening, matter, time, effect, wish] = decks.map((deck) => deck[turn % deck.length] ?? []);
        const place = places.map((names) => names[turn % names.length] ?? '');
        return [
          [...(opening ?? []), ...place, ...(matter ?? [])],
          [...((turn + seed) % 2 === 0 ? (time ?? []) : (effect ?? [])), ...(wish ?? [])],
        ];
      }).flat();
      return joinWords(sentences, { voice: voices[seed % voices.length] ?? voices[0], pauseMs, next });
    },
  };
}

function joinWords(
  sentences: readonly (readonly string[])[],
  how: { readonly voice: (typeof voices)[number] | undefined; readonly pauseMs: number; readonly next: () => number },
): Script {
  const { voice, pauseMs, next } = how;
  if (voice === undefined) throw new Error('there is no voice');
  const parts: Int16Array[] = [];
  const lastSamples: number[] = [];
  let at = 0;
  const add = (pcm: Int16Array): void => {
    parts.push(pcm);
    at += pcm.length;
  };
  for (const sentence of sentences) {
    for (const word of sentence) {
      add(speakWord(word, voice));
      lastSamples.push(at - 1);
      add(new Int16Array(Math.round((WORD_GAP_MS[0] + next() * (WORD_GAP_MS[1] - WORD_GAP_MS[0])) * RATE)));
    }
    add(new Int16Array(pauseMs * RATE));
  }
  return { words: sentences.flat(), pcm: levelled(parts, at), lastSamples };
}

function levelled(parts: readonly Int16Array[], length: number): Int16Array {
  const pcm = new Int16Array(length);
  let [at, loudest] = [0, 1];
  for (const part of parts) {
    pcm.set(part, at);
    at += part.length;
    for (const s of part) loudest = Math.max(loudest, Math.abs(s));
  }
  return pcm.map((s) => Math.round((s * PEAK) / loudest));
}
