import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, type HttpFixture } from './fixtures.ts';

let f: HttpFixture;
beforeAll(async () => {
  f = await startHttp();
});
afterAll(async () => {
  await f.close();
});

async function get(login: string, path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const { cookie } = await f.logIn(login);
  const response = await f.request(path, { headers: { cookie } });
  return { status: response.status, body: await response.json() };
}

describe('articles over REST', () => {
  it('are found by words and read whole', async () => {
    const { body } = await get('cloud1', `/api/knowledge/search?q=${encodeURIComponent('社保卡补办')}`);
    expect(body).toMatchObject({ hits: [{ id: 'social-security-card', stale: false }] });
    const read = await get('agent1', '/api/knowledge/article?id=social-security-card');
    expect(read).toMatchObject({ status: 200, body: { title: '社保卡补办、激活和密码' } });
  });

  it('bounds what is asked, and knows nothing outside the folder', async () => {
    expect((await get('agent1', '/api/knowledge/search?q=')).status).toBe(400);
    expect((await get('agent1', `/api/knowledge/search?q=${'x'.repeat(61)}`)).status).toBe(400);
    expect((await get('agent1', '/api/knowledge/article?id=../../city')).status).toBe(404);
    expect((await f.request('/api/knowledge/search?q=x')).status).toBe(401);
  });

  it('cards of cities are read by their id and never found by searching', async () => {
    expect(await get('cloud1', '/api/knowledge/article?id=city:from-linjiang')).toMatchObject({
      status: 200,
      body: { title: '临江须知', text: '临江的事' },
    });
    expect((await get('cloud1', '/api/knowledge/article?id=city:from-haizhou')).status).toBe(404);
    expect((await get('cloud1', `/api/knowledge/search?q=${encodeURIComponent('临江须知')}`)).body).toEqual({
      hits: [],
    });
  });

  it('supervisors see what was left out', async () => {
    expect((await get('agent1', '/api/knowledge')).status).toBe(403);
    expect((await get('supervisor1', '/api/knowledge')).body).toMatchObject({ faults: [{ file: 'x.md' }] });
  });
});

describe('learned place names over REST', () => {
  const set = async (login: string, id: string, state: string): Promise<number> => {
    const { cookie, csrf } = await f.logIn(login);
    const headers = { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' };
    return (await f.request(`/api/learned-places/${id}`, { method: 'POST', headers, body: JSON.stringify({ state }) }))
      .status;
  };

  it('are for supervisors, who take them into use and back', async () => {
    expect((await get('agent1', '/api/learned-places')).status).toBe(403);
    expect((await get('supervisor1', '/api/learned-places')).body).toMatchObject({ places: [{ text: '银杏苑' }] });
    expect(await set('agent1', 'l1', 'used')).toBe(403);
    expect(await set('supervisor1', 'l1', 'undone')).toBe(200);
    expect(await set('supervisor1', 'l1', 'proposed')).toBe(400);
    expect(await set('supervisor1', 'nothing', 'used')).toBe(404);
  });
});
