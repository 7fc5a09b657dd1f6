/**
 * The main job on one bare machine: baresip phones in over UDP with a spoken WAV, Chromium is the agent, a ticket
 * comes out. Both ways are proven by what was heard, not by packets.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Baresip } from '../support/baresip.ts';
import { openBrowser, readyAgent, type Browser } from '../support/browser.ts';
import { Hotline } from '../support/hotline.ts';
import { listenOnPage } from '../support/page-ear.ts';
import { joined, likeness, readWav, samplesOf, saveWav, silence, speak } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { twoMatters } from './two-matters.ts';

jest.setTimeout(180_000);

const NUMBER = '13812345678';
const caller = {
  matter: '我要投诉，滨江街道锦绣花园小区楼下的烧烤店，每天晚上油烟很大',
  wish: '希望城管尽快处理，我姓王',
  later: '我姓李',
};
const agentWords = '您好，请问您反映什么问题';

interface StoredEvent {
  readonly type: string;
  readonly seq: number;
  readonly [field: string]: unknown;
}

const parts = {
  matter: speak(caller.matter),
  wish: speak(caller.wish),
  later: speak(caller.later),
  neverSaid: speak('今天天气真好，我们明天早上一起到公园里去散步，好不好'),
  agent: speak(agentWords, { variant: 'f3' }),
  greeting: readWav('ivr/prompts/zh-CN/greeting.wav'),
};

/** The caller is silent while greeted and while the agent is rung, then speaks; later once more. */
const SPEAK_AT_MS = 18_000;
const callerWav = saveWav(
  joined([
    silence(SPEAK_AT_MS),
    parts.matter,
    silence(1_500),
    parts.wish,
    silence(12_000),
    parts.later,
    silence(60_000),
  ]),
  'caller.wav',
);
const agentWav = saveWav(joined([silence(1_000), parts.agent, silence(4_000)]), 'agent.wav');

const field = async (page: Page, name: string): Promise<{ value: string; origin: string }> => {
  const at = page.getByTestId(`field-${name}`);
  return { value: (await at.getAttribute('data-value')) ?? '', origin: (await at.getAttribute('data-origin')) ?? '' };
};
const words = async (page: Page, side: string): Promise<string> =>
  (await page.locator(`[data-testid=segment][data-side=${side}]`).allInnerTexts()).join(' ');

describe('the first call', () => {
  let hotline: Hotline;
  let browser: Browser;
  let phone: Baresip;
  let session: Session;
  let callId = '';
  let ticketNumber = '';
  let heardByCaller: Int16Array;

  beforeAll(async () => {
    hotline = await Hotline.start();
    browser = await openBrowser({ microphone: agentWav });
    await readyAgent(browser.page, hotline, 'agent1');
    session = await openSession(hotline, 'supervisor1');
    phone = await Baresip.start({ number: NUMBER, audio: callerWav });
    await phone.dial(`sip:12345@127.0.0.1:${String(hotline.sipPort)}`);
  });

  afterAll(async () => {
    await phone.close();
    await browser.close();
    await hotline.dispose();
  });

  it('is offered with number and countdown, and answered by the keyboard', async () => {
    const { page } = browser;
    await page.getByTestId('offer-band').waitFor({ timeout: 20_000 });
    expect(await page.getByTestId('offer-band').innerText()).toContain('138****5678');
    await until('the softphone to ring', async () => page.getByTestId('answer').isEnabled());
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=call-state][data-state=talking]').waitFor();
    expect(await until('audio on the page', async () => (await page.evaluate(listenOnPage)) === true)).toBe(true);
  });

  it('shows the words of both sides, apart', async () => {
    const { page } = browser;
    let said = '';
    const heardIt = async (): Promise<boolean> => (said = await words(page, 'caller')).includes('油烟');
    // What was heard instead is what one wants to know when this fails.
    await until('the caller’s words', heardIt, 40_000).catch(() => undefined);
    expect(said).toContain('油烟');
    expect(said).toContain('投诉');
    expect(
      await until(
        'the agent’s words',
        async () => /您好|什么问题/.exec(await words(page, 'agent')) ?? undefined,
        20_000,
      ),
    ).toBeTruthy();
    await until(
      'final text',
      async () => (await page.locator('[data-testid=segment][data-side=caller][data-final=true]').count()) > 0,
    );
  });

  it('fills the draft while they talk', async () => {
    const { page } = browser;
    await until('the matter', async () => (await field(page, 'classId')).value === 'c010101');
    await until('the name', async () => (await field(page, 'callerName')).value !== '', 20_000);
    const found = Object.fromEntries(
      await Promise.all(
        ['kind', 'classId', 'streetId', 'communityId', 'departmentId', 'callbackNumber', 'callerName', 'urgency'].map(
          async (n) => [n, (await field(page, n)).value],
        ),
      ),
    ) as Record<string, string>;
    expect(found).toMatchObject({
      kind: 'complaint',
      classId: 'c010101',
      streetId: 'binjiang',
      communityId: 'binjiang-jinxiu',
      departmentId: 'cg',
      callbackNumber: NUMBER,
      callerName: expect.stringContaining('王'),
      urgency: 'normal',
    });
    expect((await field(page, 'summary')).value).toContain('反映');
  });

  it('plays the words a field rests on, while the call goes on, and marks them', async () => {
    const { page } = browser;
    await page.getByTestId('play-classId').click();
    await page.locator('[data-testid=player-state][data-state=playing]').waitFor({ timeout: 10_000 });
    await page.getByTestId('field-classId').hover();
    expect(await page.locator('[data-testid=segment] .evidence-marked').count()).toBeGreaterThan(0);
  });

  it('offers the article about the matter, opened and closed by the keyboard', async () => {
    const { page } = browser;
    const hit = page.getByTestId('knowledge-hit').first();
    await hit.waitFor({ timeout: 10_000 });
    expect(await hit.getAttribute('data-id')).toBe('restaurant-fumes');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByTestId('knowledge-sentence').first().waitFor({ timeout: 10_000 });
    await page.keyboard.press('Escape');
    await hit.waitFor({ timeout: 5_000 });
  });

  it('keeps what the agent typed against later speech', async () => {
    const { page } = browser;
    await page.getByTestId('input-callerName').fill('王建国');
    await until('the edit to be the agent’s', async () => (await field(page, 'callerName')).origin === 'agent');
    await until('the later sentence', async () => (await words(page, 'caller')).split('姓').length > 2, 40_000);
    expect(await field(page, 'callerName')).toEqual({ value: '王建国', origin: 'agent' });
    expect(await page.getByTestId('input-callerName').inputValue()).toBe('王建国');
  });

  it('lets the page hear the caller', async () => {
    const heard = await browser.page.evaluate<number[]>('window.heardLoudness');
    // Both are loudness curves in 50 ms steps; each step stands for 400 samples at 8 kHz.
    const asSamples = (curve: number[]): Int16Array =>
      Int16Array.from(curve.flatMap((v) => new Array<number>(400).fill(Math.round(v * 20_000))));
    // In thirds: a browser stretches speech a little when it is short of time, which moves all that follows.
    const thirdsFound = (pattern: Int16Array): number => {
      const third = Math.floor(pattern.length / 3);
      const parts = [0, 1, 2].map((i) => pattern.subarray(i * third, (i + 1) * third));
      return parts.filter((part) => likeness(asSamples(heard), part) > 0.75).length;
    };
    expect(thirdsFound(parts.matter)).toBeGreaterThanOrEqual(2);
    expect(thirdsFound(parts.neverSaid)).toBe(0);
  });

  it('becomes a ticket with a number to tell', async () => {
    const { page } = browser;
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('ticket-number').waitFor();
    ticketNumber = (await page.getByTestId('ticket-number').innerText()).trim();
    expect(ticketNumber).toMatch(/^JC\d{8}-\d{6}$/);
    const ticket = (await session.get(`/api/tickets/${ticketNumber}`)) as { ticket?: unknown };
    const row = (ticket.ticket ?? ticket) as { callId: string; fields: Record<string, { value: string }> };
    callId = row.callId;
    expect(row.fields['callerName']?.value).toBe('王建国');
    expect(row.fields['classId']?.value).toBe('c010101');
  });

  it('ends with wrap-up, and the seat is free again', async () => {
    const { page } = browser;
    await phone.hangUp();
    await page.getByTestId('wrap-up-finish').click({ timeout: 10_000 });
    await page.locator('[data-testid=agent-state][data-phone=idle]').waitFor();
    expect(await page.locator('[data-testid=agent-state]').getAttribute('data-intent')).toBe('available');
  });

  it('let the caller hear the greeting and the agent', async () => {
    const [file] = await until('baresip’s recording', async () => {
      const files = await phone.heard();
      return files.length > 0 && files;
    });
    heardByCaller = readWav(file ?? '');
    expect(likeness(heardByCaller, parts.greeting)).toBeGreaterThan(0.8);
    expect(likeness(heardByCaller, parts.agent)).toBeGreaterThan(0.6);
  });

  it('kept both channels of the recording', async () => {
    const wav = await session.bytes(`/api/calls/${callId}/recording`);
    expect(wav.readUInt16LE(22)).toBe(2);
    const both = samplesOf(wav);
    const [left, right] = [0, 1].map((side) =>
      Int16Array.from({ length: both.length >> 1 }, (_, i) => both[2 * i + side] ?? 0),
    );
    expect(likeness(left ?? both, parts.matter)).toBeGreaterThan(0.9);
    expect(likeness(right ?? both, parts.agent)).toBeGreaterThan(0.6);
    expect(likeness(right ?? both, parts.matter)).toBeLessThan(0.6);
  });

  it('kept the whole timeline, in order and without gaps', async () => {
    const stored = (await session.get(`/api/calls/${callId}`)) as { timeline: StoredEvent[]; transcript: unknown[] };
    const types = stored.timeline.map((e) => e.type);
    expect(stored.timeline.map((e) => e.seq)).toEqual(types.map((_, i) => i + 1));
    const story = [
      'call.arrived',
      'call.answered',
      'prompt.started',
      'prompt.finished',
      'queue.joined',
      'agent.offered',
      'agent.answered',
      'call.bridged',
      'recording.started',
      'speech.final',
      'draft.changed',
      'ticket.created',
      'wrap-up.started',
      'call.ended',
      'recording.finished',
    ];
    for (const type of story) expect(types).toContain(type);
    const order = [
      'call.arrived',
      'call.answered',
      'queue.joined',
      'agent.offered',
      'call.bridged',
      'ticket.created',
      'call.ended',
    ].map((t) => types.indexOf(t));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(stored.transcript.length).toBeGreaterThan(2);
  });

  describe('the next call, with two matters', () => {
    twoMatters(NUMBER, () => ({ hotline, browser, session }));
  });

  it('wrote no number, digit or word of the call into the log', () => {
    expect(hotline.output).not.toContain(NUMBER);
    expect(hotline.output).not.toContain('油烟');
    expect(hotline.output).not.toContain('王建国');
  });
});
