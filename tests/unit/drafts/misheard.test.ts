import { describe, expect, it } from '@jest/globals';
import { askedIn } from '../../../server/drafts/heard.ts';
import { talk } from './support.ts';

const fieldsOf = (lines: readonly string[]): Record<string, { value: string }> => talk(lines).draft.fields;

describe('words that were half misheard', () => {
  it('count as they stand when a longer word only sounds like it', () => {
    // 退休金 was heard as 退休警: 退休 is there all the same.
    expect(fieldsOf(['C:我今年六十了退休警从哪个月开始领']).classId?.value).toBe('c080202');
  });

  it('give way to a longer word that is there', () => {
    expect(fieldsOf(['C:家里的退休金没有到']).classId?.value).toBe('c080202');
    expect(fieldsOf(['C:楼下有工地噪音']).classId?.value).toBe('c010201');
  });
});

describe('asking', () => {
  it.each(['方便留个电话号码吗', '请留一个联系电话', '您留个号码', '留一下您的电话'])(
    'for a number: %s',
    (question) => {
      expect(askedIn(question)).toBe('number');
    },
  );

  it('is understood before a landline number', () => {
    expect(fieldsOf(['A:方便留个电话号码吗', 'C:就打56176743']).callbackNumber?.value).toBe('56176743');
    expect(fieldsOf(['A:好的', 'C:就打56176743']).callbackNumber?.value).not.toBe('56176743');
  });

  it.each(['麻烦问一下', '有个事想问问'])('is a question of the caller: %s', (words) => {
    expect(fieldsOf([`C:${words}`]).kind?.value).toBe('consult');
  });
});
