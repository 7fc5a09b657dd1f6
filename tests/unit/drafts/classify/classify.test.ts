import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeModel, encodeModel } from '../../../../server/drafts/classify/codec.ts';
import { featuresOf } from '../../../../server/drafts/classify/features.ts';
import { isHeldOut, trainAndMeasure } from '../../../../server/drafts/classify/held-out.ts';
import { classifierOf, prepared, trainModel } from '../../../../server/drafts/classify/model.ts';
import { compand, expand } from '../../../../server/drafts/classify/quantise.ts';
import { figuresByClass, macroF1Of } from '../../../../server/drafts/classify/report.ts';
import { wordsOf } from '../../../../server/drafts/classify/words.ts';
import { city } from '../support.ts';
import { madeUpHistory } from './made-up.ts';

const history = madeUpHistory(city, 24, 600).map(prepared);
const { model, report } = trainAndMeasure(history, { trainedAtMs: 1_000 });
const classifier = classifierOf(model);
const asked = (text: string): string => {
  const label = classifier.classify(featuresOf(wordsOf(text)))[0]?.label;
  return city.catalogue.find((c) => c.id === label)?.path[2] ?? '';
};

describe('words', () => {
  it('leaves out empty words, punctuation and numbers of people', () => {
    expect(wordsOf('我们小区的油烟很大，我们的电话１３８００１３８０００。')).toEqual(['小区', '油烟', '很大', '电话']);
  });
});

describe('a trained model', () => {
  it('finds the leaf from words that were never together in the history', () => {
    expect(asked('楼下烧烤店油烟太呛了')).toBe('餐饮油烟');
    expect(asked('半夜工地还在打桩')).toBe('施工噪声');
  });

  it('gives chances that sum to no more than one, likeliest first', () => {
    const chances = classifier.classify(featuresOf(wordsOf('化工厂的废气'))).map((g) => g.probability);
    expect(chances.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1.000_001);
    expect(chances).toEqual([...chances].sort((a, b) => b - a));
  });

  it('is measured on rows that it has not seen', () => {
    expect(report.rows).toBe(history.filter(isHeldOut).length);
    expect(report.rows).toBeGreaterThan(40);
    expect(model.facts.rows).toBe(history.length - report.rows);
    expect(report.top1).toBeGreaterThan(0.9);
    expect(model.facts.heldOut?.top3).toBe(report.top3);
  });

  it('gives reasons: the words of the matter speak for it, the opening does not', () => {
    const features = featuresOf(wordsOf('投诉一下饭店排烟'));
    const label = city.catalogue.find((c) => c.path[2] === '餐饮油烟')?.id ?? '';
    const reasons = classifier.reasons(features, label);
    const weightOf = (word: string): number =>
      [...featuresOf([word]).words.keys()].reduce((sum, name) => sum + (reasons.get(name) ?? 0), 0);
    expect(weightOf('排烟')).toBeGreaterThan(weightOf('投诉') + 0.01);
  });

  it('is the same when trained twice', () => {
    const rows = history.slice(0, 240);
    const bytes = encodeModel(trainModel(rows, { trainedAtMs: 5 }));
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(encodeModel(trainModel(rows, { trainedAtMs: 5 }))))).toBe(0);
  });

  it('knows a history without levels', () => {
    const flat = classifierOf(
      trainModel(
        history.map((row) => ({ ...row, label: row.top })),
        { trainedAtMs: 0 },
      ),
    );
    expect(flat.classify(featuresOf(wordsOf('油烟味熏得睡不着')))[0]?.label).toBe('生态环境');
  });
});

describe('the file of a model', () => {
  const file = encodeModel(model);

  it('gives back what was written', () => {
    const read = decodeModel(file);
    expect(read).toEqual({ ok: true, model });
  });

  it('is refused when cut short, changed, or of another kind or format', () => {
    const changed = Uint8Array.from(file);
    changed[file.length - 9] = (changed[file.length - 9] ?? 0) ^ 1;
    const otherFormat = Uint8Array.from(file);
    otherFormat[4] = 9;
    const faults = [changed, file.slice(0, -5), file.slice(0, 20), otherFormat, Buffer.from('PK34 something else')].map(
      (bytes) => decodeModel(bytes),
    );
    expect(faults.map((f) => (f.ok ? '' : f.fault))).toEqual([
      'the numbers do not match their sum',
      'the file is cut short',
      'the file is cut short',
      'written in format 9, this program reads 1',
      'not a class model',
    ]);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 60 }), (noise, at) => {
        const bytes = Uint8Array.from(file.slice(0, 2_000));
        bytes.set(noise, at);
        expect(decodeModel(bytes).ok).toBe(false);
      }),
    );
  });
});

describe('small parts', () => {
  it('keep the sign and order of weights in a byte', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (share) => {
        expect(Math.abs(expand(compand(share)) - share)).toBeLessThan(0.009);
      }),
    );
    expect(Math.sign(expand(compand(0.001)))).toBe(1);
  });

  it('count F1 as everybody does', () => {
    const pairs = [
      { truth: 'a', guess: 'a' },
      { truth: 'a', guess: 'b' },
      { truth: 'b', guess: 'b' },
      { truth: 'b', guess: 'b' },
    ];
    const figures = figuresByClass(pairs);
    expect(figures.map((f) => [f.label, f.precision, f.recall])).toEqual([
      ['a', 1, 0.5],
      ['b', 2 / 3, 1],
    ]);
    expect(macroF1Of(figures)).toBeCloseTo((2 / 3 + 0.8) / 2, 10);
  });
});
