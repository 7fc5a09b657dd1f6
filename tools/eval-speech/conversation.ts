/** A call as sound: two tracks of the same length, agent and caller taking turns. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { seededRandom } from '../../asr/training/sentences/random.ts';
import { readWav8k } from '../../telephony/rtp/wav.ts';
import { accented, accents } from './accents.ts';
import type { CallLine, EvalCall } from './call-file.ts';
import { inWords, syllablesToSay } from './pinyin.ts';
import { throughLine } from './telephone.ts';
import { levelled, speak, type Utterance } from './voice.ts';

const SAMPLES_PER_MS = 8;
const LEAD_MS = 400;
const TRAIL_MS = 1_500;

export interface Conversation {
  readonly call: EvalCall;
  readonly caller: Int16Array;
  readonly agent: Int16Array;
  /** Beginning of each line, milliseconds. */
  readonly lineStartsMs: readonly number[];
}

/** Numbers from a text, the same ones for the same text. */
export function seedOf(text: string): number {
  let hash = 2_166_136_261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return hash >>> 0;
}

/** Speech of lines, remembered: the same call is heard over several lines and with several noises. */
export class Studio {
  readonly #spoken = new Map<string, Int16Array>();
  readonly #dir: string;

  /** @param dir - where relative `audio` of lines is looked for. */
  constructor(dir = '.') {
    this.#dir = dir;
  }

  async record(call: EvalCall): Promise<Conversation> {
    const lines = await this.#lines(call);
    const lengthMs = call.lines.reduce((sum, line, i) => sum + msOf(lines[i]) + line.pauseMs, LEAD_MS) + TRAIL_MS;
    const length = Math.ceil(lengthMs * SAMPLES_PER_MS);
    const tracks = { caller: new Int16Array(length), agent: new Int16Array(length) };
    const spoken = { caller: new Uint8Array(length), agent: new Uint8Array(length) };
    const lineStartsMs: number[] = [];
    let at = LEAD_MS * SAMPLES_PER_MS;
    call.lines.forEach(({ side, pauseMs }, i) => {
      const pcm = lines[i] ?? new Int16Array(0);
      lineStartsMs.push(Math.round(at / SAMPLES_PER_MS));
      tracks[side].set(pcm, at);
      spoken[side].fill(1, at, at + pcm.length);
      at += pcm.length + pauseMs * SAMPLES_PER_MS;
    });
    const voices = lines.reduce((most, pcm) => (pcm.length > most.length ? pcm : most), new Int16Array(1));
    const random = seededRandom(seedOf(`${call.id} line`));
    const heard = (side: 'caller' | 'agent'): Int16Array =>
      throughLine(tracks[side], {
        noise: side === 'caller' ? call.noise : null,
        random,
        spoken: spoken[side],
        voices,
      });
    return { call, caller: heard('caller'), agent: heard('agent'), lineStartsMs };
  }

  /** Forgets what was spoken: the next call says other things. */
  clear(): void {
    this.#spoken.clear();
  }

  async #lines(call: EvalCall): Promise<readonly Int16Array[]> {
    const utterances = call.lines.map((line) => utteranceOf(call, line));
    const missing = utterances.filter((u, i) => call.lines[i]?.audio === undefined && !this.#spoken.has(keyOf(u)));
    const spoken = await speak(missing);
    missing.forEach((utterance, i) => this.#spoken.set(keyOf(utterance), spoken[i] ?? new Int16Array(0)));
    return Promise.all(
      utterances.map(async (utterance, i) => {
        const audio = call.lines[i]?.audio;
        return audio === undefined ? (this.#spoken.get(keyOf(utterance)) ?? new Int16Array(0)) : this.#recorded(audio);
      }),
    );
  }

  async #recorded(file: string): Promise<Int16Array> {
    const wav = readWav8k(await readFile(path.resolve(this.#dir, file)));
    if (!wav.ok) throw new Error(`${file} cannot be played: ${wav.reason}`);
    return levelled(wav.pcm);
  }
}

const msOf = (pcm: Int16Array | undefined): number => (pcm?.length ?? 0) / SAMPLES_PER_MS;

const keyOf = (utterance: Utterance): string => JSON.stringify(utterance);

function utteranceOf(call: EvalCall, { side, text, pinyin }: CallLine): Utterance {
  const accent = accents[side === 'caller' ? call.accent : 'none'];
  if (accent === undefined) throw new Error(`${call.id}: there is no accent "${call.accent}"`);
  const plain = pinyin?.split(/\s+/) ?? syllablesToSay(text);
  const syllables = accented(plain, accent, seededRandom(seedOf(`${call.id} ${text}`)));
  return { syllables, text: inWords(text), voice: side === 'caller' ? call.callerVoice : call.agentVoice };
}
