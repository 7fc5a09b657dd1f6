/** A real Chromium whose microphone is a WAV file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { Hotline } from './hotline.ts';

/** Where to log in, and as whom. */
export type Door = Pick<Hotline, 'url' | 'login'>;

export interface BrowserOptions {
  /** WAV played in a loop as the microphone. */
  readonly microphone: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** More of Chromium's switches. */
  readonly flags?: readonly string[];
}

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors the page wrote to its console. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** A browser without questions, updates or traffic of its own, whose microphone is a WAV file ('' for its own beeps). */
export function chromiumFlags(microphone: string): string[] {
  return [
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
    ...(microphone === '' ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]),
  ];
}

export async function openBrowser(options: BrowserOptions): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'hotline-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport: options.viewport ?? { width: 1440, height: 900 },
    permissions: ['microphone'],
    args: [...chromiumFlags(options.microphone), ...(options.flags ?? [])],
  });
  const errors: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  const close = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { context, page, errors, close };
}

/** Logs in, passes the microphone check and presses 示闲. */
export async function readyAgent(page: Page, hotline: Door, login: string): Promise<void> {
  await logIn(page, hotline, login);
  await makeAvailable(page);
}

export async function logIn(page: Page, hotline: Door, login: string, path = '/'): Promise<void> {
  const { password } = hotline.login(login);
  await page.goto(hotline.url + path);
  await page.getByTestId('login-name').fill(login);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.getByTestId('login-form').waitFor({ state: 'detached' });
}

export async function makeAvailable(page: Page): Promise<void> {
  const ok = page.getByTestId('mic-ok');
  const available = page.getByTestId('set-available');
  await available.waitFor();
  await page.locator('[data-testid=sip-state][data-state=registered]').waitFor({ timeout: 20_000 });
  // A page that came back within seconds finds its agent as it was.
  if ((await page.getByTestId('agent-state').getAttribute('data-intent')) === 'available') return;
  await available.click();
  // The first time the headset is checked before the line opens.
  await Promise.race([ok.waitFor({ timeout: 5_000 }).then(() => ok.click()), stateIs(page, 'available')]).catch(
    () => undefined,
  );
  await stateIs(page, 'available');
}

export async function stateIs(page: Page, state: string): Promise<void> {
  await page.locator(`[data-testid=agent-state][data-intent=${state}]`).waitFor({ timeout: 20_000 });
}
