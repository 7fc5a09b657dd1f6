/** What our way costs: processor time of all our processes against sherpa-onnx called directly, same audio, one thread each. */
import type { Bench } from '../bench.ts';
import { Child } from '../media/child.ts';
import { median, rounded } from '../stats.ts';
import type { SubjectWork } from './subject.ts';
import { makeVoices } from './voices.ts';

const STREAMS = 20;
const ROUNDS = 5;
const ROUND_MS = 5000;
const WARM_UP_MS = 3000;

export const asrOverhead: Bench = {
  name: 'asr-overhead',
  about: 'processor time of our recognition path against sherpa-onnx called directly, 20 streams',
  limitMs: 240_000,
  run: async (say) => {
    const voices = (await makeVoices(say)).map(({ pcm }) => pcm);
    const ours = new Child<SubjectWork>('../asr/subject.ts');
    const direct = new Child<SubjectWork>('../asr/subject.ts');
    try {
      await ours.ask('start', { kind: 'ours', maxStreams: STREAMS });
      await direct.ask('start', { kind: 'direct', maxStreams: STREAMS });
      const cost = async (subject: Child<SubjectWork>, forMs: number): Promise<number> => {
        const { cpuMs, audioMs } = await subject.ask('run', { streams: STREAMS, voices, forMs });
        return cpuMs / (audioMs / 1000);
      };
      for (const subject of [ours, direct]) await cost(subject, WARM_UP_MS);
      const ratios: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        // Turn about, so that a slow moment of the machine does not fall on one of them alone.
        const first = round % 2 === 0 ? await cost(direct, ROUND_MS) : await cost(ours, ROUND_MS);
        const second = round % 2 === 0 ? await cost(ours, ROUND_MS) : await cost(direct, ROUND_MS);
        const [ourMs, directMs] = round % 2 === 0 ? [second, first] : [first, second];
        ratios.push(ourMs / directMs);
        say(`round ${round}: ours ${rounded(ourMs, 2)} ms, direct ${rounded(directMs, 2)} ms for each second of audio`);
      }
      return { cpuRatio: rounded(median(ratios), 3) };
    } finally {
      await Promise.all([ours.close(), direct.close()]);
    }
  },
};
