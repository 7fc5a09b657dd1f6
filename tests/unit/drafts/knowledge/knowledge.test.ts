import { describe, expect, it } from '@jest/globals';
import { readArticle, type Article } from '../../../../server/drafts/knowledge/article.ts';
import { KnowledgeIndex } from '../../../../server/drafts/knowledge/knowledge-index.ts';
import { createQueryMaker } from '../../../../server/drafts/knowledge/query.ts';
import { marksIn, snippetOf } from '../../../../server/drafts/knowledge/snippet.ts';
import { loadKnowledge } from '../../../support/knowledge.ts';
import { city, segmentOf, talk } from '../support.ts';

const index = await loadKnowledge();
const queries = createQueryMaker(city.dialectWords);
const at = { today: '2026-11-27', limit: 3 };

function found(...lines: readonly string[]): readonly string[] {
  const query = queries.of(lines.map(segmentOf), talk(lines).draft);
  return index.find(query, at).map((hit) => hit.id);
}

describe('articles for what is being said', () => {
  it.each([
    ['C:你好我们小区停水两天了什么时候来水', 'water-cut'],
    ['C:我想问一下社保卡丢了怎么补办', 'social-security-card'],
    ['C:我儿子外地户口在这里上小学要什么材料', 'school-enrolment'],
    ['C:楼下广场舞晚上十点还在跳', 'noise-hours'],
    ['C:家里有煤气味', 'gas-smell'],
    ['C:暖气一点都不热', 'heating'],
    ['C:我妈在上海住院能不能报销', 'medical-insurance-elsewhere'],
    ['C:自由职业怎么交社保', 'flexible-employment-insurance'],
    ['C:把户口迁过来要什么材料', 'household-registration'],
  ])('%s', (line, id) => {
    expect(found(line)[0]).toBe(id);
  });

  it.each(['C:喂你好', 'C:你好，谢谢，再见', 'C:我叫王小明', 'C:路灯不亮', 'A:请问您贵姓，回电打这个号码可以吗'])(
    'nothing for %s',
    (line) => {
      expect(found(line)).toEqual([]);
    },
  );

  it('what is said now counts more than what was said before', () => {
    const lines = ['C:我们小区停水了', 'A:好的', 'C:还有就是社保卡丢了', 'C:社保卡在哪里补办要多久'];
    expect(found(...lines)[0]).toBe('social-security-card');
  });

  it('words of a dialect are looked for by what they mean', () => {
    const made = createQueryMaker([{ said: '瓦斯', meant: '煤气', dialect: '测试', source: 'test' }]);
    expect(made.of([segmentOf('C:屋里有瓦斯味道', 0)], talk([]).draft).has('煤气')).toBe(true);
  });

  it('marks what is out of date and every asked word of the snippet', () => {
    const [hit] = index.find(
      new Map([
        ['暖气', 1],
        ['退费', 1],
      ]),
      at,
    );
    expect(hit).toMatchObject({ id: 'heating', stale: true, validUntil: '2026-03-31' });
    expect(hit?.marks.map((m) => hit.snippet.slice(m.from, m.to))).toContain('暖气');
    expect(
      index.find(
        new Map([
          ['暖气', 1],
          ['退费', 1],
        ]),
        { ...at, today: '2026-03-31' },
      )[0]?.stale,
    ).toBe(false);
  });

  it('offers no more than asked for, and nothing for no words', () => {
    const query = new Map(['医保', '社保', '户口', '停车', '报名', '补办'].map((word) => [word, 1]));
    expect(index.find(query, { ...at, limit: 2 }).length).toBeLessThanOrEqual(2);
    expect(index.find(new Map(), at)).toEqual([]);
    expect(new KnowledgeIndex([]).find(query, at)).toEqual([]);
  });
});

describe('reading articles', () => {
  const head = 'title: 停水\nsource: 自来水\n';
  const read = (path: string, content: string): Article | string => {
    const one = readArticle(path, content);
    return 'article' in one ? one.article : one.fault;
  };

  it('Markdown with a head, and YAML', () => {
    const expected = { id: 'a/b', title: '停水', source: '自来水', validUntil: '', words: [], text: '正文' };
    expect(read('a/b.md', `---\n${head}---\n\n正文\n`)).toEqual(expected);
    expect(read('a/b.yaml', `${head}text: 正文\n`)).toEqual(expected);
  });

  it.each([
    ['no head', 'a.md', '正文', /must begin with a head/],
    ['no title', 'a.md', '---\nsource: x\n---\n正文', /title/],
    ['no text', 'a.md', `---\n${head}---\n`, /text/],
    ['no such day', 'a.md', `---\n${head}validUntil: 2027-13-41\n---\n正文`, /validUntil/],
    ['unknown key', 'a.yaml', `${head}text: x\nvalidTo: 2027-01-01\n`, /validTo/],
    ['not YAML', 'a.yaml', 'title: [', /./],
    ['too long', 'a.yaml', `${head}text: ${'字'.repeat(40_001)}\n`, /text/],
  ])('%s is told', (_what, path, content, message) => {
    expect(read(path, content)).toMatch(message);
  });
});

describe('snippets', () => {
  it('the sentence with most of the words, without marks of Markdown', () => {
    const text = '## 标题\n\n- 第一句没有。\n- **养老保险**断缴可以续保。\n| 时间 | 归谁 |\n| --- | --- |';
    const { snippet, marks } = snippetOf(text, ['养老保险', '断缴']);
    expect(snippet).toMatch(/^养老保险断缴可以续保。/);
    expect(marks).toEqual([{ from: 0, to: 6 }]);
    expect(snippet).not.toMatch(/[*#|]|标题/);
  });

  it('a long word is marked once, not its parts as well', () => {
    expect(marksIn('社保卡和社保', ['社保', '社保卡'])).toEqual([
      { from: 0, to: 3 },
      { from: 4, to: 6 },
    ]);
  });
});
