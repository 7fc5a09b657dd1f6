import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../../../config/schema.ts';
import { openCityCards } from '../../../../server/aside-setup.ts';
import type { CityCards } from '../../../../server/knowledge/city-cards.ts';

let dir: string;
const card = (title: string, text = '不要答复拆迁补偿。'): string =>
  `---\ntitle: ${title}\nsource: ${title}热线\n---\n# 先说什么\n\n- ${text}\n`;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cards-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

interface Files {
  readonly own?: string;
  readonly linjiang?: string;
  readonly cityDir?: string;
}

async function open({ own, linjiang, cityDir = dir }: Files): Promise<CityCards> {
  const partner = { name: '临江', sipUri: 'sip:12345@192.0.2.7', secret: 'a-secret-of-both-hotlines' };
  return openCityCards(
    configSchema.parse({
      cityDir,
      surge: {
        cardFile: own === undefined ? null : join(dir, own),
        partners: [
          { ...partner, id: 'haizhou' },
          { ...partner, id: 'linjiang', cardFile: linjiang === undefined ? null : join(dir, linjiang) },
        ],
      },
    }),
  );
}

describe('cards of cities', () => {
  it('the caller’s city decides: a partner’s card with its calls, ours for seats of partners', async () => {
    await writeFile(join(dir, 'ours.md'), card('江城'));
    await writeFile(join(dir, 'theirs.md'), card('临江'));
    const cards = await open({ own: 'ours.md', linjiang: 'theirs.md' });
    expect(cards.for('linjiang', 'on-site')?.title).toBe('临江');
    expect(cards.for('linjiang', 'partner')?.title).toBe('临江');
    expect(cards.for('haizhou', 'partner')).toBeUndefined();
    expect(cards.for(undefined, 'partner')?.title).toBe('江城');
    expect([cards.for(undefined, 'on-site'), cards.for(undefined, 'cloud')]).toEqual([undefined, undefined]);
    expect(cards.article(cards.for('linjiang', 'cloud')?.id ?? '')?.text).toContain('不要答复拆迁补偿');
  });

  it('ours lies in the city folder if nothing else is said; without one there is none', async () => {
    expect((await open({})).for(undefined, 'partner')).toBeUndefined();
    await writeFile(join(dir, 'city-card.md'), card('江城'));
    expect((await open({})).for(undefined, 'partner')?.title).toBe('江城');
    expect((await open({ cityDir: 'config/sample/jiangcheng' })).for(undefined, 'partner')?.source).toBe(
      '江城12345热线',
    );
  });

  it('what is missing, too large or no article is told at once, with the key that names it', async () => {
    await writeFile(join(dir, 'broken.md'), '# 没有开头');
    const why = await open({ own: 'nowhere.md', linjiang: 'broken.md' }).catch(String);
    expect(why).toContain(`surge.cardFile: names a file that is not there: ${join(dir, 'nowhere.md')}`);
    expect(why).toMatch(/surge\.partners\.1\.cardFile: .*broken\.md: must begin with a head/);
    await writeFile(join(dir, 'large.md'), card('临江', '长'.repeat(60_000)));
    await expect(open({ linjiang: 'large.md' })).rejects.toThrow(/cardFile: is larger than 160 kB/);
    await writeFile(join(dir, 'long.md'), card('临江', 'x'.repeat(50_000)));
    await expect(open({ linjiang: 'long.md' })).rejects.toThrow(/Too big/);
    await expect(open({ linjiang: '.' })).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });
});
