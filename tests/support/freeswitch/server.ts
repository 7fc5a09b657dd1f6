/** A real FreeSWITCH for tests, when one is at hand. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { freeTcpPort, freeUdpPort } from '../free-ports.ts';
import { freeswitchXml, type TestConfiguration } from './configuration.ts';

/** The program to start: FREESWITCH_BIN, or `freeswitch` in PATH; undefined when there is none. */
export function findFreeswitch(): string | undefined {
  const named = process.env['FREESWITCH_BIN'];
  if (named !== undefined && named !== '') return isProgram(named) ? named : undefined;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'freeswitch'))
    .find(isProgram);
}

/** Why tests that need it are left out; empty when they are not. */
export function whyNoFreeswitch(): string {
  return findFreeswitch() === undefined ? 'no FreeSWITCH here (FREESWITCH_BIN or PATH)' : '';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const MODULES = [
  'mod_console',
  'mod_logfile',
  'mod_event_socket',
  'mod_xml_curl',
  'mod_commands',
  'mod_dptools',
  'mod_dialplan_xml',
  'mod_hash',
  'mod_db',
  'mod_sofia',
  'mod_loopback',
  'mod_rtc',
  'mod_opus',
  'mod_sndfile',
  'mod_native_file',
  'mod_tone_stream',
  'mod_conference',
  'mod_audio_fork',
];

export interface RealOptions {
  readonly domain: string;
  readonly directoryUrl: string;
  readonly directoryToken: string;
  /** Without it taps go the way of the listening legs. */
  readonly withFork?: boolean;
}

const START_MS = 40_000;

export class RealFreeswitch {
  readonly configuration: TestConfiguration;
  readonly #program: string;
  /** In memory where there is a place for it: it is written with every step of every call. */
  readonly #db = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'freeswitch-db-'));
  #process: ChildProcess | undefined;

  private constructor(program: string, configuration: TestConfiguration) {
    this.#program = program;
    this.configuration = configuration;
  }

  static async start(options: RealOptions): Promise<RealFreeswitch> {
    const program = findFreeswitch();
    if (program === undefined) throw new Error(whyNoFreeswitch());
    const dir = mkdtempSync(join(tmpdir(), 'freeswitch-'));
    const [eventPort, wsPort, trunkPort, endpointPort] = await Promise.all([
      freeTcpPort(),
      freeTcpPort(),
      freeUdpPort(),
      freeUdpPort(),
    ]);
    // Below the ports that the system gives out by itself.
    const first = 16_000 + 500 * Math.floor(Math.random() * 24);
    const modules = MODULES.filter(
      (m) => (m !== 'mod_audio_fork' || options.withFork !== false) && hasModule(program, m),
    );
    const { domain, directoryUrl, directoryToken } = options;
    const real = new RealFreeswitch(program, {
      ...{ eventPort, trunkPort, endpointPort, wsPort, domain, directoryUrl, directoryToken, dir, modules },
      password: randomUUID(),
      rtpPorts: [first, first + 3_998],
      switchName: `test-${randomUUID()}`,
    });
    for (const sub of ['conf', 'log', 'run', 'storage', 'tmp']) mkdirSync(join(dir, sub));
    writeFileSync(join(dir, 'conf', 'freeswitch.xml'), freeswitchXml(real.configuration));
    await real.up();
    return real;
  }

  get hasFork(): boolean {
    return this.configuration.modules.includes('mod_audio_fork');
  }

  /** Starts the program (again) and waits until calls can come. */
  async up(): Promise<void> {
    const { dir, eventPort } = this.configuration;
    const at = (sub: string): string => join(dir, sub);
    const args = ['-nf', '-nonat', '-nc', '-np', '-conf', at('conf'), '-log', at('log'), '-db', this.#db];
    const more = ['-run', at('run'), '-temp', at('tmp'), '-storage', at('storage'), '-mod', moduleDir(this.#program)];
    this.#process = spawn(this.#program, [...args, ...more], {
      stdio: 'ignore',
      env: { ...process.env, LD_LIBRARY_PATH: join(dirname(dirname(this.#program)), 'lib') },
    });
    const endMs = performance.now() + START_MS;
    while (!(await profilesRun(eventPort, this.configuration.password))) {
      if (performance.now() > endMs || this.#process.exitCode !== null)
        throw new Error(`FreeSWITCH did not start; see ${at('log')}`);
      await sleep(100);
    }
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.#end('SIGKILL');
    for (const dir of [this.configuration.dir, this.#db]) await rm(dir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
      child.kill(signal);
    });
  }
}

function moduleDir(program: string): string {
  const lib = join(dirname(dirname(program)), 'lib');
  const usual = [join(lib, 'freeswitch', 'mod'), '/usr/lib/freeswitch/mod', '/usr/local/freeswitch/mod'];
  return usual.find((dir) => existsSync(dir)) ?? join(lib, 'mod');
}

function hasModule(program: string, name: string): boolean {
  const dir = moduleDir(program);
  return existsSync(dir) && readdirSync(dir).includes(`${name}.so`);
}

/** Both SIP profiles are up, as the event socket tells. */
function profilesRun(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let text = '';
    const done = (isSo: boolean): void => {
      socket.destroy();
      resolve(isSo);
    };
    socket.setTimeout(2_000, () => {
      done(false);
    });
    socket.on('error', () => {
      done(false);
    });
    socket.on('connect', () => socket.write(`auth ${password}\n\napi sofia status\n\n`));
    socket.on('data', (bytes) => {
      text += bytes.toString();
      if (/\d+ profiles? \d+ aliases/.test(text)) done((text.match(/RUNNING/g) ?? []).length >= 2);
    });
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
