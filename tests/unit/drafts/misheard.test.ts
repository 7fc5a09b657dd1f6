import { describe, expect, it } from '@jest/globals';
import { askedIn } from '../../../server/drafts/heard.ts';
import type { Draft } from '../../../server/drafts/types.ts';
import { talk } from './support.ts';

const fieldsOf = (lines: readonly string[]): Draft['fields'] => talk(lines).draft.fields;

describe('words that were half misheard', () => {
  it('count as they stand when a longer word only sounds like it', () => {
    // 退休金 was heard as 退休警: 退休 is there all the same.
    expect(fieldsOf(['C:我今年六十了退休警从哪个月开始领']).classId.value).toBe('c080202');
  });

  it('give way to a longer word that is there', () => {
    expect(fieldsOf(['C:家里的退休金没有到']).classId.value).toBe('c080202');
    expect(fieldsOf(['C:楼下有工地噪音']).classId.value).toBe('c010201');
  });
});

describe('asking', () => {
  it.each(['方便留个电话号码吗', '方便六个电话号码吗', '请留一个联系电话', '您留个号码', '留一下您的电话'])(
    'for a number: %s',
    (question) => {
      expect(askedIn(question)).toBe('number');
    },
  );

  it('is understood before a landline number', () => {
    expect(fieldsOf(['A:方便留个电话号码吗', 'C:就打56176743']).callbackNumber.value).toBe('56176743');
    expect(fieldsOf(['A:好的', 'C:是56176743']).callbackNumber.value).not.toBe('56176743');
  });

  it.each(['麻烦问一下', '有个事想问问'])('is a question of the caller: %s', (words) => {
    expect(fieldsOf([`C:${words}`]).kind.value).toBe('consult');
  });
});

describe('a number whose first digit was written as another word', () => {
  const numberOf = (line: string, question = 'A:请留一个联系电话'): string =>
    fieldsOf([question, `C:${line}`]).callbackNumber.value;

  it.each([
    ['你记一下午6933802', '56933802'],
    ['手机要3893323182', '13893323182'],
    ['手机小5073958024', '15073958024'],
    ['我3328543130', '13328543130'],
  ])('is completed: %s', (line, number) => {
    expect(numberOf(line)).toBe(number);
  });

  it.each([
    ['我的电话是6933802', '6933802'],
    ['号码就6933802', '6933802'],
    ['我的电话是13893323182', '13893323182'],
  ])('is left alone when it is whole: %s', (line, number) => {
    expect(numberOf(line)).toBe(number);
  });

  it('is not made of other numbers', () => {
    expect(numberOf('下午6933802', 'A:好的')).toBe('13900001111');
    expect(numberOf('工单号是3893323182')).toBe('13900001111');
  });
});
