/** The agent's page with a log-in already there and nothing cached: when it can be used, and what its scripts weigh. */
import { get } from 'node:http';
import type { Page } from 'playwright-core';
import { until } from '../limits.ts';
import { median, rounded } from '../stats.ts';
import { openPage, type DeskOptions } from './desk.ts';

const LOADS = 5;
/** Scripts that the page asks for right after it can be used belong to it, too. */
const SETTLE_MS = 1_500;

export interface PageLoad {
  readonly scriptKb: number;
  readonly interactiveMs: number;
}

export async function measurePageLoad(options: DeskOptions, say: (line: string) => void): Promise<PageLoad> {
  const browser = await openPage(options);
  try {
    const { page } = browser;
    const control = await browser.context.newCDPSession(page);
    await control.send('Network.enable');
    const timesMs: number[] = [];
    // The first one starts the browser's own machinery and is not counted.
    for (let i = 0; i <= LOADS; i++) {
      await page.goto('about:blank');
      await control.send('Network.clearBrowserCache');
      await page.goto(options.url);
      const atMs = await until('the agent’s page to be usable', 20_000, async () => {
        const noted = await page.evaluate('window.bench.interactiveMs');
        return typeof noted === 'number' && noted > 0 ? noted : undefined;
      });
      if (i > 0) timesMs.push(atMs);
    }
    await page.waitForTimeout(SETTLE_MS);
    const scripts = await scriptsOf(page);
    const sizes = await Promise.all(scripts.map(gzipBytes));
    const scriptKb = sizes.reduce((sum, n) => sum + n, 0) / 1_000;
    say(
      `page: usable after ${timesMs.map((t) => Math.round(t)).join(', ')} ms; ${scripts.length} scripts, ${rounded(scriptKb)} kB`,
    );
    return { scriptKb, interactiveMs: median(timesMs) };
  } finally {
    await browser.close();
  }
}

async function scriptsOf(page: Page): Promise<readonly string[]> {
  const urls = await page.evaluate<readonly string[]>(
    "performance.getEntriesByType('resource').map((e) => e.name).filter((n) => new URL(n).pathname.endsWith('.js'))",
  );
  const scripts = [...new Set(urls)];
  if (scripts.length === 0) throw new Error('the page loaded no scripts');
  return scripts;
}

/** Bytes of the body over the wire for a client that takes gzip. */
function gzipBytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { 'accept-encoding': 'gzip' }, timeout: 15_000 }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`GET ${url} answered ${String(reply.statusCode)}`));
      let bytes = 0;
      reply.on('data', (part: Buffer) => (bytes += part.length));
      reply.on('end', () => {
        resolve(bytes);
      });
      reply.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`GET ${url} took too long`)));
    request.on('error', reject);
  });
}
