import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { KnowledgeFolder } from '../../../../server/knowledge/knowledge-folder.ts';

let dir: string;
let folder: KnowledgeFolder;
const logged: string[] = [];
const article = (title: string): string =>
  `---\ntitle: ${title}\nsource: 水务局\nwords: [停水]\n---\n${title}的答复。\n`;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'knowledge-'));
  logged.length = 0;
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  folder = new KnowledgeFolder({ dir, lookEveryMs: 60_000, logger });
});
afterEach(async () => {
  folder.close();
  await rm(dir, { recursive: true, force: true });
});

describe('the knowledge folder', () => {
  it('finds articles in folders, leaves a broken one out and says why', async () => {
    await mkdir(join(dir, '供水'));
    await writeFile(join(dir, '供水', '停水.md'), article('停水'));
    await writeFile(join(dir, 'broken.yaml'), 'title: [');
    await writeFile(join(dir, '.hidden.md'), article('hidden'));
    await writeFile(join(dir, 'notes.txt'), 'x');
    await folder.look();
    expect(folder.index.size).toBe(1);
    expect(folder.index.article('供水/停水')?.title).toBe('停水');
    expect(folder.faults.map((f) => f.file)).toEqual(['broken.yaml']);
    expect(logged.some((line) => line.includes('broken.yaml'))).toBe(true);
  });

  it('takes up changes, new and deleted articles, and tells of them', async () => {
    let told = 0;
    folder.onChange(() => (told += 1));
    await writeFile(join(dir, 'a.md'), article('旧'));
    await folder.look();
    await folder.look();
    expect(told).toBe(1);
    await writeFile(join(dir, 'a.md'), article('更新过的'));
    await writeFile(join(dir, 'b.md'), article('又一条'));
    await folder.look();
    expect([folder.index.article('a')?.title, folder.index.size, told]).toEqual(['更新过的', 2, 2]);
    await rm(join(dir, 'a.md'));
    await folder.look();
    expect([folder.index.article('a'), folder.index.size]).toEqual([undefined, 1]);
  });

  it('no folder: no articles and no fault; a file too large or there twice is told', async () => {
    await rm(dir, { recursive: true });
    await folder.look();
    expect([folder.index.size, folder.faults]).toEqual([0, []]);
    await mkdir(dir);
    await writeFile(join(dir, 'a.md'), article('甲'));
    await writeFile(join(dir, 'a.yaml'), 'title: 甲\nsource: 乙\ntext: 丙\n');
    await writeFile(join(dir, 'big.md'), Buffer.alloc(170_000, 0x61));
    await folder.look();
    expect(folder.index.size).toBe(1);
    expect(folder.faults.map((f) => f.message).sort()).toEqual([
      'is larger than 160 kB',
      'is there twice (as Markdown and as YAML)',
    ]);
  });
});
