/** What `npm run configure` writes, tried: a real FreeSWITCH and a real drachtio-server start with it, and a call comes. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { FreeswitchSwitch } from '../../telephony/freeswitch/freeswitch-switch.ts';
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import { EdgeRig, eventually, findDrachtio, statusOf } from '../support/edge-rig.ts';
import { freeTcpPort, freeUdpPort } from '../support/free-ports.ts';
import { TestDirectory } from '../support/freeswitch/directory.ts';
import { findFreeswitch } from '../support/freeswitch/server.ts';

jest.setTimeout(150_000);

const root = resolve(import.meta.dirname, '../..');
const DOMAIN = 'hotline.test';
const [freeswitch, drachtio] = [findFreeswitch(), findDrachtio()];

let dir: string;
const opened: { close(): Promise<void> }[] = [];
function opening<T extends { close(): Promise<void> }>(thing: T): T {
  opened.push(thing);
  return thing;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hotline-configure-'));
});
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
  await rm(dir, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
}

/** The command as an operator runs it, in a folder with a hotline.yaml. */
async function configure(...args: readonly string[]): Promise<Ran> {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const command = [tsx, join(root, 'tools/configure/main.ts'), ...args];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: dir });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, out: stderr };
  }
}

const yaml = (value: unknown): Promise<void> => writeFile(join(dir, 'hotline.yaml'), JSON.stringify(value));
const trunks = [{ name: '电信', addresses: ['127.0.0.1/32'] }];

async function secret(name: string): Promise<string> {
  const file = join(dir, 'fs', 'secrets', name);
  expect((await stat(file)).mode & 0o077).toBe(0);
  return readFileSync(file, 'utf8').trim();
}

class Program {
  readonly #child: ChildProcess;
  constructor(command: string, args: readonly string[]) {
    const lib = join(dirname(dirname(command)), 'lib');
    this.#child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, LD_LIBRARY_PATH: lib } });
  }
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

describe('npm run configure', () => {
  it('writes nothing when something is wrong, and says all of it', async () => {
    await yaml({ rtp: { portMin: 20_000, portMax: 20_100 } });
    const { code, out } = await configure('freeswitch', '--address', '0.0.0.0', '--max-sessions', '400', '--out', 'fs');
    expect(code).toBe(1);
    expect(out).toContain('--address must be the one address');
    expect(out).toContain('nobody could call');
    expect(out).toContain('400 calls need twice as many');
    await expect(stat(join(dir, 'fs'))).rejects.toThrow('ENOENT');
  });

  it('keeps passwords when it writes again, and does not write over a folder unasked', async () => {
    await yaml({ sip: { trunks } });
    const args = ['freeswitch', '--address', '127.0.0.1', '--out', 'fs'];
    expect((await configure(...args)).code).toBe(0);
    const before = await secret('event-socket.password');
    expect((await configure(...args)).out).toContain('is not empty');
    expect((await configure(...args, '--force')).code).toBe(0);
    expect(await secret('event-socket.password')).toBe(before);
    const file = join(dir, 'fs/autoload_configs/event_socket.conf.xml');
    expect(readFileSync(file, 'utf8')).toContain(`value="${before}"`);
    expect((await stat(file)).mode & 0o077).toBe(0);
  });
});

/** FreeSWITCH on what was written for it; resolves when our adapter commands it. */
async function startSwitch(
  withEdge: boolean,
): Promise<{ fs: FreeswitchSwitch; directory: TestDirectory; trunkPort: number; internalPort: number }> {
  const directory = opening(new TestDirectory(DOMAIN));
  await directory.start();
  const [trunkPort, internalPort, wsPort, eventPort] = [
    await freeUdpPort(),
    await freeUdpPort(),
    await freeTcpPort(),
    await freeTcpPort(),
  ];
  const rtpMin = 40_000 + 100 * Math.floor(Math.random() * 100);
  await yaml({ sip: { trunks, domain: DOMAIN }, rtp: { portMin: rtpMin, portMax: rtpMin + 99 } });
  await mkdir(join(dir, 'fs/secrets'), { recursive: true });
  await writeFile(join(dir, 'fs/secrets/directory.token'), directory.token, { mode: 0o600 });
  const { code, out } = await configure(
    ...['freeswitch', '--address', '127.0.0.1', '--out', 'fs', '--force', '--directory-url', directory.url],
    ...['--trunk-port', String(trunkPort), '--internal-port', String(internalPort), '--ws-port', String(wsPort)],
    ...['--event-port', String(eventPort), ...(withEdge ? ['--edge', '127.0.0.1'] : [])],
  );
  if (code !== 0) throw new Error(out);
  const program = freeswitch ?? '';
  const folders = ['log', 'db', 'run', 'temp', 'storage'].flatMap((name) => [`-${name}`, join(dir, name)]);
  for (const name of ['log', 'db', 'run', 'temp', 'storage']) await mkdir(join(dir, name));
  const modules = join(dirname(dirname(program)), 'lib/freeswitch/mod');
  opening(new Program(program, ['-nf', '-nonat', '-nc', '-np', '-conf', join(dir, 'fs'), '-mod', modules, ...folders]));
  const fs = new FreeswitchSwitch({
    name: 'fs1',
    eventSocket: { host: '127.0.0.1', port: eventPort, password: await secret('event-socket.password') },
    ...{ domain: DOMAIN, directory, outboundProxy: null, newId: randomUUID },
    profiles: { trunk: 'trunk', endpoints: 'internal' },
    tap: { mode: 'auto', bind: '127.0.0.1', advertisedAddress: '127.0.0.1', wsPort: 0, sipPort: 0 },
    logger: pino({ enabled: false }),
    startWithinMs: 60_000,
  });
  await fs.start();
  opening(fs);
  await eventually(
    'the SIP profiles',
    async () => (await answersOptions(trunkPort)) && (await answersOptions(internalPort)),
  );
  return { fs, directory, trunkPort, internalPort };
}

function answersOptions(port: number): Promise<boolean> {
  return statusOf(port, 'OPTIONS', [], { limitMs: 1_000 }).then(
    (status) => status > 0,
    () => false,
  );
}

function seen(fs: FreeswitchSwitch): SwitchEvent[] {
  const events: SwitchEvent[] = [];
  fs.subscribe((event) => events.push(event));
  return events;
}

async function phone(options: Partial<ConstructorParameters<typeof SipPhone>[0]> = {}): Promise<SipPhone> {
  const made = opening(new SipPhone({ address: '127.0.0.1', user: '13800000001', ...options }));
  await made.start();
  return made;
}

const incoming = (events: readonly SwitchEvent[]): Extract<SwitchEvent, { type: 'leg.incoming' }> | undefined =>
  events.find((event) => event.type === 'leg.incoming');

if (freeswitch === undefined) {
  it.skip('a FreeSWITCH starts with what is written (no FreeSWITCH: FREESWITCH_BIN or PATH)', () => undefined);
} else
  describe('FreeSWITCH on what is written', () => {
    it('takes calls of the trunk by address and of nobody else; agents register through our directory', async () => {
      const { fs, directory, trunkPort, internalPort } = await startSwitch(false);
      const events = seen(fs);
      const caller = await phone();
      const call = await caller.call(`sip:12345@127.0.0.1:${trunkPort}`);
      await eventually('the call', () => incoming(events) !== undefined);
      expect(incoming(events)).toMatchObject({
        to: '12345',
        from: '13800000001',
        origin: { type: 'trunk', trunk: '电信' },
      });
      await fs.answer(incoming(events)?.legId ?? '');
      expect(await call.answered).toBe(true);

      const stranger = await phone({ address: '127.0.0.9' });
      expect((await (await stranger.call(`sip:12345@127.0.0.1:${trunkPort}`)).ended).status).toBe(403);

      const credentials = directory.add('agent-1');
      const registrar = { host: '127.0.0.1', port: internalPort, domain: DOMAIN };
      const agent = await phone({ user: credentials.username, credentials, registrar });
      await agent.register();
      await eventually('the agent', () => events.some((event) => event.type === 'endpoint.registered'));
      const thief = await phone({ user: 'nobody', credentials: { username: 'nobody', password: 'guess' }, registrar });
      await expect(thief.register()).rejects.toThrow('refused with 403');
    });

    const both = drachtio === undefined ? it.skip : it;
    both('behind drachtio and the edge it is told the trunk, and believes it from there alone', async () => {
      const { fs, trunkPort } = await startSwitch(true);
      const events = seen(fs);
      const edge = opening(await EdgeRig.open(drachtio ?? ''));
      await edge.startEdge({ nodes: [{ name: 'fs1', port: trunkPort }], trunks });
      const caller = await phone();
      const call = await caller.call(edge.uri());
      await eventually('the call', () => incoming(events) !== undefined);
      expect(incoming(events)).toMatchObject({ to: '12345', origin: { type: 'trunk', trunk: '电信' } });
      const other = await phone({ address: '127.0.0.9' });
      expect((await (await other.call(`sip:12345@127.0.0.1:${trunkPort}`)).ended).status).toBe(403);

      const legId = incoming(events)?.legId ?? '';
      await fs.answer(legId);
      expect(await call.answered).toBe(true);
      await edge.killEdge();
      await fs.hangup(legId, 'normal');
      expect(await call.ended).toMatchObject({ by: 'remote', why: 'bye' });
    });
  });
