import { describe, expect, it } from '@jest/globals';
import { articleBlocks, markedRuns } from '../../../agent-desktop/src/lib/article-blocks.ts';

describe('an article on the page', () => {
  it('headings, items, rows and sentences, without marks of Markdown', () => {
    const text =
      '先备案。后看病！\n\n## 怎么办\n- **急诊**：视同[已备案](http://x)。出院前补办。\n2. 带身份证\n| 声音 | 时间 |\n| --- | --- |';
    expect(articleBlocks(text)).toEqual([
      { type: 'text', sentences: ['先备案。', '后看病！'] },
      { type: 'heading', sentences: ['怎么办'] },
      { type: 'item', sentences: ['急诊：视同已备案。', '出院前补办。'] },
      { type: 'item', sentences: ['带身份证'] },
      { type: 'item', sentences: ['声音　时间'] },
    ]);
  });

  it('runs joined are the text again', () => {
    const marks = [
      { from: 0, to: 2 },
      { from: 4, to: 6 },
    ];
    const runs = markedRuns('停水了怎么办', marks);
    expect(runs.map((r) => r.text).join('')).toBe('停水了怎么办');
    expect(runs.filter((r) => r.marked).map((r) => r.text)).toEqual(['停水', '么办']);
    expect(markedRuns('无', [])).toEqual([{ text: '无', marked: false }]);
  });
});
