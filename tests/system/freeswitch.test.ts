/** The whole server on a real FreeSWITCH: a call from arrival to its record, and one that outlives the server. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { Pacer } from '../../tools/call/pacer.ts';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import { toneAmplitude } from '../../tools/call/audio.ts';
import { openBrowser, readyAgent } from '../support/browser.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { RealFreeswitch, whyNoFreeswitch } from '../support/freeswitch/server.ts';
import { Hotline, type Login } from '../support/hotline.ts';
import { listenOnPage } from '../support/page-ear.ts';
import { saveWav, tone } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { answerOn, storedCall, typesOf } from './rig.ts';

jest.setTimeout(180_000);

const HOST = '127.0.0.1';
const DOMAIN = 'hotline.local';
const TALKING = 20;
const why = whyNoFreeswitch();
const maybe = why === '' ? describe : describe.skip;

const people = [
  { login: 'agent1', role: 'agent' },
  { login: 'agent2', role: 'agent' },
  { login: 'supervisor1', role: 'supervisor' },
  ...Array.from({ length: TALKING }, (_, i) => ({ login: `staff${i}`, role: 'agent' as const })),
] as const;

/** Put into the database before the server starts, as an import of staff would; there are no demo log-ins then. */
async function makeStaff(dataDir: string, embeddedPort: number): Promise<readonly Login[]> {
  const store = await openStore({ dataDir, embeddedPort, logger: pino({ enabled: false }) });
  try {
    const password = randomUUID();
    const passwordHash = await hash(password);
    for (const [i, { login, role }] of people.entries())
      await store.users.create({ login, displayName: login, agentNumber: `${3_000 + i}`, role, passwordHash });
    return people.map(({ login }) => ({ login, password }));
  } finally {
    await store.close();
  }
}

maybe(`the hotline on FreeSWITCH${why === '' ? '' : ` (left out: ${why})`}`, () => {
  let dir: string;
  let forward: Server;
  let hotline: Hotline | undefined;
  let real: RealFreeswitch;
  let agent: ScriptedAgent | undefined;
  let staff: readonly Login[];
  const login = (name: string): Login => {
    const found = staff.find((one) => one.login === name);
    if (found === undefined) throw new Error(`nobody is called ${name}`);
    return found;
  };
  const session = (): Promise<Session> => openSession({ url: hotline?.url ?? '', login }, 'supervisor1');

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hotline-fs-'));
    // FreeSWITCH has to know where to ask before the server's port is known.
    forward = createServer((from, to) => {
      const { port } = new URL(hotline?.url ?? 'http://127.0.0.1:9');
      const { method, url: path, headers } = from;
      from.pipe(
        request({ host: HOST, port, method, path, headers }, (answer) => {
          to.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(to);
        }).on('error', () => to.destroy()),
      );
    });
    await new Promise<void>((resolve) => {
      forward.listen(0, HOST, resolve);
    });
    const directoryToken = randomUUID();
    const directoryUrl = `http://${HOST}:${(forward.address() as AddressInfo).port}/freeswitch/directory`;
    real = await RealFreeswitch.start({ domain: DOMAIN, directoryUrl, directoryToken });
    const { eventPort, trunkPort, wsPort, password } = real.configuration;
    await writeFile(join(dir, 'token'), directoryToken);
    await writeFile(join(dir, 'password'), password);
    const node = { name: 'fs1', address: HOST, eventPort, trunkPort, wsPort, passwordFile: join(dir, 'password') };
    const embeddedPort = await freeTcpPort();
    staff = await makeStaff(join(dir, 'data'), embeddedPort);
    hotline = await Hotline.start({
      env: {
        HOTLINE_DATADIR: join(dir, 'data'),
        HOTLINE_STORE__EMBEDDEDPORT: String(embeddedPort),
        HOTLINE_SWITCH__TYPE: 'freeswitch',
        HOTLINE_SWITCH__FREESWITCH__NODES: JSON.stringify([node]),
        HOTLINE_SWITCH__FREESWITCH__DIRECTORYTOKENFILE: join(dir, 'token'),
        HOTLINE_ASR__ENGINE: 'off',
        HOTLINE_LINE__WRAPUPMS: '0',
      },
    });
    agent = await ScriptedAgent.start({
      server: hotline.url,
      ...login('agent1'),
      sip: { host: HOST, port: real.configuration.endpointPort },
      address: HOST,
      speech: tone(1_000, 60_000),
      answerAfterMs: 300,
    });
  });
  afterAll(async () => {
    await agent?.close();
    await hotline?.dispose();
    await real.close();
    forward.closeAllConnections();
    forward.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('takes a call from the greeting to the agent and stores it', async () => {
    if (hotline === undefined) throw new Error('the server is not there');
    const phone = new SipPhone({ address: HOST, user: '13800138001' });
    await phone.start();
    const call = await phone.call(`sip:12345@${HOST}:${real.configuration.trunkPort}`);
    expect(await call.answered).toBe(true);
    void call.play(tone(440, 1_000), true);
    await until(
      'the caller to hear the agent',
      () => Promise.resolve(toneAmplitude(call.heardLast(300), 1_000) > 1_000),
      40_000,
    );
    call.hangUp();
    const stored = await storedCall(await session(), '13800138001');
    expect(typesOf(stored)).toEqual(
      expect.arrayContaining(['call.arrived', 'call.answered', 'call.bridged', 'call.ended']),
    );
    await phone.close();
  });

  it('keeps a call up while the server is killed, and takes it over at the next start', async () => {
    if (hotline === undefined) throw new Error('the server is not there');
    const phone = new SipPhone({ address: HOST, user: '13800138002' });
    await phone.start();
    const call = await phone.call(`sip:12345@${HOST}:${real.configuration.trunkPort}`);
    expect(await call.answered).toBe(true);
    const hears = (): Promise<boolean> => Promise.resolve(toneAmplitude(call.heardLast(300), 1_000) > 1_000);
    void call.play(tone(440, 1_000), true);
    await until('the caller to hear the agent', hears, 60_000);
    await hotline.kill9();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await hears()).toBe(true);
    await hotline.run();
    expect(await hears()).toBe(true);
    call.hangUp();
    const stored = await storedCall(await session(), '13800138002');
    expect(stored.call.endCause).toBe('caller-hung-up');
    expect(typesOf(stored)).toContain('call.adopted');
    await phone.close();
  });

  it('serves an agent in a browser, whose socket goes through our server', async () => {
    if (hotline === undefined) throw new Error('the server is not there');
    await agent?.setAvailable(false);
    // The switch of the test takes media from the loopback alone, which a browser does not offer by itself.
    const browser = await openBrowser({
      microphone: saveWav(tone(1_600, 10_000)),
      flags: ['--allow-loopback-in-peer-connection'],
    });
    const phone = new SipPhone({ address: HOST, user: '13800138003' });
    try {
      const { page } = browser;
      await readyAgent(page, { url: hotline.url, login }, 'agent2');
      await phone.start();
      const call = await phone.call(`sip:12345@${HOST}:${real.configuration.trunkPort}`);
      expect(await call.answered).toBe(true);
      void call.play(tone(440, 1_000), true);
      await answerOn(page);
      const hearsAgent = (): Promise<boolean> => Promise.resolve(toneAmplitude(call.heardLast(300), 1_600) > 1_000);
      await until('the caller to hear the browser', hearsAgent, 20_000);
      await until('audio on the page', async () => (await page.evaluate(listenOnPage)) === true);
      const loud = async (): Promise<boolean> => Number(await page.evaluate('heardLoudness.at(-1) ?? 0')) > 0.03;
      await until('the browser to hear the caller', loud, 20_000);
      await page.getByTestId('hang-up').click();
      const stored = await storedCall(await session(), '13800138003');
      expect(stored.call.endCause).toBe('agent-hung-up');
    } finally {
      await browser.close();
      await phone.close();
      await agent?.setAvailable(true);
    }
  });

  it('keeps twenty conversations up while the server is killed, and has all of them afterwards', async () => {
    if (hotline === undefined) throw new Error('the server is not there');
    const { url } = hotline;
    await agent?.setAvailable(false);
    const pacer = new Pacer();
    const agents: ScriptedAgent[] = [];
    const talkers = staff.filter((one) => one.login.startsWith('staff'));
    for (const talker of talkers) {
      const sip = { host: HOST, port: real.configuration.endpointPort };
      const more = { address: HOST, speech: tone(1_000, 120_000), answerAfterMs: 300, pacer };
      agents.push(await ScriptedAgent.start({ server: url, ...talker, sip, ...more }));
    }
    const numbers = talkers.map((_, i) => `139001390${String(i).padStart(2, '0')}`);
    const phones = numbers.map((user) => new SipPhone({ address: HOST, user, pacer }));
    const calls = await Promise.all(
      phones.map(async (phone) => {
        await phone.start();
        const call = await phone.call(`sip:12345@${HOST}:${real.configuration.trunkPort}`);
        expect(await call.answered).toBe(true);
        void call.play(tone(440, 1_000), true);
        return call;
      }),
    );
    const hearing = (): number => calls.filter((call) => toneAmplitude(call.heardLast(300), 1_000) > 1_000).length;
    await until('all callers to hear their agents', () => Promise.resolve(hearing() === TALKING), 90_000);
    await hotline.kill9();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(hearing()).toBe(TALKING);
    await hotline.run();
    expect(hearing()).toBe(TALKING);
    expect(calls.filter((call) => call.outcome !== undefined)).toEqual([]);
    for (const call of calls) call.hangUp();
    const asked = await session();
    for (const number of numbers) {
      const stored = await storedCall(asked, number);
      expect([number, stored.call.endCause]).toEqual([number, 'caller-hung-up']);
      expect(typesOf(stored)).toContain('call.adopted');
    }
    await Promise.all([...phones, ...agents].map((thing) => thing.close()));
  });
});
