/** From a recognised sentence to the patch of the draft, in talks of usual length, with the sample city ten times over. */
import { seededRandom } from '../../../asr/training/sentences/random.ts';
import { loadCity } from '../../../config/load-city.ts';
import { createDraftEngine, type DraftEngine } from '../../../server/drafts/engine.ts';
import type { DraftInput } from '../../../server/drafts/types.ts';
import type { Bench, Metrics } from '../bench.ts';
import { median, p95, rounded, summary } from '../stats.ts';
import { timesTen } from './big-city.ts';

const SEED = 12_345;
const CALLS = 60;
const ROUNDS = 3;

const openings = ['你好，我要投诉一个问题', '喂，你好，我想反映一下情况', '请问这里是12345热线吗'];
const matters = [
  '那个烧烤店每天晚上油烟特别大，熏得人睡不着',
  '从昨天下午开始就停水了，到现在都没有来',
  '楼上装修太吵了，中午也不停',
  '路灯坏了半个多月了，晚上黑漆漆的很危险',
  '包工头拖欠我们三个月工资，打电话也不接',
  '电梯坏了好几天没人修，老人上下楼不方便',
];
const agentAsks = ['请问您在什么位置', '请问您贵姓', '您的联系电话是多少', '什么时候开始的'];
const closings = [
  '我姓王，叫我王先生就行',
  '电话是一三八零零一三八零零零',
  '希望你们尽快派人来处理一下',
  '麻烦你们了，谢谢',
];

type Speech = Extract<DraftInput, { type: 'speech' }>;

function callOf(places: readonly string[], call: number): readonly Speech[] {
  const random = seededRandom(SEED + call);
  const lines: readonly (readonly ['caller' | 'agent', string])[] = [
    ['agent', '您好，12345热线，请问有什么可以帮您'],
    ['caller', random.pick(openings)],
    ['caller', `我住在${random.pick(places)}${random.int(1, 30)}号楼，${random.pick(matters)}`],
    ...agentAsks.flatMap((ask, i): (readonly ['caller' | 'agent', string])[] => [
      ['agent', ask],
      ['caller', i === 0 ? `就是${random.pick(places)}旁边` : (closings[i - 1] ?? '')],
    ]),
    ['agent', '好的，我给您登记下来了，请稍等'],
    ['caller', `${random.pick(matters)}，${closings[3] ?? ''}`],
  ];
  return lines.map(([side, text], i) => {
    const startMs = i * 4_000;
    const segment = { segmentId: `s${i}`, side, text, syllables: [], tokens: [], startMs, endMs: startMs + 3_500 };
    return { type: 'speech', segment };
  });
}

function measure(engine: DraftEngine, calls: readonly (readonly Speech[])[]): readonly number[] {
  const tookMs: number[] = [];
  for (const [i, call] of calls.entries()) {
    let state = engine.start(`c${i}`);
    for (const input of call) {
      // What was read is remembered by object: every call brings its own.
      const fresh: Speech = { type: 'speech', segment: { ...input.segment } };
      const from = performance.now();
      state = engine.step(state, fresh).state;
      tookMs.push(performance.now() - from);
    }
  }
  return tookMs;
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const city = timesTen(await loadCity('config/sample/jiangcheng'), SEED);
  const engine = createDraftEngine(city);
  say(`${city.communities.length} communities, ${city.roads.length} roads, ${city.catalogue.length} classes`);
  const places = city.communities.flatMap((c) => c.places);
  const calls = Array.from({ length: CALLS }, (_, i) => callOf(places, i));
  measure(engine, calls.slice(0, 10));
  const rounds = Array.from({ length: ROUNDS }, () => measure(engine, calls));
  for (const round of rounds) say(`ms from text to patch: ${summary(round)}`);
  return { p95Ms: rounded(median(rounds.map((round) => p95(round))), 2) };
}

export const draftPatch: Bench = {
  name: 'draft-patch',
  about: 'from a recognised sentence to the patch of the draft, sample city ten times over',
  limitMs: 120_000,
  run,
};
