/** One agent, two pages: the newer one gets the work, and the caller must not notice. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { logIn, makeAvailable, openBrowser, type Browser } from '../support/browser.ts';
import { Hotline } from '../support/hotline.ts';
import { joined, saveWav, silence, speak } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { allQuiet, answerOn, hearsSound, Opened, phoneIn, storedCall, talking, typesOf, type Caller } from './rig.ts';

jest.setTimeout(150_000);

const agentWav = saveWav(joined([speak('您好，请问您反映什么问题', { variant: 'f3' }), silence(500)]), 'two-pages.wav');

let hotline: Hotline;
let session: Session;
const opened = new Opened();

const browser = async (): Promise<Browser> => opened.add(await openBrowser({ microphone: agentWav }));

/** SIP WebSockets that a page has opened, how many are open now, and the REGISTERs it sent over them. */
function countSipSockets(page: Page): { opened: number; now: number; registers: number } {
  const count = { opened: 0, now: 0, registers: 0 };
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).pathname !== '/sip') return;
    count.opened += 1;
    count.now += 1;
    socket.on('close', () => (count.now -= 1));
    socket.on('framesent', ({ payload }) => {
      if (payload.toString().startsWith('REGISTER ')) count.registers += 1;
    });
  });
  return count;
}

async function talkOn(page: Page, number: string): Promise<Caller> {
  await makeAvailable(page);
  const made = opened.add(await phoneIn(hotline, number));
  await answerOn(page);
  return made;
}

async function returnsOf(number: string): Promise<number> {
  return typesOf(await storedCall(session, number, false)).filter((type) => type === 'agent.returned').length;
}

beforeAll(async () => {
  hotline = await Hotline.start({ env: { HOTLINE_LINE__WRAPUPMS: '1000' } });
  session = await openSession(hotline, 'supervisor1');
});
afterEach(async () => {
  await opened.close();
  await allQuiet(hotline);
});
afterAll(async () => {
  await hotline.dispose();
});

describe('an agent who opens a second page in a call', () => {
  it('has the call there, may take it back, and the caller stays connected', async () => {
    const { page: pageA, context } = await browser();
    const socketsA = countSipSockets(pageA);
    await logIn(pageA, hotline, 'agent1');
    const number = '13911110001';
    const { call } = await talkOn(pageA, number);

    const pageB = await context.newPage();
    await pageB.goto(hotline.url);
    await pageA.getByTestId('replaced').waitFor({ timeout: 20_000 });
    await talking(pageB);
    await until('the new page to have the audio', async () => (await returnsOf(number)) === 1, 20_000);
    await until('the old page to close its phone', () => Promise.resolve(socketsA.now === 0), 20_000);
    expect(call.outcome).toBeUndefined();
    await hearsSound(call, 'the agent from the new page');

    await pageA.getByTestId('take-over').click();
    await pageB.getByTestId('replaced').waitFor({ timeout: 20_000 });
    await talking(pageA);
    await until('the first page to have the audio again', async () => (await returnsOf(number)) === 2, 20_000);
    // Longer than a page that was replaced keeps its side of the call.
    await new Promise((resolve) => setTimeout(resolve, 16_000));
    expect(call.outcome).toBeUndefined();
    await hearsSound(call, 'the agent from the first page');
    expect(typesOf(await storedCall(session, number, false))).not.toContain('call.ended');
  });
});

describe('the softphone of a page', () => {
  it('refreshes its registration over one and the same WebSocket', async () => {
    const { page } = await browser();
    const sockets = countSipSockets(page);
    await logIn(page, hotline, 'agent2');
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 20_000 });
    const before = sockets.registers;
    await until('the registration to be refreshed', () => Promise.resolve(sockets.registers > before), 40_000);
    expect(sockets).toMatchObject({ opened: 1, now: 1 });
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 1_000 });
  });

  it('is registered again after a restart of the server that forgot its credentials', async () => {
    const { page } = await browser();
    const sockets = countSipSockets(page);
    await logIn(page, hotline, 'agent2');
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 20_000 });
    await hotline.kill9();
    await page.locator('[data-testid=sip-state]:not([data-state=registered])').waitFor({ timeout: 20_000 });
    await hotline.run();
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 40_000 });
    await until('one WebSocket to be left', () => Promise.resolve(sockets.now === 1), 5_000);
    session = await openSession(hotline, 'supervisor1');
    const { call } = await talkOn(page, '13911110002');
    expect(call.outcome).toBeUndefined();
    expect(sockets.now).toBe(1);
  });
});

describe('words typed for a call that is not the agent’s any more', () => {
  it('are shown until they are dismissed', async () => {
    const { page } = await browser();
    await logIn(page, hotline, 'agent3');
    // The page has started: it has taken up what was left behind, and does not empty the list any more.
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 20_000 });
    const id = await page.evaluate<string>(`fetch('/api/me').then((r) => r.json()).then((r) => r.me.id)`);
    const unsent = [{ callId: 'somebody-elses', target: { type: 'note' }, value: '楼道灯坏了三天' }];
    await page.evaluate(`sessionStorage.setItem('hotline.unsent.${id}', ${JSON.stringify(JSON.stringify(unsent))})`);
    await page.reload();
    const list = page.getByTestId('unsaved-words');
    await list.waitFor({ timeout: 20_000 });
    await page.reload();
    await list.waitFor({ timeout: 20_000 });
    expect(await list.innerText()).toContain('楼道灯坏了三天');
    await page.getByTestId('unsaved-dismiss').click();
    await list.waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 20_000 });
    expect(await list.count()).toBe(0);
  });
});
