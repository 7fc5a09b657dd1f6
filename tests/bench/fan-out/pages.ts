/**
 * 2,000 desktops and 50 supervisors' screens in a process of their own. Desktops change their state, one after the
 * other; each screen applies what it hears as the page does, and notes when it shows the change.
 */
import { io, type Socket } from 'socket.io-client';
import type { PageToServer, ServerToPage } from '../../../server/realtime/protocol.ts';
import { sleep, within } from '../limits.ts';
import { quantile } from '../stats.ts';
import type { PagesReport, PagesTask } from './protocol.ts';

type Page = Socket<ServerToPage, PageToServer>;

const AT_ONCE = 50;
const SETTLE_MS = 2_000;

async function open(url: string, cookie: string): Promise<Page> {
  const page: Page = io(url, {
    path: '/socket',
    transports: ['websocket'],
    extraHeaders: { cookie },
    forceNew: true,
    timeout: 30_000,
  });
  await within(
    'a page to be greeted',
    60_000,
    new Promise<void>((resolve) => {
      page.once('hello', () => {
        resolve();
      });
    }),
  );
  return page;
}

async function openAll(url: string, cookies: readonly string[]): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (let i = 0; i < cookies.length; i += AT_ONCE)
    pages.push(...(await Promise.all(cookies.slice(i, i + AT_ONCE).map((cookie) => open(url, cookie)))));
  return pages;
}

class Screens {
  /** Change -> when it was asked for. */
  readonly sent = new Map<string, number>();
  /** Change -> screens that show it, and when the last one did. */
  readonly shown = new Map<string, { screens: number; lastMs: number }>();
  readonly delays: number[] = [];
  events = 0;

  watch(page: Page): void {
    page.on('supervisor.delta', (delta) => {
      this.events += 1;
      for (const seat of delta.seats?.put ?? []) this.#show(seat.pauseReason);
    });
  }

  #show(token: string): void {
    const sentMs = this.sent.get(token);
    if (sentMs === undefined) return;
    const nowMs = performance.now();
    this.delays.push(nowMs - sentMs);
    const shown = this.shown.get(token) ?? { screens: 0, lastMs: nowMs };
    this.shown.set(token, { screens: shown.screens + 1, lastMs: nowMs });
  }
}

async function startWatching(pages: readonly Page[], screens: Screens): Promise<void> {
  for (const page of pages) {
    screens.watch(page);
    const whole = new Promise<void>((resolve) => {
      page.once('supervisor', () => {
        resolve();
      });
    });
    page.emit('supervisor.watch', { on: true }, () => undefined);
    await within('the first view', 30_000, whole);
  }
}

/** Paced by the clock: a late timer is followed by several changes at once, so that the rate holds. */
async function change(
  desktops: readonly Page[],
  perS: number,
  lengthMs: number,
  each: (token: string) => void,
): Promise<number> {
  const startMs = performance.now();
  let done = 0;
  while (performance.now() - startMs < lengthMs) {
    const due = Math.floor(((performance.now() - startMs) / 1_000) * perS);
    for (; done < due; done++) {
      const token = `c${String(startMs | 0)}-${String(done)}`;
      each(token);
      desktops[done % desktops.length]?.emit('agent.set-intent', { intent: 'paused', reason: token }, () => undefined);
    }
    await sleep(5);
  }
  return done;
}

async function run(task: PagesTask): Promise<PagesReport> {
  const screens = new Screens();
  const desktops = await openAll(task.url, task.desktops);
  const supervisors = await openAll(task.url, task.supervisors);
  await startWatching(supervisors, screens);
  await change(desktops, task.changesPerS, task.warmUpMs, () => undefined);
  const late: number[] = [];
  let tickMs = performance.now();
  const ticker = setInterval(() => {
    late.push(performance.now() - tickMs - 10);
    tickMs = performance.now();
  }, 10);
  const changes = await change(desktops, task.changesPerS, task.measureMs, (token) => {
    screens.sent.set(token, performance.now());
  });
  clearInterval(ticker);
  await sleep(SETTLE_MS);
  const lastScreenMs: number[] = [];
  let missed = 0;
  for (const [token, sentMs] of screens.sent) {
    const shown = screens.shown.get(token);
    if (shown?.screens === supervisors.length) lastScreenMs.push(shown.lastMs - sentMs);
    else missed += 1;
  }
  for (const page of [...desktops, ...supervisors]) page.disconnect();
  return {
    changes,
    missed,
    lastScreenMs,
    screenP99Ms: quantile(screens.delays, 0.99),
    eventsHeard: screens.events,
    ownDelayP99Ms: quantile(late, 0.99),
  };
}

process.once('message', (task: PagesTask) => {
  run(task).then(
    (report) => {
      process.send?.({ report }, () => process.exit(0));
    },
    (error: unknown) => {
      process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () =>
        process.exit(1),
      );
    },
  );
});
