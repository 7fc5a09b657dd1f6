/**
 * The process that is measured: our recogniser, or sherpa-onnx called directly by one thread, as plainly as it can be done
 * well: audio in as it comes, a chunk decoded as soon as it is whole, the result looked at after each.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { SherpaRecognizer } from '../../../asr/engines/sherpa/sherpa-recognizer.ts';
import { findModel } from '../../../asr/engines/sherpa/find-model.ts';
import { recognizerConfig, type NativeRecognizer } from '../../../asr/engines/sherpa/native.ts';
import { serve } from '../media/child.ts';
import { feed, type Fed } from './speech-feed.ts';

const modelDir = 'asr/models/demo-zh-8k';
const CHUNK_SAMPLES = 2400;
const FRAME_MS = 30;
const SENTENCE_SILENCE_MS = 660;
/** After the audio, for the last answers. */
const AFTER_MS = 700;

/** Toneless syllables that a stream had told by a moment. */
export interface Told {
  readonly atMs: number;
  readonly syllables: readonly string[];
}

export interface Run extends Fed {
  readonly told: readonly (readonly Told[])[];
  readonly cpuMs: number;
  readonly audioMs: number;
}

type Play = (streams: number, voices: readonly Int16Array[], forMs: number) => Promise<Omit<Run, 'cpuMs' | 'audioMs'>>;

interface Subject {
  readonly play: Play;
  readonly cpuMs: () => number;
  readonly close: () => Promise<void>;
}

const toneless = (syllable: string): string => syllable.replace(/[0-9]$/, '');
const ownCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
/** proc(5): fields 14 and 15, in hundredths of a second. */
function childCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function ours(maxStreams: number): Promise<Subject> {
  const recognizer = new SherpaRecognizer({ modelDir, processes: 1, maxStreams, logger: pino({ level: 'silent' }) });
  await recognizer.start();
  return {
    cpuMs: () => ownCpuMs() + recognizer.childPids.reduce((sum, pid) => sum + childCpuMs(pid), 0),
    close: () => recognizer.close(),
    play: async (streams, voices, forMs) => {
      const told = Array.from({ length: streams }, (): Told[] => []);
      const open = told.map((list, i) => {
        const sentences = new Map<string, readonly string[]>();
        return recognizer.open({
          streamId: String(i),
          side: 'caller',
          onUpdate: ({ segmentId, syllables }) => {
            sentences.set(segmentId, syllables.map(toneless));
            list.push({ atMs: performance.now(), syllables: [...sentences.values()].flat() });
          },
          onEnd: () => undefined,
        });
      });
      const fed = await feed({ streams, voices, forMs }, (i, atMs, pcm) =>
        open[i]?.push({ atMs, pcm, gapBeforeMs: 0 }),
      );
      await sleep(AFTER_MS);
      await Promise.all(open.map((stream) => stream.end()));
      return { ...fed, told };
    },
  };
}

async function direct(): Promise<Subject> {
  const found = await findModel(modelDir);
  if (!found.ok) throw new Error(found.reason);
  const { OnlineRecognizer } = createRequire(import.meta.url)('sherpa-onnx-node') as {
    OnlineRecognizer: new (config: unknown) => NativeRecognizer;
  };
  const recognizer = new OnlineRecognizer(recognizerConfig(found.plan));
  return {
    cpuMs: ownCpuMs,
    close: () => Promise.resolve(),
    play: async (streams, voices, forMs) => {
      const told = Array.from({ length: streams }, (): Told[] => []);
      const open = told.map((list) => directStream(recognizer, list));
      const fed = await feed({ streams, voices, forMs }, (i, _atMs, pcm) => {
        open[i]?.(pcm);
      });
      await sleep(AFTER_MS);
      return { ...fed, told };
    },
  };
}

function directStream(recognizer: NativeRecognizer, told: Told[]): (pcm: Int16Array) => void {
  const stream = recognizer.createStream();
  let fed = 0;
  let decoded = 0;
  let before: readonly string[] = [];
  let count = 0;
  return (pcm) => {
    const samples = new Float32Array(pcm.length);
    for (let i = 0; i < pcm.length; i++) samples[i] = (pcm[i] ?? 0) / 32_768;
    stream.acceptWaveform({ sampleRate: 8000, samples });
    fed += pcm.length;
    while (fed - decoded >= CHUNK_SAMPLES) {
      recognizer.decode(stream);
      decoded += CHUNK_SAMPLES;
      const { tokens, num_trailing_blanks: blanks = 0 } = recognizer.getResult(stream);
      if (tokens.length > count) {
        count = tokens.length;
        told.push({ atMs: performance.now(), syllables: [...before, ...tokens.map(toneless)] });
      }
      if (tokens.length === 0 || blanks * FRAME_MS < SENTENCE_SILENCE_MS) continue;
      before = told.at(-1)?.syllables ?? before;
      count = 0;
      recognizer.reset(stream);
    }
  };
}

let subject: Subject | undefined;

const work = {
  start: async ({ kind, maxStreams }: { kind: 'ours' | 'direct'; maxStreams: number }): Promise<void> => {
    subject = kind === 'ours' ? await ours(maxStreams) : await direct();
  },
  run: async (p: { streams: number; voices: readonly Int16Array[]; forMs: number }): Promise<Run> => {
    if (subject === undefined) throw new Error('not started');
    const startMs = subject.cpuMs();
    const result = await subject.play(p.streams, p.voices, p.forMs);
    return { ...result, cpuMs: subject.cpuMs() - startMs, audioMs: p.forMs * p.streams };
  },
};

export type SubjectWork = typeof work;

serve(work, () => subject?.close() ?? Promise.resolve());
