/**
 * Takes pictures of every page into `screenshots/`.
 *
 * `npm run screenshots` starts a server of its own, phones it with the sample complaint and looks at every page.
 * `-- --url http://localhost:12345 --login NAME --password WORD` does so on a running server (calling from `/phone`);
 * `-- --dev --url …` on the stage in `agent-desktop/dev` (`npx tsx agent-desktop/dev/server.ts`).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { chromiumFlags } from '../tests/support/browser.ts';
import { Hotline } from '../tests/support/hotline.ts';
import { loadAudio } from './call/audio.ts';
import { SipPhone } from './call/sip-phone.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
] as const;

const { values: args } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    login: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    out: { type: 'string', default: 'screenshots' },
    /** A WAV that the browser takes for its microphone. */
    audio: { type: 'string', default: '' },
    dev: { type: 'boolean', default: false },
  },
});

if (args.dev && args.url === '') throw new Error('give --url of the stage');
const env = { HOTLINE_LINE__WRAPUPMS: '300000', HOTLINE_SURGE__ENABLED: 'true' };
const own = args.url === '' ? await Hotline.start({ env }) : null;
const url = (own?.url ?? args.url).replace(/\/$/u, '');
const account = own?.login('agent1') ?? { login: args.login, password: args.password };
mkdirSync(args.out, { recursive: true });

async function openBrowser(): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  if (!existsSync(args.chromium)) throw new Error(`no browser at ${args.chromium}; give --chromium PATH`);
  const profile = mkdtempSync(join(tmpdir(), 'hotline-shots-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: args.chromium,
    headless: true,
    locale: 'zh-CN',
    permissions: ['microphone'],
    ignoreHTTPSErrors: true,
    viewport: sizes[0],
    args: chromiumFlags(args.audio),
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** One picture per size; says when the page scrolls although its main job should fit. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(args.out, `${name}-${String(size.width)}.png`) });
    const scrolls = await page.evaluate(
      'document.documentElement.scrollHeight > innerHeight + 1 || document.documentElement.scrollWidth > innerWidth + 1',
    );
    process.stdout.write(
      `${name} ${String(size.width)}×${String(size.height)}${scrolls === true ? ' (page scrolls)' : ''}\n`,
    );
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${url}/`);
  await page.getByTestId('login-form').waitFor();
  await shoot(page, '1-login');
  if (!args.dev && account.login === '') throw new Error('give --login and --password of an agent or supervisor');
  await page.getByTestId('login-name').fill(args.dev ? 'demo' : account.login);
  await page.getByTestId('login-password').fill(args.dev ? 'demo' : account.password);
  await page.getByTestId('login-submit').click();
  await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 20_000 });
}

async function goAvailable(page: Page): Promise<void> {
  await shoot(page, '2-desk-empty');
  await page.getByTestId('set-available').click();
  await page.locator('[data-testid=mic-check][data-state=open]').waitFor();
  await page.waitForTimeout(1200);
  await shoot(page, '3-mic-check');
  await page.getByTestId('mic-ok').click();
  await page.locator('[data-testid=agent-state][data-intent=available]').waitFor();
  await shoot(page, '4-desk-available');
}

/** On the stage every scene is one request away. */
async function stageCall(page: Page): Promise<void> {
  const scene = async (name: string): Promise<void> => {
    await page.request.get(`${url}/dev/${name}`);
    await page.waitForTimeout(300);
  };
  await scene('offer');
  await page.getByTestId('answer').waitFor();
  await shoot(page, '5-offer');
  await page.keyboard.press('Enter');
  await scene('talking');
  await page.locator('[data-testid=call-state][data-returning=false]').waitFor();
  await page.waitForTimeout(4500);
  await shoot(page, '6-talking');
  await page.getByTestId('field-classId').hover();
  await shoot(page, '6-talking-marked');
  await page.keyboard.press('h');
  await page.getByTestId('resume').waitFor();
  await shoot(page, '6-held');
  await page.getByTestId('resume').click();
  await page.getByTestId('hold').waitFor();
  await scene('off');
  await shoot(page, '8-transcription-off');
  await scene('talking');
  await page.getByTestId('hang-up').click();
  await page.getByTestId('wrap-up').waitFor();
  await shoot(page, '7-wrap-up-draft');
  await page.getByTestId('confirm-ticket').click();
  await page.getByTestId('ticket-number').waitFor();
  await shoot(page, '7-wrap-up-ticket');
  await page.getByTestId('wrap-up-finish').click();
  await page.getByTestId('open-drafts').waitFor();
  await shoot(page, '4-desk-open-drafts');
}

/** A caller who speaks the sample complaint after the greeting and the agent's answer. */
async function sampleCaller(hotline: Hotline, number: string): Promise<SipPhone> {
  const phone = new SipPhone({ address: '127.0.0.1', user: number });
  await phone.start();
  const call = await phone.call(`sip:12345@127.0.0.1:${String(hotline.sipPort)}`);
  await call.answered;
  return phone;
}

/** Somebody phones: a SIP phone of ours on our own server, else the web phone in a second page. */
async function dial(context: BrowserContext): Promise<{ speak: () => Promise<void>; close: () => Promise<void> }> {
  if (own !== null) {
    const phone = await sampleCaller(own, '13807121234');
    const speech = await loadAudio('tools/call/sample-caller.wav');
    return { speak: async () => phone.calls[0]?.play(speech), close: () => phone.close() };
  }
  const phone = await context.newPage();
  await phone.goto(`${url}/phone`);
  await phone.getByTestId('phone-call').click();
  return { speak: () => phone.waitForTimeout(15_000), close: () => phone.close() };
}

async function realCall(context: BrowserContext, page: Page): Promise<void> {
  const caller = await dial(context);
  await page.bringToFront();
  await page.getByTestId('offer-band').waitFor({ timeout: 60_000 });
  await shoot(page, '5-offer');
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=call-state][data-state=talking][data-returning=false]').waitFor({ timeout: 15_000 });
  await caller.speak();
  await page.waitForTimeout(1_500);
  await shoot(page, '6-talking');
  await page.getByTestId('field-classId').hover();
  await shoot(page, '6-talking-marked');
  const status = await page.getByTestId('transcription-status').getAttribute('data-state');
  if (status === 'off') await shoot(page, '8-transcription-off');
  await page.getByTestId('hang-up').click();
  await page.getByTestId('wrap-up').waitFor();
  await shoot(page, '7-wrap-up-draft');
  if (own === null) await page.getByTestId('input-summary').fill('演示通话：核对页面用。');
  await page.getByTestId('confirm-ticket').click();
  const done = page.getByTestId('ticket-number').or(page.getByTestId('confirm-failure').filter({ hasText: /./u }));
  await done.first().waitFor({ timeout: 10_000 });
  await shoot(page, '7-wrap-up-ticket');
  await caller.close();
}

/** Our own server has a supervisor to log in as, and callers who wait. */
async function asSupervisor(context: BrowserContext, page: Page): Promise<SipPhone[]> {
  if (own === null) return [];
  const waiting = [await sampleCaller(own, '13907120001'), await sampleCaller(own, '15907120002')];
  await context.clearCookies();
  const { login, password } = own.login('supervisor1');
  await page.goto(`${url}/supervisor`);
  await page.getByTestId('login-name').fill(login);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.waitForTimeout(7_000);
  return waiting;
}

/** Queues, the surge plan and its parts. */
async function linePages(page: Page): Promise<void> {
  await page.goto(`${url}/queue`);
  await page.getByTestId('queue-table').waitFor();
  await page.waitForTimeout(800);
  await shoot(page, '11-queue');
  await page.getByTestId('line-seat').first().click();
  await page.locator('.profile').waitFor();
  await shoot(page, '11-queue-profile');
  await page.goto(`${url}/surge`);
  await page.getByTestId('surge-page').waitFor();
  await page.waitForTimeout(1_500);
  await shoot(page, '12-surge');
  const [plans, roster] = [page.getByRole('tab').nth(1), page.getByRole('tab').nth(2)];
  await plans.click();
  await page.getByTestId('plan-yaml').waitFor();
  await page.waitForTimeout(800);
  await page.getByTestId('plan-check').click();
  await page.getByTestId('plan-dry-run').click();
  await page.waitForTimeout(1_200);
  await shoot(page, '12-surge-plan');
  await roster.click();
  await page.waitForTimeout(600);
  await shoot(page, '12-surge-roster');
}

async function others(page: Page): Promise<void> {
  await page.goto(`${url}/supervisor`);
  const shown = await page
    .getByTestId('supervisor-page')
    .waitFor({ timeout: 5000 })
    .then(
      () => true,
      () => false,
    );
  if (shown) {
    await shoot(page, '9-supervisor');
    const first = page.getByTestId('supervisor-recent-call').first();
    if ((await first.count()) > 0) {
      await first.click();
      await page.getByTestId('supervisor-call').waitFor();
      await shoot(page, '9-supervisor-call');
    }
  } else process.stdout.write('supervisor page left out: this log-in is an agent\n');
  if (shown) await linePages(page);
  await page.goto(`${url}/cloud`);
  if ((await page.getByTestId('line-check').count()) > 0 || shown) {
    await page.getByTestId('line-check').waitFor();
    await page.waitForTimeout(1_000);
    await shoot(page, '13-cloud-seat');
  }
  await page.goto(`${url}/phone`);
  await page.getByTestId('phone-call').or(page.getByTestId('phone-off')).first().waitFor();
  await shoot(page, '10-phone');
}

const { context, close } = await openBrowser();
try {
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => process.stdout.write(`page error: ${error.message}\n`));
  page.on('console', (message) => {
    if (message.type() === 'error') process.stdout.write(`console: ${message.text()}\n`);
  });
  if (args.dev) {
    await page.request.get(`${url}/dev/reset`);
    await page.request.get(`${url}/dev/signed-out`);
  }
  await signIn(page);
  await goAvailable(page);
  if (args.dev) await stageCall(page);
  else await realCall(context, page);
  const waiting = await asSupervisor(context, page);
  await others(page);
  for (const phone of waiting) await phone.close();
} finally {
  await close();
  await own?.dispose();
}
