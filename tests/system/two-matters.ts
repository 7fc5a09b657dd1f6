/** One caller, two matters: the page offers a second draft, both become tickets of one call; the dialect set there is kept. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Browser } from '../support/browser.ts';
import type { Hotline } from '../support/hotline.ts';
import { joined, silence, speak } from '../support/speech.ts';
import { until, type Session } from './api.ts';
import { answerOn, phoneIn, storedCall, type Caller } from './rig.ts';

const voice = { wordsPerMinute: 190 };
const first = speak('我要投诉滨江街道锦绣花园小区楼下的烧烤店油烟很大', voice);
const second = speak('另外我们小区停水两天了', voice);
/** Ends a sentence. */
const pause = silence(700);

const valueOf = async (page: Page, field: string): Promise<string | null> =>
  page.getByTestId(`field-${field}`).getAttribute('data-value');
const classIs = (page: Page, classId: string): Promise<boolean> =>
  until(`the class ${classId}`, async () => (await valueOf(page, 'classId')) === classId);

/** Where everything in the form stands. */
const layout = (page: Page): Promise<string> =>
  page.evaluate<string>(`JSON.stringify([...document.querySelectorAll('.draft-form .field-label')]
    .map((e) => [e.textContent, e.getBoundingClientRect().top]))`);

async function confirm(page: Page): Promise<string> {
  await page.keyboard.press('Control+Enter');
  const told = page.getByTestId('ticket-number');
  await told.waitFor({ timeout: 10_000 });
  return (await told.innerText()).trim();
}

interface Ticket {
  readonly callId: string;
  readonly fields: Readonly<Record<string, { readonly value: string }>>;
}

interface Desk {
  readonly hotline: Hotline;
  readonly browser: Browser;
  readonly session: Session;
}

/** For a desk whose agent is free; `number` has a ticket of the first matter already. */
export function twoMatters(number: string, deskOf: () => Desk): void {
  let caller: Caller;
  const numbers: string[] = [];

  beforeAll(async () => {
    caller = await phoneIn(deskOf().hotline, number);
    await answerOn(deskOf().browser.page);
  });

  afterAll(() => caller.close());

  it('is offered a second draft, and nothing moves under the hand of an agent who types', async () => {
    const { page } = deskOf().browser;
    await caller.call.play(joined([first, pause]));
    await classIs(page, 'c010101');
    // The same caller, place and matter as an earlier ticket.
    await page.getByTestId('similar-ticket').first().waitFor({ timeout: 10_000 });
    expect(await page.locator('.similar .why').allInnerTexts()).toContain('同一事项');
    await page.getByTestId('input-callerName').fill('王建国');
    const before = await layout(page);
    expect(before).toContain('诉求');
    await caller.call.play(joined([second, pause]));
    await page.getByTestId('second-offer').waitFor({ timeout: 15_000 });
    expect(await page.getByTestId('second-offer').innerText()).toContain('停水');
    expect(await layout(page)).toBe(before);
    expect(await page.getByTestId('input-callerName').inputValue()).toBe('王建国');
  });

  it('keeps the dialect that the agent sets', async () => {
    const { page } = deskOf().browser;
    const choice = page.getByTestId('dialect-choice');
    await choice.click();
    await page.locator('.ant-select-item-option', { hasText: '吴语' }).click();
    await page.locator('[data-testid=dialect-choice][data-dialect=wu][data-set=true]').waitFor();
    await page.reload();
    await page.getByTestId('second-offer').waitFor({ timeout: 15_000 });
    expect(await choice.getAttribute('data-dialect')).toBe('wu');
    expect(await choice.getAttribute('data-set')).toBe('true');
  });

  it('is divided by one key into two drafts, each with its own matter, place and name in both', async () => {
    const { page } = deskOf().browser;
    await page.keyboard.press('F2');
    await page.getByTestId('matter-2').waitFor();
    await classIs(page, 'c040101');
    expect(await valueOf(page, 'callerName')).toBe('王建国');
    expect(await valueOf(page, 'communityId')).toBe('binjiang-jinxiu');
    expect(await valueOf(page, 'placeText')).toBe('滨江街道锦绣花园小区楼下');
    expect(await valueOf(page, 'summary')).not.toMatch(/油烟|另外/);
    numbers.push(await confirm(page));
    await page.keyboard.press('F2');
    await classIs(page, 'c010101');
    expect(await valueOf(page, 'summary')).not.toContain('停水');
  });

  it('warns in the wrap-up while one of them is not confirmed, whichever is in sight', async () => {
    const { page } = deskOf().browser;
    await caller.close();
    await page.getByTestId('matter-2').click();
    await page.getByTestId('ticket-number').waitFor();
    expect(await page.getByTestId('wrap-up').innerText()).toContain('草稿未确认');
    await page.getByTestId('matter-1').click();
    numbers.push(await confirm(page));
    expect(await page.getByTestId('wrap-up').innerText()).not.toContain('草稿未确认');
    await page.getByTestId('wrap-up-finish').click();
  });

  it('is stored as two tickets of one call', async () => {
    const { session } = deskOf();
    const { call, timeline } = await storedCall(session, number);
    const tickets = await Promise.all(
      numbers.map(async (ticket) => {
        const found = (await session.get(`/api/tickets/${ticket}`)) as { readonly ticket?: Ticket };
        return found.ticket ?? (found as Ticket);
      }),
    );
    expect(new Set(numbers).size).toBe(2);
    expect(tickets.map((t) => t.callId)).toEqual([call.callId, call.callId]);
    expect(tickets.map((t) => t.fields['classId']?.value)).toEqual(['c040101', 'c010101']);
    expect(timeline).toContainEqual(expect.objectContaining({ type: 'dialect.set', dialect: 'wu' }));
    expect(timeline.filter((e) => e.type === 'ticket.created')).toHaveLength(2);
  });
}
