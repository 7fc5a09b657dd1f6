/**
 * Takes pictures of every page into `screenshots/`: `npm run screenshots -- --url http://localhost:12345
 * --login NAME --password WORD` against a running server (it makes a call of its own from `/phone`), or with
 * `--dev` against the stage in `agent-desktop/dev` (`npx tsx agent-desktop/dev/server.ts`).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
] as const;

const { values: args } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:12345' },
    login: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    out: { type: 'string', default: 'screenshots' },
    /** A WAV that the browser takes for its microphone. */
    audio: { type: 'string', default: '' },
    dev: { type: 'boolean', default: false },
  },
});

const url = args.url.replace(/\/$/u, '');
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
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      ...(args.audio === '' ? [] : [`--use-file-for-fake-audio-capture=${args.audio}`]),
    ],
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
  if (!args.dev && args.login === '') throw new Error('give --login and --password of an agent or supervisor');
  await page.getByTestId('login-name').fill(args.dev ? 'demo' : args.login);
  await page.getByTestId('login-password').fill(args.dev ? 'demo' : args.password);
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

/** A real call from the web phone in a second page. */
async function realCall(context: BrowserContext, page: Page): Promise<void> {
  const phone = await context.newPage();
  await phone.goto(`${url}/phone`);
  await phone.getByTestId('phone-call').click();
  await page.bringToFront();
  await page.getByTestId('offer-band').waitFor({ timeout: 60_000 });
  await shoot(page, '5-offer');
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=call-state][data-state=talking][data-returning=false]').waitFor({ timeout: 15_000 });
  await page.waitForTimeout(15_000);
  await shoot(page, '6-talking');
  const status = await page.getByTestId('transcription-status').getAttribute('data-state');
  if (status === 'off') await shoot(page, '8-transcription-off');
  await page.getByTestId('hang-up').click();
  await page.getByTestId('wrap-up').waitFor();
  await shoot(page, '7-wrap-up-draft');
  await page.getByTestId('input-summary').fill('演示通话：核对页面用。');
  await page.getByTestId('confirm-ticket').click();
  const done = page.getByTestId('ticket-number').or(page.getByTestId('confirm-failure').filter({ hasText: /./u }));
  await done.first().waitFor({ timeout: 10_000 });
  await shoot(page, '7-wrap-up-ticket');
  await phone.close();
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
  await others(page);
} finally {
  await close();
}
