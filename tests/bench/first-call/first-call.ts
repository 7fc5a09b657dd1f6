/** The numbers of the first call: a real server, real SIP callers, a real browser. */
import { loadavg } from 'node:os';
import { joined, readWav, saveWav, silence } from '../../support/speech.ts';
import type { Bench, Metrics } from '../bench.ts';
import { p95, quantile, rounded } from '../stats.ts';
import { measurePageLoad } from './page-load.ts';
import { AGENTS, sessionCookie, startRig, type Rig } from './rig.ts';
import { createScriptWriter, type Script } from './script.ts';
import { tenCalls, type TenCalls } from './ten-calls.ts';
import { toneRound } from './tone-calls.ts';
import { speakWord, voices } from './voice.ts';
import { wordRound } from './word-calls.ts';

/** Ours alone: the server refuses keys of the environment that it does not know. */
const tenCallsOnly = process.env['HOTLINE_BENCH_ROUNDS'] === 'ten';
delete process.env['HOTLINE_BENCH_ROUNDS'];

const CALLS = 20;
const CITY = 'config/sample/jiangcheng';
/** Longer than the silence that ends a sentence. */
const PAUSE_MS = 1_200;
const TEN_CALLS_TURNS = 3;

const agentPhrases = [
  '您好',
  '请问',
  '您反映',
  '什么',
  '问题',
  '好的',
  '我帮您',
  '登记',
  '请问',
  '具体',
  '地址',
  '在哪里',
];

interface Speech {
  readonly words: readonly Script[];
  readonly ten: readonly Script[];
  readonly agent: Int16Array;
  readonly microphone: string;
}

/** Everything that is said is made beforehand: making it would cost the server its processor. */
async function makeSpeech(): Promise<Speech> {
  const writer = await createScriptWriter(CITY);
  const voice = voices[2];
  if (voice === undefined) throw new Error('there is no voice for the agent');
  const phrases = agentPhrases.flatMap((word) => [speakWord(word, voice), silence(250)]);
  const words = Array.from({ length: CALLS + 1 }, (_, i) => writer.write(i, 1, PAUSE_MS));
  const ten = Array.from({ length: AGENTS }, (_, i) => writer.write(100 + i, TEN_CALLS_TURNS, PAUSE_MS));
  const agent = joined([...phrases, silence(900)]);
  const agentLong = joined(Array.from({ length: 20 }, () => agent));
  return { words, ten, agent: agentLong, microphone: saveWav(agent, 'agent.wav') };
}

async function measure(rig: Rig, say: (line: string) => void): Promise<Metrics> {
  const speech = await makeSpeech();
  const spokenS = speech.ten.reduce((sum, s) => sum + s.pcm.length / 8_000, 0) / speech.ten.length;
  say(`speech made: ${speech.words.length} short scripts, ${speech.ten.length} of ${Math.round(spokenS)} s`);
  const url = rig.hotline.url;
  const cookie = await sessionCookie(url, rig.logins[0] ?? { login: '', password: '' });
  const greetingMs = readWav('ivr/prompts/zh-CN/greeting.wav').length / 8;
  const { microphone } = speech;
  const round = { rig, cookie, greetingMs, calls: CALLS, say };
  const tenRound = { ...round, microphone, scripts: speech.ten, agentSpeech: speech.agent };
  if (tenCallsOnly) return tenMetrics(await tenCalls(tenRound));
  const load = await measurePageLoad({ url, cookie, microphone, tone: false }, say);
  const tones = await toneRound(round);
  const words = await wordRound({ ...round, microphone, scripts: speech.words });
  const ten = await tenCalls(tenRound);
  return {
    inviteToGreetingP95Ms: rounded(p95([...tones.inviteToGreetingMs, ...words.inviteToGreetingMs])),
    freeToRingP95Ms: rounded(p95([...tones.freeToRingMs, ...words.freeToRingMs])),
    answerToAudioP95Ms: rounded(p95(tones.answerToAudioMs)),
    wordToTextP95Ms: rounded(p95(words.wordToTextMs)),
    wordCoverage: rounded(words.coverage, 3),
    textToDraftP95Ms: rounded(p95(words.textToDraftMs)),
    ...tenMetrics(ten),
    pageScriptKb: rounded(load.scriptKb),
    pageInteractiveMs: rounded(load.interactiveMs),
  };
}

function tenMetrics(ten: TenCalls): Metrics {
  return {
    tenCallsGapP999Ms: rounded(quantile(ten.gapsMs, 0.999)),
    tenCallsTextP95Ms: rounded(p95(ten.textMs)),
    cpuPctPerCall: rounded(ten.cpuPctPerCall),
  };
}

const load = (): string =>
  loadavg()
    .map((n) => n.toFixed(1))
    .join(' ');

/** `HOTLINE_BENCH_ROUNDS=ten` runs the ten calls at once only. */
export const firstCall: Bench = {
  name: 'first-call',
  about: '20 calls from SIP phones to a browser, then ten at once: greeting, ring, audio, text, draft, gaps, CPU, page',
  limitMs: 600_000,
  run: async (say) => {
    say(`load of the machine ${load()}`);
    const rig = await startRig();
    // Ctrl+C leaves nothing behind.
    const stop = (): void => {
      void rig.close().finally(() => process.exit(130));
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      say(`server ready at ${rig.hotline.url}`);
      const metrics = await measure(rig, say);
      // With HOTLINE_LOGLEVEL=debug the media thread says how late it was.
      for (const line of rig.hotline.output.split('\n')) if (line.includes('media: delays')) say(line);
      return metrics;
    } catch (error) {
      say(`the server said at the end:\n${rig.hotline.output.slice(-2_000)}`);
      throw error;
    } finally {
      await rig.close();
      process.off('SIGINT', stop).off('SIGTERM', stop);
      say(`load of the machine ${load()}`);
    }
  },
};
