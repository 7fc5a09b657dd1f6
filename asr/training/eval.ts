/**
 * How well and how soon a model hears the utterances of `wavs.py`, through the same code as a call.
 *
 *   tsx asr/training/eval.ts MODELDIR WAVDIR [WAVDIR …] [--limit N] [--show N]
 *
 * Prints one JSON line for each folder: error rates of display characters, toned and toneless syllables; share of words that
 * appear; milliseconds of audio from a word's end to the update that shows it (joined utterances); processor seconds per hour.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CallStream } from '../engines/sherpa/call-stream.ts';
import type { SentenceUpdate } from '../engines/sherpa/child-protocol.ts';
import { PlainDecoder, ToneDecoder } from '../engines/sherpa/decoder.ts';
import { findModel } from '../engines/sherpa/find-model.ts';
import { loadRecognizer, type NativeRecognizer } from '../engines/sherpa/native.ts';
import { normaliseNumbers, type Piece } from '../transcript/spoken-numbers.ts';
import { wordingOf } from '../transcript/wording.ts';
import { WordingModel, type WordingCounts } from '../transcript/wording-model.ts';

const FRAME_SAMPLES = 160;
const FRAME_MS = 20;

interface Utterance {
  readonly file: string;
  readonly text: string;
  readonly syllables: readonly string[];
  readonly words: readonly string[];
  readonly endsMs: readonly number[];
}

interface Told {
  readonly atMs: number;
  readonly update: SentenceUpdate;
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

function distance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  a.forEach((x, i) => {
    const next = [i + 1];
    b.forEach((y, j) =>
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (x === y ? 0 : 1))),
    );
    row = next;
  });
  return row.at(-1) ?? 0;
}

function cutWords(text: string, lengths: string): readonly string[] {
  if (lengths === '') return [...segmenter.segment(text)].map((s) => s.segment);
  let at = 0;
  return lengths.split(' ').map((n) => text.slice(at, (at += Number(n))));
}

async function readList(folder: string): Promise<readonly Utterance[]> {
  const lines = (await readFile(path.join(folder, 'list.tsv'), 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [file = '', text = '', pinyin = '', words = '', ends = ''] = line.split('\t');
    return {
      file: path.join(folder, file),
      text,
      syllables: pinyin.split(' '),
      words: cutWords(text, words),
      endsMs: ends === '' ? [] : ends.split(' ').map((s) => Number(s) * 1000),
    };
  });
}

/** Plays one WAV in 20 ms packets. */
async function listen(file: string, open: (emit: (update: SentenceUpdate) => void) => CallStream): Promise<Told[]> {
  const wav = await readFile(file);
  const bytes = wav.subarray(wav.indexOf('data') + 8);
  const pcm = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < pcm.length; i++) pcm[i] = bytes.readInt16LE(2 * i);
  const told: Told[] = [];
  let atMs = 0;
  const stream = open((update) => told.push({ atMs, update }));
  for (let i = 0; i < pcm.length; i += FRAME_SAMPLES) {
    const frame = { atMs, gapBeforeMs: 0, pcm: pcm.subarray(i, i + FRAME_SAMPLES) };
    atMs += FRAME_MS;
    stream.accept(frame);
  }
  stream.finish();
  return told;
}

const written = (chars: readonly string[]): string =>
  normaliseNumbers(chars.map((text): Piece => ({ text, startMs: 0, endMs: 0 })))
    .map((piece) => piece.text)
    .join('');

/** What all sentences up to and with this update say, before numbers are written as digits. */
function spokenText(model: WordingModel | null, told: readonly Told[], upTo: number): string {
  const last = new Map<number, SentenceUpdate>();
  for (const { update } of told.slice(0, upTo + 1)) last.set(update.sentence, update);
  return [...last.values()].map((u) => (model === null ? u.text : wordingOf(model, u.syllables).join(''))).join('');
}

class Scores {
  readonly #wrong = { chars: 0, toned: 0, toneless: 0, words: 0 };
  readonly #total = { chars: 0, syllables: 0, words: 0, exact: 0, utterances: 0 };
  readonly #latenciesMs: number[] = [];

  add({ text, syllables, words, endsMs }: Utterance, told: readonly Told[], model: WordingModel | null): void {
    const finals = told.filter(({ update }) => update.final).map(({ update }) => update);
    const heard = finals.flatMap((u) => u.syllables);
    const shown = finals.map((u) => u.text.replaceAll(/[，。？*]/g, '')).join('');
    const reference = written(Array.from(text));
    const bare = (list: readonly string[]): string[] => list.map((s) => s.slice(0, -1));
    const toned = distance(syllables, heard);
    this.#wrong.chars += distance(Array.from(reference), Array.from(shown));
    this.#wrong.toned += toned;
    this.#wrong.toneless += distance(bare(syllables), bare(heard));
    this.#total.chars += reference.length;
    this.#total.syllables += syllables.length;
    this.#total.utterances++;
    if (reference === shown) this.#total.exact++;
    const spoken = told.map((_, i) => spokenText(model, told, i));
    words.forEach((word, k) => {
      this.#total.words++;
      const first = spoken.findIndex((s) => s.includes(word));
      if (!(spoken.at(-1) ?? '').includes(word)) this.#wrong.words++;
      const endMs = endsMs[k];
      const isNew = text.indexOf(word) >= words.slice(0, k).join('').length;
      if (first >= 0 && endMs !== undefined && isNew) this.#latenciesMs.push((told[first]?.atMs ?? 0) - endMs);
    });
  }

  report(): Record<string, number | null> {
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const at = (share: number): number | null => {
      const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
      return value === undefined ? null : Math.round(value);
    };
    const share = (a: number, b: number): number => Number((a / Math.max(1, b)).toFixed(4));
    return {
      utterances: this.#total.utterances,
      displayCer: share(this.#wrong.chars, this.#total.chars),
      tonedErrors: share(this.#wrong.toned, this.#total.syllables),
      tonelessErrors: share(this.#wrong.toneless, this.#total.syllables),
      wordCoverage: share(this.#total.words - this.#wrong.words, this.#total.words),
      exactSentences: share(this.#total.exact, this.#total.utterances),
      wordsTimed: sorted.length,
      wordLatencyP50Ms: at(0.5),
      wordLatencyP95Ms: at(0.95),
    };
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { limit: { type: 'string', default: '100000' }, show: { type: 'string', default: '0' } },
  });
  const [modelDir = '', ...folders] = positionals;
  const found = await findModel(modelDir);
  if (!found.ok) throw new Error(found.reason);
  const { plan } = found;
  const counts = plan.wording === null ? null : (JSON.parse(await readFile(plan.wording, 'utf8')) as WordingCounts);
  const model = counts === null ? null : new WordingModel(counts);
  const recognizer: NativeRecognizer = loadRecognizer(plan);
  const decoder = () => (plan.files.type === 'toneCtc' ? new ToneDecoder(recognizer) : new PlainDecoder(recognizer));
  for (const folder of folders) {
    const scores = new Scores();
    const started = process.cpuUsage();
    let audioS = 0;
    for (const [i, utterance] of (await readList(folder)).slice(0, Number(values.limit)).entries()) {
      const told = await listen(utterance.file, (emit) => new CallStream(decoder(), model, emit));
      audioS += (await readFile(utterance.file)).length / 16_000;
      scores.add(utterance, told, model);
      if (i < Number(values.show)) {
        const finals = told.filter(({ update }) => update.final).map(({ update }) => update.text);
        process.stdout.write(`${utterance.text} | ${finals.join(' ')}\n`);
      }
    }
    const used = process.cpuUsage(started);
    const cpuSecondsPerAudioHour = Math.round(((used.user + used.system) / 1e6 / audioS) * 3600);
    process.stdout.write(
      `${JSON.stringify({ folder: path.basename(folder), ...scores.report(), cpuSecondsPerAudioHour })}\n`,
    );
  }
}

await main();
