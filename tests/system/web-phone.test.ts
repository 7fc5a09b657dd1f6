/** `/phone`: people without a SIP phone call from a browser. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openBrowser, type Browser } from '../support/browser.ts';
import { Hotline } from '../support/hotline.ts';
import { saveWav, tone } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { scriptedAgent, typesOf, type StoredCall } from './rig.ts';

jest.setTimeout(120_000);

describe('the web phone', () => {
  let hotline: Hotline;
  let browser: Browser;
  let session: Session;

  beforeAll(async () => {
    hotline = await Hotline.start({ env: { HOTLINE_LINE__WRAPUPMS: '0' } });
    session = await openSession(hotline, 'supervisor1');
    browser = await openBrowser({ microphone: saveWav(tone(440, 5_000)) });
  });
  afterAll(async () => {
    await browser.close();
    await hotline.dispose();
  });

  const latest = async (): Promise<StoredCall | undefined> => {
    const { calls } = (await session.get('/api/calls/recent')) as { calls: { callId: string }[] };
    const [first] = calls;
    return first === undefined ? undefined : ((await session.get(`/api/calls/${first.callId}`)) as StoredCall);
  };

  it('calls without a log-in, is answered, sends digits and hangs up', async () => {
    const agent = await scriptedAgent(hotline, 'agent2');
    try {
      const { page } = browser;
      await page.goto(`${hotline.url}/phone`);
      await page.getByTestId('phone-call').click();
      await until(
        'the call to be bridged',
        async () => {
          const stored = await latest();
          return stored !== undefined && typesOf(stored).includes('call.bridged');
        },
        30_000,
      );
      await page.getByTestId('phone-key-5').click();
      await until('the digit to arrive', async () =>
        (await latest())?.timeline.some((e) => e.type === 'call.digit' && e['digit'] === '5'),
      );
      await page.getByTestId('phone-hang-up').click();
      const stored = await until('the call to end', async () => {
        const now = await latest();
        return typeof now?.call.endCause === 'string' && now;
      });
      expect(stored.call.endCause).toBe('caller-hung-up');
      expect(stored.timeline[0]).toMatchObject({ type: 'call.arrived', trunk: 'web-phone', from: '' });
    } finally {
      await agent.close();
    }
  });

  it('is off, and says so, on a public server', async () => {
    const open = await Hotline.start({ env: { HOTLINE_PUBLIC: 'true' } });
    try {
      const { page } = browser;
      await page.goto(`${open.url}/phone`);
      await page.getByTestId('phone-off').waitFor();
      const refused = await fetch(`${open.url}/api/phone/credentials`, {
        method: 'POST',
        headers: { origin: open.url, 'x-hotline-phone': '1' },
      });
      expect(refused.status).toBe(404);
    } finally {
      await open.dispose();
    }
  });
});
