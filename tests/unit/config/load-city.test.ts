import { describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../../../config/fault.ts';
import { loadCity } from '../../../config/load-city.ts';

const sample = 'config/sample/jiangcheng';
function broken(changes: Readonly<Record<string, (text: string) => string>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'city-'));
  cpSync(sample, dir, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const at = path.join(dir, file);
    writeFileSync(at, change(readFileSync(at, 'utf8')));
  }
  return dir;
}
async function faultsOf(dir: string): Promise<string[]> {
  try {
    await loadCity(dir);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((f) => `${f.path} ${f.message}`);
    throw error;
  }
  return [];
}

describe('the sample city', () => {
  it('is as large as promised', async () => {
    const city = await loadCity(sample);
    expect(city.departments).toHaveLength(30);
    expect(city.catalogue.length).toBeGreaterThanOrEqual(150);
    expect(city.streets).toHaveLength(12);
    expect(city.communities).toHaveLength(80);
    expect(city.roads).toHaveLength(60);
    expect(city.dialectWords.length).toBeGreaterThanOrEqual(60);
    expect(city.catalogue.filter((c) => c.keywords.length < 3)).toEqual([]);
    expect(city.communities.filter((c) => c.places.length === 0)).toEqual([]);
  });

  it('gives every department at least one class', async () => {
    const city = await loadCity(sample);
    const leads = new Set(city.catalogue.map((c) => c.leadDepartmentId));
    expect(city.departments.filter((d) => !leads.has(d.id)).map((d) => d.name)).toEqual([]);
  });

  it('is frozen', async () => {
    const city = await loadCity(sample);
    expect(Object.isFrozen(city) && Object.isFrozen(city.catalogue[0])).toBe(true);
  });
});

describe('a broken city', () => {
  it('has ids that name nothing told, in all files', async () => {
    const dir = broken({
      'catalogue.yaml': (t) => t.replace('lead: cg', 'lead: nobody').replace('support: [hb, sc]', 'support: [ghost]'),
      'roads.yaml': (t) => t.replace('streetIds: [binjiang]', 'streetIds: [nowhere]'),
      'communities.yaml': (t) => t.replace('streetId: wangchao', 'streetId: nowhere'),
    });
    expect(await faultsOf(dir)).toEqual([
      'catalogue.yaml: 0.lead "nobody" is not the id of a department',
      'catalogue.yaml: 0.support "ghost" is not the id of a department',
      'communities.yaml: 7.streetId "nowhere" is not the id of a street',
      'roads.yaml: 1.streetIds "nowhere" is not the id of a street',
    ]);
  });

  it('has duplicates told', async () => {
    const dir = broken({
      'streets.yaml': (t) => t.replace('id: wangchao', 'id: binjiang').replace('name: 望潮街道', 'name: 滨江街道'),
      'risk-words.yaml': (t) => `${t}- { word: 跳楼, risk: self-harm, label: 轻生 }\n`,
    });
    const faults = await faultsOf(dir);
    expect(faults).toContain('streets.yaml: 1.id "binjiang" is there twice');
    expect(faults).toContain('streets.yaml: 1.name "滨江街道" is there twice');
    expect(faults.some((f) => f.startsWith('risk-words.yaml') && f.includes('跳楼'))).toBe(true);
  });

  it('has faults of form in several files told at once', async () => {
    const dir = broken({
      'city.yaml': () => 'name: 江城\nareaCode: 600\nmayor: x\n',
      'streets.yaml': () => 'id: [',
      'departments.yaml': (t) => t.replace('name: 江城市城市管理局', 'nam: 江城市城市管理局'),
    });
    const faults = await faultsOf(dir);
    expect(faults).toContain('city.yaml: areaCode must be text');
    expect(faults).toContain('city.yaml: mayor is not a known key');
    expect(faults).toContain('departments.yaml: 0.name is missing; must be text');
    expect(faults.some((f) => f.startsWith('streets.yaml cannot be read'))).toBe(true);
  });

  it('says which files are missing', async () => {
    const faults = await faultsOf('config/sample/no-such-city');
    expect(faults).toHaveLength(8);
    expect(faults[0]).toMatch(/cannot be read/);
  });
});
