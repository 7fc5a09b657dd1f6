import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '../../../../server/acd/metrics/report.ts';
import { startHttp, type HttpFixture } from './fixtures.ts';

let f: HttpFixture;
beforeAll(async () => {
  f = await startHttp();
});
afterAll(async () => {
  await f.close();
});

async function ask(query: string, login = 'supervisor1'): Promise<{ readonly status: number; readonly body: Report }> {
  const { cookie } = await f.logIn(login);
  const response = await f.request(`/api/figures?${query}`, { headers: { cookie } });
  return { status: response.status, body: (await response.json()) as Report };
}

describe('figures over REST', () => {
  it.each([
    ['queue', ['main', 'second']],
    ['skill', ['', 'tax']],
    ['seat', ['cloud', 'none']],
    ['slot', ['600000']],
    ['day', ['1970-01-01']],
  ])('by %s', async (by, keys) => {
    const { body } = await ask(`fromMs=600000&toMs=900000&by=${by}`);
    expect(body.rows.map((row) => row.key)).toEqual(keys);
    expect(body.total.counts).toMatchObject({ offered: 2, answered: 1, abandoned: 1, abandonedWithin5s: 1 });
    expect(body.total.figures).toMatchObject({
      connectRate: 0.5,
      serviceLevel15OfAnswered: 0,
      serviceLevel15OfOffered: 0,
      asaMs: 20_000,
      ahtMs: 60_000,
    });
    expect(body.formulas.serviceLevel15OfOffered).toContain('abandoned within 5 s');
  });

  it('of a time in which nobody came are empty, and divide by nothing', async () => {
    const { body } = await ask('fromMs=900000&toMs=1200000&by=queue');
    expect([body.rows, body.total.counts.offered, body.total.figures.connectRate]).toEqual([[], 0, null]);
  });

  it('are for supervisors, of at most a month', async () => {
    expect((await ask('fromMs=0&toMs=1000&by=queue', 'agent1')).status).toBe(403);
    for (const query of [
      '',
      'fromMs=5&toMs=5&by=queue',
      'fromMs=0&toMs=1&by=caller',
      `fromMs=0&toMs=${32 * 86_400_000}&by=day`,
    ])
      expect((await ask(query)).status).toBe(400);
  });
});
