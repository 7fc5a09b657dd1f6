/** Callers and helpers shared by the tests of faults. */
import { createSocket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { levelDb } from '../../tools/call/audio.ts';
import type { Hotline } from '../support/hotline.ts';
import { tone } from '../support/speech.ts';
import { until, type Session } from './api.ts';

export interface Caller {
  readonly phone: SipPhone;
  readonly call: PhoneCall;
  close(): Promise<void>;
}

/** A caller who is answered by the hotline and hears its greeting. */
export async function phoneIn(hotline: Hotline, number: string): Promise<Caller> {
  const phone = new SipPhone({ address: '127.0.0.1', user: number });
  await phone.start();
  const call = await phone.call(`sip:12345@127.0.0.1:${String(hotline.sipPort)}`);
  if (!(await call.answered)) throw new Error('the hotline did not answer');
  return { phone, call, close: () => phone.close() };
}

/** An agent without a browser; answers after a moment, or never. */
export async function scriptedAgent(hotline: Hotline, name: string, answerAfterMs = 300): Promise<ScriptedAgent> {
  const { login, password } = hotline.login(name);
  return ScriptedAgent.start({
    server: hotline.url,
    login,
    password,
    sip: { host: '127.0.0.1', port: hotline.sipPort },
    address: '127.0.0.1',
    speech: tone(1_000, 500),
    answerAfterMs,
  });
}

export interface StoredCall {
  readonly call: { readonly callId: string; readonly endCause: string | null; readonly agentId: string | null };
  readonly timeline: readonly { readonly type: string; readonly [field: string]: unknown }[];
  readonly transcript: readonly { readonly text: string; readonly side: string }[];
}

/** The latest call from a number, once it has ended (or at once). */
export async function storedCall(session: Session, number: string, ended = true): Promise<StoredCall> {
  return until(`the call of ${number} to be stored`, async () => {
    const { calls } = (await session.get('/api/calls/recent')) as {
      calls: { callId: string; from: string; endedAtMs: number | null }[];
    };
    const found = calls.find((c) => c.from === number && (!ended || c.endedAtMs !== null));
    return found === undefined ? undefined : ((await session.get(`/api/calls/${found.callId}`)) as StoredCall);
  });
}

export const typesOf = (stored: StoredCall): string[] => stored.timeline.map((e) => e.type);

/** Nobody is left anywhere: no call, nobody waiting. */
export async function allQuiet(hotline: Hotline): Promise<void> {
  await until('no call to be left', async () => {
    const health = (await (await fetch(`${hotline.url}/healthz`)).json()) as { calls: number };
    return health.calls === 0;
  });
}

/** Waits until the caller hears something louder than a quiet line. */
export async function hearsSound(call: PhoneCall, what: string, timeoutMs = 20_000): Promise<void> {
  await until(`the caller to hear ${what}`, () => Promise.resolve(levelDb(call.heardLast(400)) > -45), timeoutMs);
}

/** Process ids below `pid` whose command line contains `text`. */
export function childrenOf(pid: number, text: string): readonly number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args=']).toString().split('\n');
  const rows = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((m) => m !== null);
  const below = new Set([pid]);
  for (let again = true; again;) {
    const size = below.size;
    for (const [, child, parent] of rows) if (below.has(Number(parent))) below.add(Number(child));
    again = below.size > size;
  }
  return rows
    .filter(([, child, , args]) => Number(child) !== pid && below.has(Number(child)) && (args ?? '').includes(text))
    .map((m) => Number(m[1]));
}

/** Throws bytes at a UDP port from an address of the loopback net. */
export async function throwDatagrams(from: string, port: number, datagrams: readonly Uint8Array[]): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  let answers = 0;
  socket.on('message', () => answers++);
  for (const bytes of datagrams) {
    await new Promise((resolve) => {
      socket.send(bytes, port, '127.0.0.1', resolve);
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  socket.close();
  return answers;
}

/** What a test has opened, closed after it in reverse. */
export class Opened {
  readonly #open: { close(): Promise<void> }[] = [];

  add<T extends { close(): Promise<void> }>(made: T): T {
    this.#open.push(made);
    return made;
  }

  async close(): Promise<void> {
    for (const one of this.#open.splice(0).reverse()) await one.close().catch(() => undefined);
  }
}

export const talking = (page: Page): Promise<void> =>
  page.locator('[data-testid=call-state][data-state=talking]').waitFor({ timeout: 30_000 });

/** Waits for an offer and takes it by the button. */
export async function answerOn(page: Page): Promise<void> {
  await page.getByTestId('offer-band').waitFor({ timeout: 30_000 });
  await until('the softphone to ring', async () => page.getByTestId('answer').isEnabled());
  await page.getByTestId('answer').click();
  await talking(page);
}
