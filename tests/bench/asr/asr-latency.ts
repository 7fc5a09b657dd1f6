/** How soon a spoken word is text, and how many streams one child process follows, against sherpa-onnx called directly. */
import type { Bench } from '../bench.ts';
import type { Script } from '../first-call/script.ts';
import { Child } from '../media/child.ts';
import { median, rounded } from '../stats.ts';
import type { SubjectWork } from './subject.ts';
import { makeVoices } from './voices.ts';
import { latencyOf, type Latency } from './word-latency.ts';

const STREAMS = 20;
const MOST_STREAMS = 1500;
const ROUNDS = 3;
const ROUND_MS = 6000;
const LIMIT_MS = 500;
/** While searching: one look. */
const LOOK_MS = 5000;
const WARM_UP_MS = 3000;
/** The search ends when both ends are this close. */
const CLOSE = 1.08;
/** As many words as with few streams, nearly: what is dropped or comes too late does not make a stream followed. */
const HEARD = 0.95;

type Look = (streams: number, forMs: number) => Promise<Latency>;

function looker(subject: Child<SubjectWork>, voices: readonly Script[]): Look {
  const pcm = voices.map((voice) => voice.pcm);
  return async (streams, forMs) => latencyOf(await subject.ask('run', { streams, voices: pcm, forMs }), voices, forMs);
}

/** The largest number of streams that keeps the limit, within a few percent. */
async function mostStreams(look: Look, usualHeard: number, say: (line: string) => void): Promise<number> {
  const keeps = async (streams: number): Promise<boolean> => {
    const { p95Ms, heard } = await look(streams, LOOK_MS);
    say(`  ${streams} streams: p95 ${rounded(p95Ms)} ms, ${rounded(100 * heard)} % of the words`);
    return p95Ms <= LIMIT_MS && heard >= HEARD * usualHeard;
  };
  let [low, high] = [STREAMS, STREAMS * 8];
  while (high < MOST_STREAMS && (await keeps(high))) [low, high] = [high, Math.round(high * 1.5)];
  while (high / low > CLOSE) {
    const middle = Math.round(Math.sqrt(low * high));
    if (middle === low || middle === high) break;
    if (await keeps(middle)) low = middle;
    else high = middle;
  }
  return low;
}

export const asrLatency: Bench = {
  name: 'asr-latency',
  about: 'end of a word to its partial text, 20 streams; the most streams that keep 500 ms, ours and direct',
  limitMs: 420_000,
  run: async (say) => {
    const voices = await makeVoices(say);
    const measure = async (kind: 'ours' | 'direct'): Promise<{ readonly p95Ms: number; readonly streams: number }> => {
      const subject = new Child<SubjectWork>('../asr/subject.ts');
      try {
        await subject.ask('start', { kind, maxStreams: MOST_STREAMS });
        const look = looker(subject, voices);
        await look(STREAMS, WARM_UP_MS);
        const rounds: Latency[] = [];
        for (let round = 0; round < ROUNDS; round++) rounds.push(await look(STREAMS, ROUND_MS));
        const [p95Ms, heard] = [median(rounds.map((r) => r.p95Ms)), median(rounds.map((r) => r.heard))];
        say(`${kind}, ${STREAMS} streams: p95 ${rounded(p95Ms)} ms, ${rounded(100 * heard)} % of the words heard`);
        return { p95Ms, streams: await mostStreams(look, heard, say) };
      } finally {
        await subject.close();
      }
    };
    const ours = await measure('ours');
    const direct = await measure('direct');
    return { wordToPartialP95Ms: rounded(ours.p95Ms), streams: ours.streams, directStreams: direct.streams };
  },
};
