/** The agent in a real browser, and the moments that the page noted. */
import type { Page } from 'playwright-core';
import { makeAvailable, openBrowser, type Browser } from '../../support/browser.ts';
import { sleep, until } from '../limits.ts';
import type { Snapshot } from '../phones/protocol.ts';
import { pageScript } from './page-script.ts';

interface Noted {
  readonly clicks: readonly { readonly id: string; readonly atMs: number }[];
  readonly invites: readonly number[];
  readonly offers: readonly number[];
  readonly heardAtMs: number | null;
}

export interface DraftChange {
  readonly field: string;
  readonly tookMs: number;
}

export interface DeskOptions {
  readonly url: string;
  readonly cookie: string;
  readonly microphone: string;
  /** Steady tones are measured: the browser's clean-up of the microphone is off. */
  readonly tone: boolean;
}

const STEP_MS = 15_000;

export async function openPage(options: DeskOptions): Promise<Browser> {
  const browser = await openBrowser({ microphone: options.microphone });
  try {
    await browser.context.addInitScript(pageScript);
    const [name = '', ...value] = options.cookie.split('=');
    await browser.context.addCookies([{ name, value: value.join('='), url: options.url }]);
    browser.page.setDefaultTimeout(STEP_MS);
    return browser;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

export class Desk {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Logged in, checked, and on a break. */
  static async open(options: DeskOptions): Promise<Desk> {
    const browser = await openPage(options);
    try {
      const { page } = browser;
      await page.goto(`${options.url}/${options.tone ? '?tone=1' : ''}`);
      await makeAvailable(page);
      const desk = new Desk(browser);
      if (options.tone) await page.evaluate('window.bench.listen()');
      await desk.pause();
      return desk;
    } catch (error) {
      const { errors } = browser;
      await browser.close();
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`the agent’s page did not get ready: ${said} (its console: ${errors.slice(-3).join(' | ')})`, {
        cause: error,
      });
    }
  }

  get page(): Page {
    return this.#browser.page;
  }

  /** Presses a button and tells when the page noticed. */
  async press(id: string): Promise<number> {
    await until(`the button ${id} on the page`, STEP_MS, async () =>
      (await this.page.evaluate(`window.bench.press('${id}')`)) === true ? true : undefined,
    );
    const { clicks } = await this.#noted();
    return clicks.findLast((c) => c.id === id)?.atMs ?? Number.NaN;
  }

  async pause(): Promise<void> {
    await this.press('set-paused');
    await this.page.locator('[data-testid=agent-state][data-intent=paused]').waitFor();
  }

  async makeFree(): Promise<number> {
    return this.press('set-available');
  }

  /** The moment from which the page rang: its phone has the INVITE and 接听 can be pressed. */
  async rang(sinceMs: number): Promise<{ readonly atMs: number; readonly callerEnd: string }> {
    const atMs = await until('the page to ring', STEP_MS, async () => {
      const { invites, offers } = await this.#noted();
      const [invite, offer] = [invites.findLast((t) => t >= sinceMs), offers.findLast((t) => t >= sinceMs)];
      return invite === undefined || offer === undefined ? undefined : Math.max(invite, offer);
    });
    const text = await this.page.getByTestId('offer-band').innerText();
    const callerEnd = /\*{3,}(\d{4})/.exec(text)?.[1];
    if (callerEnd === undefined) throw new Error('the offer shows no caller’s number');
    return { atMs, callerEnd };
  }

  async answer(): Promise<number> {
    return this.press('answer');
  }

  async talking(): Promise<void> {
    await this.page.locator('[data-testid=call-state][data-state=talking]').waitFor();
  }

  async heardAt(): Promise<number> {
    return until('the caller’s tone on the page', STEP_MS, async () => (await this.#noted()).heardAtMs ?? undefined);
  }

  /** After the call: throws the draft away and stays in wrap-up. */
  async dropDraft(): Promise<void> {
    await this.page.getByTestId('wrap-up-finish').waitFor();
    await this.press('drop-draft');
    await this.page.locator('.ant-modal-footer .ant-btn-primary').click();
    await this.page.locator('.ant-modal-wrap').waitFor({ state: 'hidden' });
  }

  async finishWrapUp(): Promise<number> {
    return this.press('wrap-up-finish');
  }

  /** Becomes free in one of the two ways there are; returns the moment of the click. */
  async becomeFree(from: 'wrap-up' | 'break'): Promise<number> {
    if (from === 'wrap-up') return this.finishWrapUp();
    await this.pause();
    await this.finishWrapUp();
    await this.page.locator('[data-testid=agent-state][data-phone=idle][data-intent=paused]').waitFor();
    await sleep(200);
    return this.makeFree();
  }

  /** Ends the last wrap-up of a round: it belongs to the agent and would outlive the page. */
  async endRound(): Promise<void> {
    await this.pause();
    await this.finishWrapUp();
    await this.page.locator('[data-testid=agent-state][data-phone=idle]').waitFor();
  }

  /** What the transcript showed of the caller, from a moment on. */
  async shown(sinceMs: number): Promise<readonly Snapshot[]> {
    const all = await this.page.evaluate<readonly Snapshot[]>('window.bench.shown');
    return all.filter((s) => s.atMs >= sinceMs);
  }

  async draftChanges(): Promise<{ readonly changes: readonly DraftChange[]; readonly late: number }> {
    const [changes, late] = await this.page.evaluate<readonly [readonly DraftChange[], number]>(
      '[window.bench.drafts, window.bench.late]',
    );
    return { changes, late };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async #noted(): Promise<Noted> {
    return this.page.evaluate<Noted>(
      '(({ clicks, invites, offers, heardAtMs }) => ({ clicks: clicks.slice(-20), invites: invites.slice(-5), offers: offers.slice(-5), heardAtMs }))(window.bench)',
    );
  }
}
