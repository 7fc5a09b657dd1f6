import { describe, expect, it } from '@jest/globals';
import { DraftKeeper } from '../../../server/calls/draft-keeper.ts';
import type { DraftState } from '../../../server/drafts/engine.ts';
import type { Draft, DraftPatch } from '../../../server/drafts/types.ts';
import { writeCalls } from '../../../tools/eval-speech/writing/write-calls.ts';
import { city, engine, segmentOf, talk } from './support.ts';

const two = [
  'A:您好，请讲',
  'C:我要投诉滨江街道锦绣花园楼下的烧烤店油烟很大',
  'C:每天晚上都是',
  'C:另外我们小区停水两天了',
  'C:什么时候来水',
  'A:请问您贵姓',
  'C:我姓王',
];
const linesOf = (lines: readonly { readonly side: string; readonly text: string }[]): readonly string[] =>
  lines.map(({ side, text }) => `${side === 'agent' ? 'A' : 'C'}:${text}`);

describe('a second matter', () => {
  it('is found with the sentence that begins it and the words that tell it', () => {
    const found = engine.secondMatter(talk(two));
    expect(found).toMatchObject({ fromSegmentId: 's3', classId: 'c040101' });
    expect(found?.evidence.map((e) => e.words)).toContain('停水');
  });

  it.each(['另外', '，另外我想问一下，', '还想反映', '顺便问一下'])(
    'is found inside a sentence, without a pause: %s',
    (joint) => {
      const text = `我要投诉滨江街道锦绣花园楼下的烧烤店油烟很大${joint}我们小区停水两天了`;
      const found = engine.secondMatter(talk([`C:${text}`]));
      expect(found).toMatchObject({ fromSegmentId: 's0', classId: 'c040101' });
      expect(text.slice(found?.fromChar)).toMatch(/^(另外|还想|顺便)/);
      for (const { from, to, words } of found?.evidence ?? []) expect(text.slice(from, to)).toBe(words);
    },
  );

  it.each([
    ['the same matter goes on in the sentence', ['C:楼下烧烤店油烟很大另外烧烤店的烟还飘到我家里']],
    ['a thing that is another one', ['C:楼下烧烤店油烟很大另外一家店门口停水了']],
    ['the same matter goes on', ['C:楼下烧烤店油烟很大', 'C:另外烧烤店的烟还飘到我家里']],
    ['a related class of the same topic', ['C:楼下烧烤店油烟很大', 'C:还有露天焚烧的味道']],
    ['nothing begins', ['C:楼下烧烤店油烟很大', 'C:停水也没人管']],
    ['small talk', ['C:楼下烧烤店油烟很大', 'C:还有就是我电话你记一下']],
    ['only the agent says it', ['C:楼下烧烤店油烟很大', 'A:另外停水的事处理好了吗', 'C:好了']],
  ])('none when %s', (_what, lines) => {
    expect(engine.secondMatter(talk(lines))).toBeNull();
  });

  it('is never offered in 120 written calls with one matter', () => {
    const calls = writeCalls(city, 120, 11);
    const offered = calls.filter(({ lines }) => engine.secondMatter(talk(linesOf(lines))) !== null);
    expect(offered.map((c) => c.id)).toEqual([]);
    // Nor when everything is said in one breath.
    const inOneBreath = calls.filter(({ lines }) => {
      const said = lines.filter(({ side }) => side === 'caller').map(({ text }) => text);
      return engine.secondMatter(talk([`C:${said.join('')}`])) !== null;
    });
    expect(inOneBreath.map((c) => c.id)).toEqual([]);
  });

  it('is found in four of five calls that were put together of two, and is never another one', () => {
    const calls = writeCalls(city, 80, 9);
    const topOf = (id: string | undefined): string => city.catalogue.find((c) => c.id === id)?.path[0] ?? '';
    const results = calls.flatMap((first, i) => {
      const second = calls[i + 1];
      if (i % 2 === 1 || second === undefined) return [];
      if (topOf(first.fields.classId) === topOf(second.fields.classId)) return [];
      const [, , opening, ...rest] = linesOf(second.lines);
      const lines = [...linesOf(first.lines).slice(0, -2), `C:另外，${opening?.slice(2) ?? ''}`, ...rest];
      const found = engine.secondMatter(talk(lines));
      return [found === null ? 'none' : found.classId === second.fields.classId ? 'right' : 'wrong'];
    });
    expect(results.length).toBeGreaterThan(30);
    expect(results).not.toContain('wrong');
    expect(results.filter((r) => r === 'right').length / results.length).toBeGreaterThan(0.8);
  });
});

describe('two drafts of one call', () => {
  const split = (): { readonly first: DraftState; readonly second: DraftState } => {
    const { first, second } = engine.split(talk(two), { fromSegmentId: 's3', fromChar: 0 });
    return { first: first.state, second };
  };

  it('each has its own class and summary; the place and the name are in both', () => {
    const { first, second } = split();
    expect([first.draft.fields.classId.value, second.draft.fields.classId.value]).toEqual(['c010101', 'c040101']);
    expect(first.draft.fields.summary.value).not.toContain('停水');
    expect(second.draft.fields.summary.value).not.toContain('油烟');
    expect(second.draft.fields.streetId).toMatchObject({ value: 'binjiang', origin: 'history' });
    for (const { draft } of [first, second]) expect(draft.fields.callerName.value).toContain('王');
    expect(second.draft.callId).toBe('call-1:2');
  });

  it('a sentence is divided between them where the second matter begins, also when it is corrected later', () => {
    const text = '我要投诉滨江街道锦绣花园楼下的烧烤店油烟很大另外我们小区停水两天了';
    const state = talk([`C:${text}`]);
    const { first, second } = engine.split(state, { fromSegmentId: 's0', fromChar: text.indexOf('另外') });
    const corrected = segmentOf(`C:喂您好，${text}`, 0);
    const again = [first.state, second].map((s) => engine.step(s, { type: 'speech', segment: corrected }).draft);
    for (const [one, two] of [[first.draft, second.draft], again]) {
      expect([one?.fields.classId.value, two?.fields.classId.value]).toEqual(['c010101', 'c040101']);
      expect(one?.fields.summary.value).not.toMatch(/停水|另外/);
      expect(two?.fields.summary.value).not.toMatch(/油烟|另外/);
    }
    const [said] = second.draft.fields.classId.evidence;
    expect(text.slice(said?.from, said?.to)).toBe(said?.words);
    expect(said?.startMs).toBeGreaterThan(first.draft.fields.classId.evidence[0]?.startMs ?? 0);
  });

  it('what is said later is the second one’s; a restored draft goes on the same way', () => {
    const { first, second } = split();
    const segment = segmentOf('C:望潮街道也停水了', 9);
    const after = [first, second].map((state) => engine.step(state, { type: 'speech', segment }).draft);
    expect(after.map((d) => d.fields.streetId.value)).toEqual(['binjiang', 'wangchao']);
    const again = engine.restore(second.draft, [], { callerNumber: '1', callerName: '' });
    const replayed = [...second.segments, segment].reduce(
      (state, heard) => engine.step(state, { type: 'speech', segment: heard }).state,
      again,
    );
    expect(replayed.draft.fields.summary.value).toBe(after[1]?.fields.summary.value);
  });

  it('the keeper divides once, saves both and tells the pages of both', async () => {
    const saved = new Map<string, readonly [Draft, string | null]>();
    const patches: DraftPatch[] = [];
    const keeper = new DraftKeeper({
      state: talk(two),
      machine: engine,
      store: { save: (draft, agentId) => Promise.resolve(void saved.set(draft.callId, [draft, agentId])) },
      onPatch: (patch) => patches.push(patch),
      onSaveFailed: () => undefined,
    });
    keeper.agentId = 'a1';
    expect(keeper.secondMatter()?.fromSegmentId).toBe('s3');
    const second = await keeper.split({ fromSegmentId: 's3', fromChar: 0 }, 'a1');
    expect(await keeper.split({ fromSegmentId: 's3', fromChar: 0 }, 'a1')).toBe(second);
    expect(keeper.secondMatter()).toBeNull();
    expect(patches.map((p) => p.callId)).toEqual(['call-1:2', 'call-1']);
    expect([...saved].map(([id, [draft, agentId]]) => [id, draft.scope, agentId])).toEqual(
      expect.arrayContaining([
        ['call-1', { until: 's3' }, 'a1'],
        ['call-1:2', { from: 's3' }, 'a1'],
      ]),
    );
    await keeper.assign('a2');
    expect([...saved.values()].map(([, agentId]) => agentId)).toEqual(['a2', 'a2']);
    await keeper.close();
  });

  it('is durable before the first draft gives its part away, and what is said meanwhile is in the draft it belongs to', async () => {
    const saved: [string, unknown][] = [];
    const keeper: DraftKeeper = new DraftKeeper({
      state: talk(two),
      machine: engine,
      store: {
        save: ({ callId, scope }) => {
          if (saved.length === 0)
            keeper.hear({ type: 'speech', segment: segmentOf('C:停水的事请尽快处理', two.length) });
          saved.push([callId, scope]);
          return Promise.resolve();
        },
      },
      onPatch: () => undefined,
      onSaveFailed: () => undefined,
    });
    const second = await keeper.split({ fromSegmentId: 's3', fromChar: 0 }, 'a1');
    expect(saved.slice(0, 2)).toEqual([
      ['call-1:2', { from: 's3' }],
      ['call-1', { until: 's3' }],
    ]);
    expect(second.draft.fields.summary.value).toContain('尽快处理');
    expect(keeper.draft.fields.summary.value).not.toContain('尽快处理');
    await keeper.close();
  });
});
