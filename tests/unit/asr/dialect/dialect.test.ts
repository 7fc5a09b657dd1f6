import { describe, expect, it } from '@jest/globals';
import { NameIndex, withoutOverlaps } from '../../../../asr/dialect/name-index.ts';
import { generalAccent, similarityOf } from '../../../../asr/dialect/accent.ts';
import { skeletonOf, splitSyllable } from '../../../../asr/dialect/similarity.ts';
import { parseSyllable, syllablesOf } from '../../../../asr/dialect/syllable.ts';
import { loadCity } from '../../../../config/load-city.ts';

const city = await loadCity('config/sample/jiangcheng');
const soundSimilarity = similarityOf(generalAccent);
const names = [
  ...city.streets.map((s) => s.name),
  ...city.communities.flatMap((c) => [c.name, ...c.places]),
  ...city.roads.map((r) => r.name),
];
const index = new NameIndex(names.map((text) => ({ text, item: text })));
const found = (text: string, heard: readonly string[] = []): string[] =>
  withoutOverlaps(index.find(syllablesOf(text, heard))).map((m) => m.name);

describe('syllables', () => {
  it('cover the characters that have a sound', () => {
    const syllables = syllablesOf('你好，3号楼a。');
    expect(syllables.map((s) => [s.sound, s.from, s.to])).toEqual([
      ['ni', 0, 1],
      ['hao', 1, 2],
      ['san', 3, 4],
      ['hao', 4, 5],
      ['lou', 5, 6],
    ]);
  });

  it('are taken from the recogniser when they fit the text', () => {
    expect(syllablesOf('锦绣', ['jing3', 'xiu4']).map((s) => s.sound)).toEqual(['jing', 'xiu']);
    expect(syllablesOf('锦绣', ['jing3']).map((s) => s.sound)).toEqual(['jin', 'xiu']);
  });

  it.each([
    ['lü4', { sound: 'lv', tone: 4 }],
    ['tou2', { sound: 'tou', tone: 2 }],
    ['de0', { sound: 'de', tone: 5 }],
    ['???', { sound: '', tone: 0 }],
  ])('reads %s', (written, expected) => {
    expect(parseSyllable(written)).toEqual(expected);
  });

  it('takes any text', () => {
    expect(syllablesOf('')).toEqual([]);
    expect(syllablesOf('😀\u0000 abc')).toEqual([]);
    expect(syllablesOf('路'.repeat(5_000)).length).toBeLessThanOrEqual(2_000);
  });
});

describe('similarity', () => {
  it.each([
    ['zhang', 'zang'],
    ['shi', 'si'],
    ['ni', 'li'],
    ['hua', 'fa'],
    ['hui', 'fei'],
    ['ran', 'lan'],
    ['ming', 'min'],
    ['fang', 'fan'],
    ['geng', 'gen'],
  ])('%s and %s are the same to an accent', (a, b) => {
    expect(skeletonOf(a)).toBe(skeletonOf(b));
    expect(soundSimilarity(a, b)).toBeGreaterThan(0.8);
    expect(soundSimilarity(a, b)).toBeLessThan(1);
    expect(soundSimilarity(b, a)).toBe(soundSimilarity(a, b));
  });

  it('tells strangers apart', () => {
    expect(soundSimilarity('lu', 'xiang')).toBe(0);
    expect(soundSimilarity('', '')).toBe(0);
    expect(soundSimilarity('bei', 'pei')).toBeGreaterThan(soundSimilarity('bei', 'dang'));
    expect(splitSyllable('zhuang')).toEqual(['zh', 'uang']);
  });
});

describe('names in sentences', () => {
  it.each([
    ['我住在锦绣花园三号楼', ['锦绣花园']],
    ['我住在紧秀花园三号楼', ['锦绣花园']],
    ['听滔雅院那边停水了', ['听涛雅苑']],
    ['枫临晚小区', ['枫林晚小区']],
    ['洪雁小区', ['鸿雁小区']],
    ['蓝亭苑的幼儿园', ['兰亭苑']],
    ['南埔大道和水鲜路交叉口', ['南浦大道', '水仙路']],
    ['白鹿花园五栋', ['白鹭花园']],
    ['石古路上', ['石鼓路']],
    ['望朝路路灯不亮', ['望潮路']],
    ['长谈安置小区', ['长塘安置小区']],
    ['鹤名山庄', ['鹤鸣山庄']],
  ])('%s', (text, expected) => {
    for (const name of expected) expect(found(text)).toContain(name);
  });

  it('are found by what was heard rather than by the characters written', () => {
    expect(found('巾秀划圆', ['jin3', 'xiu4', 'hua1', 'yuan2'])).toEqual(['锦绣花园']);
  });

  it.each([
    ['锦绣花园', /jing3 xiu4 hua1 yuan2/],
    ['枫林晚小区', /hong1 lin2 wan3 xiao3 qu1/],
    ['南浦花园', /lan2 pu3 hua1 yuan2/],
    ['双桥新村', /suang1 qiao2 xin1 cun1/],
    ['凤凰广场', /hong4 huang2 guang3 cang3/],
  ])('%s is found under an accent', (name, pattern) => {
    const heard = pattern.source.split(' ');
    expect(found('口'.repeat(heard.length), heard)).toContain(name);
  });

  it('are not found in everyday sentences', () => {
    const sentences = [
      '我们心里很难受，工作人员的态度也不好',
      '请问办理退休手续需要带什么材料',
      '希望你们尽快安排人过来处理一下这个问题',
      '打了好几次电话都没有人接',
      '孩子马上要上小学了，户口不在这里怎么办',
      '昨天晚上十点多钟还在施工，吵得睡不着',
      '公司已经三个月没有发工资了',
      '我想咨询一下医保异地报销的比例是多少',
      '路灯坏了快半个月了，晚上黑漆漆的',
      '垃圾桶满了没有人清理，味道特别大',
    ];
    expect(sentences.flatMap((s) => found(s))).toEqual([]);
  });

  it('are quick: ten times the sample city, at most 5 ms a sentence', () => {
    const many = Array.from({ length: 10 }, (_, k) =>
      names.map((text) => ({ text: text, item: `${k}${text}` })),
    ).flat();
    const large = new NameIndex(many);
    const sentence = syllablesOf('你好我要反映一下我们锦绣花园三号楼楼下那个烧烤店每天晚上油烟特别大熏得人睡不着觉');
    const took: number[] = [];
    for (let i = 0; i < 60; i += 1) {
      const start = process.cpuUsage();
      large.find(sentence);
      const used = process.cpuUsage(start);
      took.push((used.user + used.system) / 1_000);
    }
    // Processor time: what else the machine does is not ours.
    expect(took.sort((a, b) => a - b)[30]).toBeLessThan(5);
  });
});

describe('the accent of a region', () => {
  const wu = city.dialects.find(({ id }) => id === 'wu');
  const region = {
    ...(wu?.accent ?? generalAccent),
    id: 'test',
    finals: [{ pair: ['an', 'ai'] as const, weight: 0.97 }],
  };
  const own = new NameIndex([{ text: '南湾花园', item: 1 }]);
  const heard = syllablesOf('奶湾花园', ['nai2', 'wan1', 'hua1', 'yuan2']);

  it('decides what sounds alike while it is asked for, and no longer', () => {
    const scores = [undefined, region, undefined].map((accent) => own.find(heard, accent)[0]?.score ?? 0);
    expect(scores[1]).toBeGreaterThan(0.9);
    expect(scores[0]).toBe(scores[2]);
    expect(scores[1] ?? 0).toBeGreaterThan((scores[0] ?? 0) + 0.05);
  });
});
