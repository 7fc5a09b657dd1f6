/**
 * An agent with a telephone on the desk: it dials the consultation by itself and hands the call over. baresip has no
 * attended transfer, so REFER with Replaces comes from a telephone of the tests.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DeskCallView, Directory, PageToServer, Result } from '../../server/realtime/protocol.ts';
import { toneAmplitude } from '../../tools/call/audio.ts';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import { askCredentials, openAgentPage, ScriptedAgent, type Page } from '../../tools/call/scripted-agent.ts';
import { Baresip } from '../support/baresip.ts';
import { DeskPhone } from '../support/desk-phone.ts';
import { Hotline } from '../support/hotline.ts';
import { saveWav, tone } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { allQuiet, Opened, phoneIn, storedCall, typesOf, type Caller } from './rig.ts';

jest.setTimeout(60_000);

const HZ = { caller: 440, desk: 1_000, colleague: 1_600 } as const;
const HEARD = 3_000;

let hotline: Hotline;
let session: Session;
let colleague: ScriptedAgent;
let colleagueCall: PhoneCall | undefined;
const opened = new Opened();

interface Seat {
  readonly page: Page;
  readonly view: () => DeskCallView | null;
  readonly state: () => string;
  readonly account: { readonly username: string; readonly password: string; readonly domain: string };
}

/** The page of the agent at the telephone, and what the telephone registers with. */
async function sitDown(): Promise<Seat> {
  const page = await openAgentPage({ server: hotline.url, ...hotline.login('agent1') });
  let call: DeskCallView | null = null;
  page.on('call', (view) => (call = view));
  opened.add({
    close: () => {
      page.disconnect();
      return Promise.resolve();
    },
  });
  const { username, password, uri } = await askCredentials(page);
  const view = (): DeskCallView | null => call;
  const account = { username, password, domain: uri.slice(uri.indexOf('@') + 1) };
  return { page, view, state: () => view()?.state ?? 'none', account };
}

async function ask(page: Page, event: keyof PageToServer, payload: object): Promise<Result<unknown>> {
  const emitter = page as unknown as { emitWithAck(event: string, payload: unknown): Promise<Result<unknown>> };
  return emitter.emitWithAck(event, payload);
}

/** The colleague is done with the call before, wrap-up included. */
async function colleagueIsFree(page: Page): Promise<void> {
  await until('the colleague to be free', async () => {
    const asked = await ask(page, 'call.directory', {});
    const { colleagues } = asked.ok ? (asked.value as Directory) : { colleagues: [] };
    return colleagues.find((c) => c.agentNumber === '1002')?.reachable === true;
  });
}

async function available(page: Page): Promise<void> {
  await colleagueIsFree(page);
  const wish = { intent: 'available', reason: '' };
  await until('the agent to be available', async () => (await ask(page, 'agent.set-intent', wish)).ok);
}

const inState = (state: () => string, wanted: string): Promise<unknown> =>
  until(`the desk to be ${wanted}`, () => Promise.resolve(state() === wanted));

async function hears(call: () => PhoneCall | undefined, hz: number, what: string): Promise<void> {
  await until(what, () => Promise.resolve(toneAmplitude(call()?.heardLast(300) ?? new Int16Array(), hz) > HEARD));
}

async function caller(number: string): Promise<Caller> {
  const made = opened.add(await phoneIn(hotline, number));
  // Past the greeting.
  made.call.sendDigit('0');
  void made.call.play(tone(HZ.caller, 60_000));
  return made;
}

beforeAll(async () => {
  hotline = await Hotline.start({ env: { HOTLINE_ASR__ENGINE: 'scripted', HOTLINE_LINE__WRAPUPMS: '1000' } });
  session = await openSession(hotline, 'supervisor1');
  colleague = await ScriptedAgent.start({
    ...{ server: hotline.url, ...hotline.login('agent2'), address: '127.0.0.1', answerAfterMs: 700 },
    sip: { host: '127.0.0.1', port: hotline.sipPort },
    speech: tone(HZ.colleague, 60_000),
  });
  await colleague.setAvailable(false);
  colleague.phone.subscribe((event) => {
    if (event.type === 'answered') colleagueCall = event.call;
  });
}, 90_000);
afterEach(() => opened.close());
afterAll(async () => {
  await colleague.close();
  await hotline.dispose();
});

describe('baresip on an agent’s desk', () => {
  it('holds the caller, dials a colleague, comes back, dials again and passes the call on', async () => {
    const { page, state, view, account } = await sitDown();
    const phone = opened.add(
      await Baresip.start({
        number: account.username,
        audio: saveWav(tone(HZ.desk, 60_000)),
        account: { ...account, registrar: `sip:127.0.0.1:${String(hotline.sipPort)};transport=udp` },
      }),
    );
    await available(page);
    const { call } = await caller('13800138101');
    await phone.until(/Incoming call/i, 20_000);
    await phone.accept();
    await inState(state, 'talking');
    await hears(() => call, HZ.desk, 'the caller to hear the agent');

    await phone.command('hold');
    await phone.dial(`sip:1002@${account.domain}`);
    await inState(state, 'consulting');
    await hears(() => colleagueCall, HZ.desk, 'the colleague to hear the telephone');
    expect(toneAmplitude(call.heardLast(300), HZ.desk)).toBeLessThan(HEARD);
    await phone.hangUp();
    await inState(state, 'talking');
    await phone.command('resume');
    await hears(() => call, HZ.desk, 'the caller to hear the agent again');

    await colleagueIsFree(page);
    await phone.command('hold');
    await phone.dial(`sip:1002@${account.domain}`);
    await inState(state, 'consulting');
    await hears(() => colleagueCall, HZ.desk, 'the colleague to hear the telephone again');
    expect(await ask(page, 'call.complete', { callId: view()?.callId })).toMatchObject({ ok: true });
    await hears(() => call, HZ.colleague, 'the caller to hear the colleague');
    await until('no call to be left at the telephone', async () =>
      (await phone.command('listcalls')).includes('Active calls (0)'),
    );
    call.hangUp();
    const stored = await storedCall(session, '13800138101');
    expect(typesOf(stored)).toEqual(expect.arrayContaining(['consult.answered', 'call.transferred']));
    await allQuiet(hotline);
  });
});

describe('a telephone with two lines', () => {
  it.each([
    ['the held line, the colleague being on the phone', 200, 'held', 'attended'],
    ['the dialled line, the colleague being on the phone', 200, 'dialled', 'attended'],
    ['the held line while the colleague is still rung', 180, 'held', 'blind'],
  ] as const)('hands the call over by REFER with Replaces on %s', async (_name, until_, on, kind) => {
    const number = `138001${String(until_)}${String(on.length)}0`;
    const { page, state, account } = await sitDown();
    const phone = await DeskPhone.register({ ...account, sipPort: hotline.sipPort });
    opened.add({
      close: () => {
        phone.close();
        return Promise.resolve();
      },
    });
    await available(page);
    const { call } = await caller(number);
    const held = await phone.answer();
    await inState(state, 'talking');
    const dialled = await phone.dial('1002', until_);
    await inState(state, 'consulting');
    const [line, other] = on === 'held' ? [held, dialled] : [dialled, held];
    expect(await phone.refer(line, other)).toBe('SIP/2.0 200 OK');
    await phone.released([held, dialled]);
    await hears(() => call, HZ.colleague, 'the caller to hear the colleague');
    call.hangUp();
    const stored = await storedCall(session, number);
    expect(stored.timeline).toContainEqual(expect.objectContaining({ type: 'call.transferred', kind }));
    await allQuiet(hotline);
  });

  it('is refused politely for a name that is nobody’s, a queue, and oneself', async () => {
    const { page, state, account } = await sitDown();
    const phone = await DeskPhone.register({ ...account, sipPort: hotline.sipPort });
    await available(page);
    await caller('13800138301');
    const held = await phone.answer();
    await inState(state, 'talking');
    await expect(phone.dial('nobody', 200)).rejects.toThrow(/SIP\/2.0 404/);
    await expect(phone.dial('main', 200)).rejects.toThrow(/SIP\/2.0 603/);
    await expect(phone.dial('1001', 200)).rejects.toThrow(/SIP\/2.0 486/);
    expect(state()).toBe('talking');
    phone.hangUp(held);
    await allQuiet(hotline);
    phone.close();
  });
});
