import { describe, expect, it } from '@jest/globals';
import { believed, questionFor, type HelperFinding } from '../../../../server/drafts/helper/question.ts';
import { createRedactor } from '../../../../server/drafts/helper/redact.ts';
import { city, engine, segmentOf, talk } from '../support.ts';

const lines = [
  'C:我叫李小明，楼下烧烤店油烟很大',
  'A:李先生，请问电话是多少',
  'C:一三八零零一三八零零零，身份证320123********1234，住3号楼502',
];
const segments = lines.map(segmentOf);
const { catalogue } = city;

describe('what leaves the house', () => {
  const redactor = createRedactor(['李小明']);
  const sent = questionFor(segments, catalogue, redactor)[1]?.content ?? '';

  it.each(['李小明', '小明', '一三八零零一三八', '320123', '1234', '502'])('never %s', (secret) => {
    expect(sent).not.toContain(secret);
  });

  it('what it is about stays, and everything can be put back', () => {
    expect(sent).toContain('楼下烧烤店油烟很大');
    for (const { text } of segments) expect(redactor.restore(redactor.hide(text))).toBe(text);
  });

  it.each([
    ['我姓王', '王'],
    ['我姓欧阳，住在江边', '欧阳'],
    ['找一下张师傅', '张师傅'.slice(0, 1)],
    ['车牌江A12345', 'A12345'],
    ['邮箱abc.d@x.cn', 'abc.d'],
    ['免贵姓司马', '司马'],
  ])('%s', (text, secret) => {
    expect(createRedactor([]).hide(text)).not.toContain(secret);
  });
});

describe('what is believed', () => {
  const redactor = createRedactor(['李小明']);
  questionFor(segments, catalogue, redactor);
  const read = (answer: unknown): HelperFinding | null =>
    believed(typeof answer === 'string' ? answer : JSON.stringify(answer), { segments, catalogue, redactor });
  const good = {
    classId: 'c010101',
    classQuotes: [{ line: 1, words: '油烟很大' }],
    summary: '来电人反映楼下烧烤店油烟扰民，要求处理。',
    summaryQuotes: [{ line: 1, words: '楼下烧烤店油烟很大' }],
  };

  it('quotes become evidence in the words that were said', () => {
    const finding = read(`\`\`\`json\n${JSON.stringify(good)}\n\`\`\``);
    expect(finding?.classId).toMatchObject({ value: 'c010101', evidence: [{ segmentId: 's0', words: '油烟很大' }] });
    expect(finding?.summary?.value).toBe(good.summary);
  });

  it.each([
    ['an invented quote', { ...good, classQuotes: [{ line: 1, words: '工地噪音' }], summaryQuotes: [] }],
    ['a quote of another line', { ...good, classQuotes: [{ line: 2, words: '油烟很大' }], summaryQuotes: [] }],
    ['no quote', { ...good, classQuotes: [], summaryQuotes: [] }],
    [
      'one true and one false quote',
      { ...good, classQuotes: [...good.classQuotes, { line: 1, words: '假的' }], summaryQuotes: [] },
    ],
    ['only words of the agent', { ...good, classQuotes: [{ line: 2, words: '请问电话' }], summaryQuotes: [] }],
    ['an unknown class', { ...good, classId: 'c999999', summaryQuotes: [] }],
    ['a number nobody said', { ...good, classQuotes: [], summary: '来电人反映8号楼油烟扰民，要求处理。' }],
    ['a sign that is not there', { ...good, classQuotes: [], summary: '来电人〔人Z〕反映油烟扰民，要求处理。' }],
  ])('nothing of %s', (_what, answer) => {
    expect(read(answer)).toEqual({ classId: null, summary: null });
  });

  it.each(['', '好的', '{"classId": 5}', '{"classId":', '[]', JSON.stringify({ ...good, summary: 'x'.repeat(401) })])(
    'not understood: %s',
    (answer) => {
      expect(read(answer)).toBeNull();
    },
  );
});

describe('in the draft', () => {
  const { draft: before } = talk(lines);
  const summary = {
    value: '来电人反映油烟扰民，要求处理。',
    display: '来电人反映油烟扰民，要求处理。',
    confidence: 0.6,
    evidence: [],
  };
  const classId = { value: 'c010102', display: 'x', confidence: 0.6, evidence: [] };
  const helped = engine.step(talk(lines), { type: 'helper', finding: { classId, summary } });

  it('it is a suggestion and changes no value', () => {
    const { fields } = helped.draft;
    expect([fields.classId.value, fields.summary.value]).toEqual([
      before.fields.classId.value,
      before.fields.summary.value,
    ]);
    expect([fields.classId.suggestion?.value, fields.summary.suggestion?.value]).toEqual(['c010102', summary.value]);
  });

  it('it stays while people talk, is taken by a press, and does not come again when turned down', () => {
    const later = engine.step(helped.state, { type: 'speech', segment: segmentOf('C:谢谢', 9) });
    expect(later.draft.fields.classId.suggestion?.value).toBe('c010102');
    const taken = engine.step(later.state, { type: 'accept-suggestion', field: 'classId' }).draft.fields.classId;
    expect(taken).toMatchObject({ value: 'c010102', origin: 'agent' });
    const refused = engine.step(later.state, { type: 'dismiss-suggestion', field: 'summary' });
    expect(refused.draft.fields.summary.suggestion).toBeNull();
    const again = engine.step(refused.state, { type: 'helper', finding: { classId: null, summary } });
    expect(again.draft.fields.summary.suggestion).toBeNull();
  });
});
