/** What goes wrong on an ordinary day, on the real server: nobody may be stuck, nothing may be lost. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { openBrowser, readyAgent, logIn, makeAvailable, stateIs, type Browser } from '../support/browser.ts';
import { CuttableProxy } from '../support/cuttable-proxy.ts';
import { Hotline } from '../support/hotline.ts';
import { joined, saveWav, silence, speak, tone } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import {
  allQuiet,
  answerOn,
  childrenOf,
  hearsSound,
  Opened,
  phoneIn,
  scriptedAgent,
  storedCall,
  talking,
  throwDatagrams,
  typesOf,
  type Caller,
} from './rig.ts';

jest.setTimeout(120_000);

const agentWav = saveWav(joined([speak('您好，请问您反映什么问题', { variant: 'f3' }), silence(500)]), 'agent.wav');
const matter = speak('我要投诉，滨江街道锦绣花园小区楼下的烧烤店，每天晚上油烟很大');

let hotline: Hotline;
let session: Session;
let nextNumber = 13_900_000_000;
const opened = new Opened();

const newNumber = (): string => String(++nextNumber);
const caller = async (number: string): Promise<Caller> => opened.add(await phoneIn(hotline, number));
const agent = async (name: string, answerAfterMs?: number): Promise<ScriptedAgent> =>
  opened.add(await scriptedAgent(hotline, name, answerAfterMs));
const browser = async (): Promise<Browser> => opened.add(await openBrowser({ microphone: agentWav }));
const callerWords = async (page: Page): Promise<string> =>
  (await page.locator('[data-testid=segment][data-side=caller]').allInnerTexts()).join(' ');

beforeAll(async () => {
  hotline = await Hotline.start({
    env: { HOTLINE_LINE__RINGMS: '5000', HOTLINE_LINE__AGENTRETURNMS: '12000', HOTLINE_LINE__WRAPUPMS: '1000' },
  });
  session = await openSession(hotline, 'supervisor1');
});
afterEach(async () => {
  await opened.close();
  await allQuiet(hotline);
});
afterAll(async () => {
  await hotline.dispose();
});

describe('a caller who hangs up', () => {
  it('during the greeting leaves nothing behind', async () => {
    const number = newNumber();
    const { call } = await caller(number);
    call.hangUp();
    const stored = await storedCall(session, number);
    expect(stored.call.endCause).toBe('caller-hung-up');
    expect(typesOf(stored)).not.toContain('queue.joined');
  });

  it('while waiting is counted as abandoned, after music and a place in the line', async () => {
    const number = newNumber();
    const { call } = await caller(number);
    await until(
      'the place in the line to be told',
      async () => typesOf(await storedCall(session, number, false)).includes('queue.announced'),
      30_000,
    );
    await hearsSound(call, 'music');
    call.hangUp();
    const stored = await storedCall(session, number);
    expect(stored.timeline.find((e) => e.type === 'queue.left')).toMatchObject({ reason: 'abandoned' });
  });

  it('while an agent is rung frees the agent at once', async () => {
    const number = newNumber();
    await agent('agent2', 60_000);
    const { call } = await caller(number);
    await until(
      'the agent to be rung',
      async () => typesOf(await storedCall(session, number, false)).includes('agent.offered'),
      30_000,
    );
    call.hangUp();
    const stored = await storedCall(session, number);
    expect(stored.timeline.find((e) => e.type === 'offer.ended')).toMatchObject({ reason: 'caller-gone' });
    expect(typesOf(stored)).not.toContain('call.bridged');
  });

  it('while talking gives the agent wrap-up and a closed recording', async () => {
    const number = newNumber();
    await agent('agent2');
    const { call } = await caller(number);
    await until(
      'the call to be bridged',
      async () => typesOf(await storedCall(session, number, false)).includes('call.bridged'),
      30_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    call.hangUp();
    const stored = await storedCall(session, number);
    await until('the recording to be closed', async () =>
      typesOf(await storedCall(session, number)).includes('recording.finished'),
    );
    expect(typesOf(stored)).toContain('wrap-up.started');
    expect((await session.bytes(`/api/calls/${stored.call.callId}/recording`)).length).toBeGreaterThan(16_000);
  });
});

describe('an agent', () => {
  it('who does not answer is paused visibly, and the call goes to the next', async () => {
    const { page } = await browser();
    await readyAgent(page, hotline, 'agent1');
    const number = newNumber();
    await caller(number);
    await page.getByTestId('offer-band').waitFor({ timeout: 30_000 });
    await agent('agent2');
    await stateIs(page, 'paused');
    expect(await page.locator('body').innerText()).toContain('未接听');
    const stored = await until('the next agent to have it', async () => {
      const now = await storedCall(session, number, false);
      return typesOf(now).includes('call.bridged') && now;
    });
    expect(stored.timeline.find((e) => e.type === 'offer.ended')).toMatchObject({ reason: 'no-answer' });
    await page.getByTestId('set-available').click();
    await stateIs(page, 'available');
  });

  it('who reloads the page in a call is back in the same call with words and draft', async () => {
    const { page } = await browser();
    await readyAgent(page, hotline, 'agent1');
    const number = newNumber();
    const { call } = await caller(number);
    await answerOn(page);
    void call.play(joined([silence(500), matter, silence(60_000)]));
    await until('the words', async () => (await callerWords(page)).includes('油烟'), 40_000);
    await page.getByTestId('input-callerName').fill('张三丰');
    await page.locator('[data-testid=field-callerName][data-value=张三丰]').waitFor();
    await page.reload();
    const fromMs = Date.now();
    await talking(page);
    await until('audio to be back', () => Promise.resolve(call.stats().packets > 0), 10_000);
    expect(await callerWords(page)).toContain('油烟');
    expect(await page.getByTestId('input-callerName').inputValue()).toBe('张三丰');
    await until(
      'the call to be taken back',
      async () => typesOf(await storedCall(session, number, false)).includes('agent.returned'),
      20_000,
    );
    await hearsSound(call, 'the agent again');
    expect(Date.now() - fromMs).toBeLessThan(20_000);
    await until(
      'the page to be out of its recovery',
      async () => (await page.getByTestId('call-state').getAttribute('data-returning')) === 'false',
    );
  });

  it('whose browser dies may come back; the caller hears a notice and music meanwhile', async () => {
    const first = await browser();
    await readyAgent(first.page, hotline, 'agent1');
    const number = newNumber();
    const { call } = await caller(number);
    await answerOn(first.page);
    await first.close();
    await until(
      'the loss to be seen',
      async () => typesOf(await storedCall(session, number, false)).includes('agent.lost'),
      15_000,
    );
    await hearsSound(call, 'the notice');
    const second = await browser();
    await logIn(second.page, hotline, 'agent1');
    await talking(second.page);
    const types = typesOf(await storedCall(session, number, false));
    expect(types).toContain('agent.returned');
    await hearsSound(call, 'the agent again');
  });

  it('who stays away loses the call to the front of the line, with its draft', async () => {
    const first = await browser();
    await readyAgent(first.page, hotline, 'agent1');
    const number = newNumber();
    await caller(number);
    await answerOn(first.page);
    await first.page.getByTestId('input-callerName').fill('赵六');
    await until('the words to be saved', async () =>
      (await first.page.getByTestId('saved-state').innerText()).includes('已保存'),
    );
    await first.close();
    const second = await browser();
    await logIn(second.page, hotline, 'agent3');
    await makeAvailable(second.page);
    await answerOn(second.page);
    await until(
      'the words of the first agent',
      async () => (await second.page.getByTestId('input-callerName').inputValue()) === '赵六',
    );
    const stored = await storedCall(session, number, false);
    expect(stored.timeline.filter((e) => e.type === 'queue.joined')).toHaveLength(2);
  });

  it('whose line is cut for a while keeps the call, and no typed word is lost', async () => {
    const proxy = await CuttableProxy.start(Number(new URL(hotline.url).port));
    opened.add(proxy);
    const { page } = await browser();
    const through = { url: `http://127.0.0.1:${String(proxy.port)}`, login: (name: string) => hotline.login(name) };
    await logIn(page, through, 'agent1');
    await makeAvailable(page);
    const number = newNumber();
    const { call } = await caller(number);
    await answerOn(page);
    proxy.cut();
    await page.locator('[data-testid=socket-state]:not([data-state=connected])').waitFor();
    await page.getByTestId('connection-notice').waitFor();
    await page.getByTestId('input-summary').fill('断线时写下的话');
    await hearsSound(call, 'the agent, whose audio goes on');
    proxy.mend();
    await page.locator('[data-testid=socket-state][data-state=connected]').waitFor({ timeout: 20_000 });
    await until('the typed words to be stored', async () => {
      const { timeline } = await storedCall(session, number, false);
      return JSON.stringify(timeline).includes('断线时写下的话');
    });
    expect(await page.getByTestId('input-summary').inputValue()).toBe('断线时写下的话');
    expect(call.outcome).toBeUndefined();
  });

  it('who moves to another network takes the call along: new ICE, the same call, audio both ways', async () => {
    const proxy = await CuttableProxy.start(Number(new URL(hotline.url).port));
    opened.add(proxy);
    const { page } = await browser();
    await page.addInitScript(`{
      const Real = window.RTCPeerConnection;
      window.peers = [];
      window.RTCPeerConnection = class extends Real { constructor(c) { super(c); window.peers.push(this); } };
    }`);
    const iceOf = async (): Promise<string> =>
      page.evaluate(`(() => {
        const pc = window.peers.at(-1);
        const of = (d) => /a=ice-ufrag:(\\S+)/.exec(d.sdp)[1];
        return of(pc.localDescription) + ' ' + of(pc.remoteDescription) + ' ' + pc.iceConnectionState;
      })()`);
    const through = { url: `http://127.0.0.1:${String(proxy.port)}`, login: (name: string) => hotline.login(name) };
    await logIn(page, through, 'agent1');
    await makeAvailable(page);
    const number = newNumber();
    const { call } = await caller(number);
    await answerOn(page);
    await hearsSound(call, 'the agent');
    const [ours, theirs] = (await iceOf()).split(' ');
    // The WebSocket dies with the old network; the browser tells when there is a new one.
    proxy.cut();
    await page.locator('[data-testid=socket-state]:not([data-state=connected])').waitFor();
    await page.evaluate(`window.dispatchEvent(new Event('online'))`);
    proxy.mend();
    await until(
      'both sides to have new ICE',
      async () => {
        const [newOurs, newTheirs, state] = (await iceOf()).split(' ');
        return newOurs !== ours && newTheirs !== theirs && (state === 'connected' || state === 'completed');
      },
      20_000,
    );
    const { packets } = call.stats();
    await until('packets to go on', () => Promise.resolve(call.stats().packets > packets + 50));
    await hearsSound(call, 'the agent on the new network');
    expect(typesOf(await storedCall(session, number, false))).not.toContain('agent.lost');
    expect(call.outcome).toBeUndefined();
  });
});

describe('a microphone', () => {
  it('that is refused is explained, and the agent cannot go available with it', async () => {
    const { page, context } = await browser();
    await context.clearPermissions();
    await page.addInitScript(
      `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))`,
    );
    await logIn(page, hotline, 'agent1');
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor();
    // The desk of the test before may still be available.
    if ((await page.getByTestId('agent-state').getAttribute('data-intent')) === 'available') {
      await page.getByTestId('set-paused').click();
      await stateIs(page, 'paused');
    }
    await page.getByTestId('set-available').click();
    await page.getByTestId('mic-problem').waitFor();
    expect(await page.getByTestId('mic-problem').innerText()).toMatch(/麦克风/);
    expect(await page.getByTestId('agent-state').getAttribute('data-intent')).not.toBe('available');
  });
});

describe('the recogniser', () => {
  it('that is killed in a call says so, comes back, and the call goes on', async () => {
    const { page } = await browser();
    await readyAgent(page, hotline, 'agent1');
    const number = newNumber();
    const { call } = await caller(number);
    await answerOn(page);
    const [child] = childrenOf(hotline.pid, 'engines/sherpa/child');
    expect(child).toBeDefined();
    process.kill(child ?? 0, 'SIGKILL');
    await until('the gap to be on the timeline', async () => {
      const { timeline } = await storedCall(session, number, false);
      return timeline.some((e) => e.type === 'transcription.changed' && e['state'] === 'off');
    });
    await until(
      'transcription to be back',
      async () => {
        const { timeline } = await storedCall(session, number, false);
        return timeline.filter((e) => e.type === 'transcription.changed').at(-1)?.['state'] === 'on';
      },
      30_000,
    );
    void call.play(joined([silence(300), matter, silence(5_000)]));
    await until('new words', async () => (await callerWords(page)).includes('油烟'), 30_000);
    expect(call.outcome).toBeUndefined();
  });
});

describe('strangers and garbage', () => {
  it('do no harm to a call', async () => {
    const number = newNumber();
    await agent('agent2');
    const { call } = await caller(number);
    void call.play(tone(440, 60_000));
    await until(
      'the call to be bridged',
      async () => typesOf(await storedCall(session, number, false)).includes('call.bridged'),
      30_000,
    );
    const random = Array.from({ length: 1_000 }, (_, i) =>
      Uint8Array.from({ length: (i * 37) % 1_400 }, (_, j) => (i * 31 + j * 17) & 0xff),
    );
    const broken = [
      'INVITE sip:12345@x SIP/2.0\r\n\r\n',
      'INVITE sip:12345@x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n',
      'SIP/2.0 200 OK\r\n\r\n',
      '\r\n\r\n\0\0',
    ].map((text) => Buffer.from(text));
    await throwDatagrams('127.0.0.9', hotline.sipPort, [...random, ...broken]);
    for (let port = 0; port < 40; port++) await throwAt(port, random.slice(0, 20));
    const packets = call.stats().packets;
    await until('audio to go on', () => Promise.resolve(call.stats().packets > packets + 20));
    expect(call.outcome).toBeUndefined();
    expect((await fetch(`${hotline.url}/healthz`)).status).toBe(200);
  });

  it('get no call without a credential over the WebSocket of the pages', async () => {
    const reply = await fetch(`${hotline.url}/api/phone/credentials`, {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example' },
    });
    expect(reply.status).toBe(403);
  });
});

/** Garbage at the n-th media port of the server. */
async function throwAt(n: number, datagrams: readonly Uint8Array[]): Promise<void> {
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4');
  for (const bytes of datagrams) socket.send(bytes, hotline.rtpPortMin + n, '127.0.0.1');
  await new Promise((resolve) => setTimeout(resolve, 10));
  socket.close();
}
