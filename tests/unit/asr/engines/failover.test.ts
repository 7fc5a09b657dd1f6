import { describe, expect, it } from '@jest/globals';
import {
  closedBreaker,
  isUsable,
  stepBreaker,
  type Breaker,
  type BreakerInput,
} from '../../../../asr/engines/failover/breaker.ts';
import {
  chooseEngine,
  engineOrder,
  type Candidate,
  type Route,
} from '../../../../asr/engines/failover/choose-engine.ts';
import { KeptAudio } from '../../../../asr/engines/failover/kept-audio.ts';
import { recognizerConfig } from '../../../../asr/engines/sherpa/native.ts';
import { knownWords } from '../../../../asr/engines/sherpa/hot-words-file.ts';
import type { ModelPlan } from '../../../../asr/engines/sherpa/model-plan.ts';

const after = (inputs: readonly (readonly [BreakerInput, number])[]): Breaker =>
  inputs.reduce<Breaker>((breaker, [input, atMs]) => stepBreaker(breaker, input, atMs), closedBreaker);
const thrice = [
  ['failed', 0],
  ['failed', 2000],
  ['failed', 4000],
] as const;

describe('the circuit breaker', () => {
  it.each([
    ['one failure is none', [['failed', 0]], 1, true],
    ['three within half a minute are too many', thrice, 4001, false],
    ['after a rest it may be tried', thrice, 14_000, true],
    [
      'many streams at once are one failure',
      [
        ['failed', 0],
        ['failed', 10],
        ['failed', 20],
        ['failed', 900],
      ],
      1000,
      true,
    ],
    [
      'failures long ago do not count',
      [
        ['failed', 0],
        ['failed', 20_000],
        ['failed', 40_000],
      ],
      40_001,
      true,
    ],
    [
      'a success forgets them',
      [
        ['failed', 0],
        ['failed', 2000],
        ['worked', 3000],
        ['failed', 4000],
      ],
      4001,
      true,
    ],
    ['while one tries it no other may', [...thrice, ['chosen', 15_000]], 15_001, false],
    ['a try that nobody spoke on is over after a while', [...thrice, ['chosen', 15_000]], 30_000, true],
    ['a try that fails doubles the rest', [...thrice, ['chosen', 15_000], ['failed', 15_100]], 30_000, false],
    ['a try that works closes it', [...thrice, ['chosen', 15_000], ['worked', 15_100]], 15_200, true],
  ] as const)('%s', (_what, inputs, nowMs, usable) => {
    expect(isUsable(after(inputs), nowMs)).toBe(usable);
  });

  it('never rests longer than five minutes', () => {
    let breaker = after(thrice);
    let nowMs = 4000;
    for (let i = 0; i < 20; i++) {
      nowMs += 400_000;
      breaker = stepBreaker(stepBreaker(breaker, 'chosen', nowMs), 'failed', nowMs);
    }
    expect(isUsable(breaker, nowMs + 300_000)).toBe(true);
  });
});

const routes: readonly Route[] = [
  { language: 'yue', side: 'caller', engines: ['b', 'c'] },
  { language: null, side: 'agent', engines: ['a'] },
];
const engines = [
  { name: 'a', languages: ['zh-CN'] },
  { name: 'b', languages: ['yue'] },
  { name: 'c', languages: ['zh'] },
];

describe('which engine hears whom', () => {
  it.each([
    [{ language: 'yue', side: 'caller' }, ['b', 'c']],
    [{ language: 'yue', side: 'agent' }, ['a']],
    [{ language: undefined, side: 'caller' }, ['a', 'c', 'b']],
    [{ language: 'wu', side: 'caller' }, ['a', 'b', 'c']],
    [{ language: 'zh-CN', side: 'caller' }, ['a', 'c', 'b']],
  ] as const)('%j', (who, expected) => {
    expect(engineOrder(who, routes, engines)).toEqual(expected);
  });

  const well: Omit<Candidate, 'name'> = {
    ...{ languages: ['zh-CN'], ready: true, degraded: false, openStreams: 0, capacity: 10, usable: true },
  };
  it.each([
    ['the first', {}, {}, [], 'a'],
    ['not one that is not ready', { ready: false }, {}, [], 'b'],
    ['not one that is full', { openStreams: 10 }, {}, [], 'b'],
    ['one with room before one that is nearly full', { openStreams: 9 }, {}, [], 'b'],
    ['one that is well before one that is limited', { degraded: true }, {}, [], 'b'],
    ['a limited one when there is no other', { degraded: true }, { ready: false }, [], 'a'],
    ['not one whose breaker is open', { usable: false }, {}, [], 'b'],
    ['the next after one that failed', {}, {}, ['a'], 'b'],
    ['one that failed when all have', {}, {}, ['a', 'b'], 'a'],
    ['none when none is there', { ready: false }, { usable: false }, [], undefined],
  ] as const)('%s', (_what, a, b, tried, expected) => {
    const candidates: readonly Candidate[] = [
      { ...well, ...a, name: 'a' },
      { ...well, ...b, name: 'b' },
    ];
    expect(chooseEngine(['a', 'b'], candidates, new Set(tried))).toBe(expected);
  });
});

describe('the audio that is kept for the next engine', () => {
  const frame = (atMs: number): { atMs: number; pcm: Int16Array; gapBeforeMs: number } => ({
    ...{ atMs, pcm: new Int16Array(8000), gapBeforeMs: 0 },
  });

  it('is that of the running sentence, 20 s at most; what is older becomes a gap', () => {
    const kept = new KeptAudio();
    for (let s = 0; s < 30; s++) kept.add(frame(s * 1000), true);
    expect(kept.frames).toHaveLength(20);
    expect(kept.frames[0]).toMatchObject({ atMs: 10_000, gapBeforeMs: 10_000 });
    kept.forgetUntil(29_500);
    expect(kept.frames.map((f) => [f.atMs, f.gapBeforeMs])).toEqual([[29_000, 0]]);
  });

  it('is little while nothing is said, and nothing counts as lost', () => {
    const kept = new KeptAudio();
    for (let s = 0; s < 30; s++) kept.add(frame(s * 1000), false);
    expect(kept.frames.map((f) => [f.atMs, f.gapBeforeMs])).toEqual([
      [27_000, 0],
      [28_000, 0],
      [29_000, 0],
    ]);
  });
});

describe('hot words of sherpa-onnx', () => {
  const plan: ModelPlan = {
    ...{ name: 'm', description: 'm', languages: ['zh-CN'], sampleRateHz: 16_000, tokens: 't', wording: null },
    files: { type: 'transducer', encoder: 'e', decoder: 'd', joiner: 'j' },
  };

  it('are those that the model can spell', () => {
    expect(knownWords(['滨江', '滨河', '', '滨江'], '<blk> 0\n滨 1\n江 2\n')).toEqual(['滨江']);
  });

  it('make a transducer search several paths; other models are left as they are', () => {
    expect(recognizerConfig({ ...plan, hotWordsFile: '/h' })).toMatchObject({
      ...{ decodingMethod: 'modified_beam_search', hotwordsFile: '/h' },
      modelConfig: { modelingUnit: 'cjkchar' },
    });
    expect(recognizerConfig(plan)).toMatchObject({ decodingMethod: 'greedy_search' });
    const ctc = { ...plan, hotWordsFile: '/h', files: { type: 'toneCtc', model: 'm' } } as const;
    expect(recognizerConfig(ctc)).not.toHaveProperty('hotwordsFile');
  });
});
