import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { LearnedGuesser } from '../../../../server/drafts/classify/guesser.ts';
import { isHeldOut } from '../../../../server/drafts/classify/held-out.ts';
import { trainModel, prepared } from '../../../../server/drafts/classify/model.ts';
import { createDraftEngine } from '../../../../server/drafts/engine.ts';
import { readHistory } from '../../../../server/learning/history-csv.ts';
import { readHistoryFile, withoutNumbers, writeHistoryFile } from '../../../../server/learning/history-file.ts';
import { labelReader } from '../../../../server/learning/labels.ts';
import { learn } from '../../../../server/learning/learn.ts';
import { Learner } from '../../../../server/learning/learner.ts';
import { ModelFiles } from '../../../../server/learning/model-files.ts';
import { nextAtMs } from '../../../../server/learning/night.ts';
import { ticketRows } from '../../../../server/learning/ticket-rows.ts';
import type { TicketRow } from '../../../../server/store/ports.ts';
import { madeUpHistory } from '../../drafts/classify/made-up.ts';
import { city, segmentOf } from '../../drafts/support.ts';

const dir = mkdtempSync(join(tmpdir(), 'learning-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const history = madeUpHistory(city, 12, 360);
const small = (trainedAtMs: number): ReturnType<typeof trainModel> =>
  trainModel(history.slice(0, 48).map(prepared), { trainedAtMs });
const silent = pino({ level: 'silent' });

describe('a history as CSV', () => {
  const labelOf = labelReader(city.catalogue);

  it('takes ids, paths and names, and lists what it cannot read with its line', async () => {
    const path = join(dir, 'history.csv');
    writeFileSync(
      path,
      '\ufeffTime, text ,CLASS,other\n' +
        '2026/5/1 8:30,楼下烧烤店油烟大,c010101,x\n' +
        ',"说了""两句""，还\n换了行",生态环境 › 大气污染 › 露天焚烧,\n' +
        '2026-05-01,晚上工地施工太吵,施工噪声,\n' +
        ',太短,c010101,\n,这里的类别没有,没有这一类,\nnever,时间看不懂的一行,c010101,\n',
    );
    const { rows, bad } = await readHistory(path, labelOf);
    expect(rows.map((r) => [r.label, r.top])).toEqual([
      ['c010101', '生态环境'],
      ['c010102', '生态环境'],
      ['c010201', '生态环境'],
    ]);
    expect(rows[1]?.text).toBe('说了"两句"，还\n换了行');
    expect(rows[0]?.atMs).toBeGreaterThan(0);
    expect(bad.map((b) => b.line)).toEqual([6, 7, 8]);
    expect(bad.map((b) => b.why.split(' ')[0])).toEqual(['text', 'class', 'time']);
  });

  it('refuses what is no such file', async () => {
    const path = join(dir, 'broken.csv');
    writeFileSync(path, 'text,class\n"no end');
    await expect(readHistory(path, labelOf)).rejects.toThrow(/Quote Not Closed/);
  });
});

describe('models on disk', () => {
  it('keeps the last ones, goes back, and refuses a damaged file', async () => {
    const files = new ModelFiles(join(dir, 'models'), 3);
    expect(await files.current()).toEqual({ type: 'none' });
    for (const day of [1, 2, 3, 4]) await files.save(small(day * 86_400_000));
    expect(await files.names()).toHaveLength(3);
    expect(await files.rollback()).toBe('class-model-19700104T000000.000.hlcm');
    const now = await files.current();
    expect(now.type === 'model' ? now.model.facts.trainedAtMs : 0).toBe(3 * 86_400_000);
    await files.rollback();
    expect(await files.rollback()).toBeUndefined();
    const name = (await files.currentName()) ?? '';
    truncateSync(join(files.dir, name), 300);
    expect(await files.current()).toMatchObject({ type: 'faulty', name });
    expect(readdirSync(files.dir).filter((n) => n.startsWith('.'))).toEqual([]);
    expect(statSync(join(files.dir, name)).mode & 0o077).toBe(0);
  });

  it('keeps the imported history without long numbers', async () => {
    const path = join(dir, 'class-history.jsonl.gz');
    const row = { text: '打我电话138 0013 8000，3号楼', label: 'c010101', top: '生态环境' };
    await writeHistoryFile(path, [row]);
    expect(await readHistoryFile(path)).toEqual([{ ...row, text: '打我电话#，3号楼' }]);
    expect(await readHistoryFile(join(dir, 'nothing'))).toEqual([]);
    expect(withoutNumbers('身份证32010219900101123X')).toBe('身份证#');
  });
});

describe('the guard', () => {
  it('lets a first good model in, keeps the old one from a worse one, and waits for enough rows', () => {
    const first = learn(history, { trainedAtMs: 1, running: null });
    expect(first.verdict).toBe('better');
    const running = first.verdict === 'too-few' ? null : first.model;
    // Somebody sorted a month of tickets wrongly.
    const spoilt = history.map((row, i) => (isHeldOut(row) ? row : { ...row, ...pick(history[(i * 7 + 1) % 360]) }));
    const worse = learn(spoilt, { trainedAtMs: 2, running });
    expect(worse.verdict).toBe('worse');
    expect(learn(history.slice(0, 150), { trainedAtMs: 3, running })).toEqual({ verdict: 'too-few', rows: 150 });
  });
});
const pick = (row = history[0]): { label: string; top: string } => ({ label: row?.label ?? '', top: row?.top ?? '' });

describe('a night', () => {
  it('is planned by the clock in China', () => {
    const at = (iso: string): string => new Date(nextAtMs(Date.parse(iso), '03:30', 480)).toISOString();
    expect(at('2026-11-27T00:00:00Z')).toBe('2026-11-27T19:30:00.000Z');
    expect(at('2026-11-27T19:29:59Z')).toBe('2026-11-27T19:30:00.000Z');
    expect(at('2026-11-27T19:30:00Z')).toBe('2026-11-28T19:30:00.000Z');
  });

  it('leaves confidential tickets out and takes what the caller said', async () => {
    const ticket = (callId: string, confidential: boolean, classId: string): TicketRow =>
      ({
        callId,
        confidential,
        fields: { classId: { value: classId }, summary: { value: `摘要${callId}` } },
      }) as TicketRow;
    const tickets = [
      ticket('a', false, 'c010101'),
      ticket('b', true, 'c010101'),
      ticket('c', false, 'gone'),
      ticket('d', false, 'c010102'),
    ];
    const said = { ...segmentOf('C:楼下的烧烤店天天冒烟，电话13800138000', 0), final: true };
    const rows = [];
    for await (const row of ticketRows({
      tickets: { recent: () => Promise.resolve(tickets) },
      calls: { transcript: (id) => Promise.resolve(id === 'a' ? [said as never] : []) },
      catalogue: city.catalogue,
      limit: 10,
    }))
      rows.push([row.label, row.text]);
    expect(rows).toEqual([
      ['c010101', '楼下的烧烤店天天冒烟，电话#'],
      ['c010102', '摘要d'],
    ]);
  });

  it('learns in a child process, and the drafts use the new model', async () => {
    const guesser = new LearnedGuesser();
    const files = new ModelFiles(join(dir, 'night'), 3);
    const learner = new Learner({
      ...{ files, keepModels: 3, guesser, nightlyAt: null, logger: silent, nowMs: () => 86_400_000 },
      // The lowest would starve beside other tests.
      priority: 0,
      classIds: new Set(city.catalogue.map((c) => c.id)),
      rows: async function* () {
        yield* await Promise.resolve(history);
      },
    });
    await learner.start();
    expect(guesser.classifier).toBeNull();
    const outcome = await learner.learn().finally(() => {
      learner.close();
    });
    expect(outcome).toMatchObject({ verdict: 'better', before: null, name: 'class-model-19700102T000000.000.hlcm' });
    expect(guesser.classifier?.model.facts.rows).toBe(history.length - (outcome.after?.rows ?? 0));
  }, 60_000);
});

describe('a draft with a model', () => {
  it('finds a class from words that only the history has, with those words as evidence', () => {
    const word = '哔啵兽';
    const rows = history.map((row) => (row.label === 'c010102' ? { ...row, text: `${row.text}${word}在那边跳` } : row));
    const guesser = new LearnedGuesser();
    const engine = createDraftEngine(city, guesser);
    const asked = (): ReturnType<typeof engine.step>['draft'] =>
      engine.step(engine.start('c'), { type: 'speech', segment: segmentOf(`C:${word}又在那边跳`, 0) }).draft;
    expect(asked().fields.classId.value).toBe('');
    guesser.use(trainModel(rows.map(prepared), { trainedAtMs: 0 }));
    const { value, evidence, confidence } = asked().fields.classId;
    expect(value).toBe('c010102');
    expect(confidence).toBeGreaterThan(0.3);
    expect(evidence.map((e) => e.words).join('')).toMatch(/哔|啵|兽|跳/);
  });
});
