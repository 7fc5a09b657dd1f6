import { describe, expect, it } from '@jest/globals';
import type { ClassGuesser } from '../../../server/drafts/class-guesser.ts';
import { createDraftEngine } from '../../../server/drafts/engine.ts';
import { city, engine, segmentOf } from './support.ts';

const LAMP = city.catalogue.find((c) => c.path[2] === '路灯不亮')?.id ?? '';
const guesser = (words: ReturnType<ClassGuesser['guess']>[number]['words'], classId = LAMP): ClassGuesser => ({
  guess: (text) => (text.includes('黑咕隆咚') ? [{ classId, confidence: 0.9, words }] : []),
});
const classOf = (second: ClassGuesser | undefined, line: string): string => {
  const machine = second === undefined ? engine : createDraftEngine(city, second);
  const { draft } = machine.step(machine.start('c'), { type: 'speech', segment: segmentOf(line, 0) });
  return draft.fields.classId.display;
};

describe('a second opinion on the class', () => {
  const line = 'C:门口那条路黑咕隆咚的';

  it('fills in what no word of the catalogue says', () => {
    expect(classOf(undefined, line)).toBe('');
    expect(classOf(guesser([{ from: 6, to: 10 }]), line)).toMatch(/路灯不亮$/);
  });

  it('is not used without words that support it, nor for a class that does not exist', () => {
    expect(classOf(guesser([]), line)).toBe('');
    expect(classOf(guesser([{ from: 90, to: 99 }]), line)).toBe('');
    expect(classOf(guesser([{ from: 6, to: 10 }], 'nothing'), line)).toBe('');
  });

  it('does not outvote clear words', () => {
    expect(classOf(guesser([{ from: 0, to: 4 }]), 'C:黑咕隆咚的，闻到煤气味，燃气泄漏了，漏煤气')).toMatch(/燃气泄漏$/);
  });
});
