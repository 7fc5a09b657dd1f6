/** kill -9 of the server in the middle of a call; and a server without a recogniser. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openBrowser, readyAgent, type Browser } from '../support/browser.ts';
import { Hotline } from '../support/hotline.ts';
import { joined, samplesOf, saveWav, silence, speak, tone } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { childrenOf, phoneIn, storedCall, typesOf, type Caller } from './rig.ts';

jest.setTimeout(180_000);

const agentWav = saveWav(joined([speak('您好', { variant: 'f3' }), silence(500)]), 'agent.wav');
const matter = speak('我要投诉，滨江街道锦绣花园小区楼下的烧烤店，每天晚上油烟很大');

async function answerCall({ page }: Browser): Promise<void> {
  await page.getByTestId('offer-band').waitFor({ timeout: 30_000 });
  await until('the softphone to ring', async () => page.getByTestId('answer').isEnabled());
  await page.getByTestId('answer').click();
  await page.locator('[data-testid=call-state][data-state=talking]').waitFor({ timeout: 30_000 });
}

describe('kill -9 of the server in a call', () => {
  const [first, second] = ['13700000001', '13700000002'];
  let hotline: Hotline;
  let browser: Browser;
  let session: Session;
  let ticketNumber = '';
  let talkedMs = 0;

  beforeAll(async () => {
    hotline = await Hotline.start({ env: { HOTLINE_LINE__WRAPUPMS: '1000' } });
    browser = await openBrowser({ microphone: agentWav });
    await readyAgent(browser.page, hotline, 'agent1');
    await confirmedCall();
    await cutCall();
    await hotline.run();
    session = await openSession(hotline, 'supervisor1');
  });
  afterAll(async () => {
    await browser.close();
    await hotline.dispose();
  });

  /** A call whose ticket was confirmed before the cut. */
  async function confirmedCall(): Promise<void> {
    const { page } = browser;
    const caller = await phoneIn(hotline, first);
    const { call } = caller;
    await answerCall(browser);
    void call.play(joined([silence(300), matter, silence(20_000)]));
    await page.locator('[data-testid=field-classId][data-value=c010101]').waitFor({ timeout: 40_000 });
    await page.locator('[data-testid=field-summary][data-value*=油烟]').waitFor({ timeout: 20_000 });
    await page.getByTestId('confirm-ticket').click();
    await page.getByTestId('ticket-number').waitFor();
    ticketNumber = (await page.getByTestId('ticket-number').innerText()).trim();
    call.hangUp();
    await page.locator('[data-testid=agent-state][data-phone=idle]').waitFor({ timeout: 20_000 });
    await caller.close();
  }

  /** A call with typed words, cut by the death of the server. */
  async function cutCall(): Promise<void> {
    const { page } = browser;
    const caller: Caller = await phoneIn(hotline, second);
    await answerCall(browser);
    const fromMs = Date.now();
    void caller.call.play(joined([tone(440, 2_000), matter, tone(440, 60_000)]));
    await page.locator('[data-testid=segment][data-side=caller][data-final=true]').first().waitFor({ timeout: 40_000 });
    await page.getByTestId('input-callerName').fill('没写完的名字');
    await page.locator('[data-testid=field-callerName][data-value=没写完的名字]').waitFor();
    await until('the words to be saved', async () =>
      (await page.getByTestId('saved-state').innerText()).includes('已保存'),
    );
    talkedMs = Date.now() - fromMs;
    await hotline.kill9();
    await caller.close();
  }

  it('keeps every confirmed ticket', async () => {
    expect(ticketNumber).toMatch(/^JC\d{8}-\d{6}$/);
    expect(JSON.stringify(await session.get(`/api/tickets/${ticketNumber}`))).toContain('油烟');
  });

  it('keeps every typed word of the open draft, offered again to its agent', async () => {
    const { page } = browser;
    await page.locator('[data-testid=socket-state][data-state=connected]').waitFor({ timeout: 40_000 });
    await page.getByTestId('open-draft').first().waitFor({ timeout: 20_000 });
    await page.getByTestId('open-draft').first().getByRole('button').click();
    await until(
      'the typed name',
      async () => (await page.getByTestId('input-callerName').inputValue()) === '没写完的名字',
    );
    expect(await page.getByTestId('field-callerName').getAttribute('data-origin')).toBe('agent');
  });

  it('keeps the recording up to the last second', async () => {
    const { call } = await storedCall(session, second);
    const wav = await session.bytes(`/api/calls/${call.callId}/recording`);
    const lengthMs = samplesOf(wav).length / 2 / 8;
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect(lengthMs).toBeGreaterThan(talkedMs - 1_500);
  });

  it('closes the cut call on its timeline and counts its words', async () => {
    const stored = await storedCall(session, second);
    expect(stored.call.endCause).toBe('server-restart');
    expect(typesOf(stored)).toContain('speech.final');
    expect(stored.transcript.length).toBeGreaterThan(0);
  });

  it('takes calls again, with the same log-in', async () => {
    const { page } = browser;
    await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 30_000 });
    expect(childrenOf(hotline.pid, 'engines/sherpa/child')).toHaveLength(1);
  });
});

describe('a server without a recogniser', () => {
  it('takes calls and says what to do', async () => {
    const hotline = await Hotline.start({ env: { HOTLINE_ASR__MODELDIR: '/nonexistent/model' } });
    const browser = await openBrowser({ microphone: agentWav });
    try {
      await readyAgent(browser.page, hotline, 'agent1');
      const caller = await phoneIn(hotline, '13700000003');
      await answerCall(browser);
      const status = browser.page.getByTestId('transcription-status');
      expect(await status.getAttribute('data-state')).toBe('off');
      expect(await browser.page.locator('body').innerText()).toMatch(/模型/);
      expect(hotline.output).toMatch(/^text {3}off: /m);
      expect(caller.call.outcome).toBeUndefined();
      await caller.close();
    } finally {
      await browser.close();
      await hotline.dispose();
    }
  });
});
