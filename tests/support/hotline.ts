/** Runs the real server as its own process, as an operator would, on free ports and a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeTcpPort, freeUdpPort } from './free-ports.ts';

export interface HotlineSettings {
  /** Environment overrides, e.g. `HOTLINE_LINE__RINGMS`. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Login {
  readonly login: string;
  readonly password: string;
}

const READY_MS = 60_000;

export class Hotline {
  readonly #env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly url: string;
  readonly sipPort: number;
  readonly rtpPortMin: number;
  #child: ChildProcess | undefined;
  #logins: readonly Login[] = [];
  output = '';

  private constructor(parts: {
    env: Readonly<Record<string, string>>;
    dataDir: string;
    url: string;
    sipPort: number;
    rtpPortMin: number;
  }) {
    this.#env = parts.env;
    this.dataDir = parts.dataDir;
    this.url = parts.url;
    this.sipPort = parts.sipPort;
    this.rtpPortMin = parts.rtpPortMin;
  }

  static async start(settings: HotlineSettings = {}): Promise<Hotline> {
    const dataDir = await mkdtemp(join(tmpdir(), 'hotline-'));
    const [httpPort, dbPort, sipPort] = [await freeTcpPort(), await freeTcpPort(), await freeUdpPort()];
    const rtpMin = 30_000 + 2 * Math.floor((httpPort % 10_000) / 2);
    const env = {
      HOTLINE_DATADIR: dataDir,
      HOTLINE_HTTP__PORT: String(httpPort),
      HOTLINE_HTTP__BIND: '127.0.0.1',
      HOTLINE_HTTP__HTTPSPORT: 'null',
      HOTLINE_SIP__PORT: String(sipPort),
      HOTLINE_SIP__BIND: '127.0.0.1',
      HOTLINE_RTP__PORTMIN: String(rtpMin),
      HOTLINE_RTP__PORTMAX: String(rtpMin + 399),
      HOTLINE_STORE__EMBEDDEDPORT: String(dbPort),
      // A test phones in as often as a city in a surge: the plan would turn its callers away.
      HOTLINE_SURGE__ENABLED: 'false',
      ...settings.env,
    };
    const hotline = new Hotline({
      env,
      dataDir,
      url: `http://127.0.0.1:${String(httpPort)}`,
      sipPort,
      rtpPortMin: rtpMin,
    });
    await hotline.run();
    return hotline;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  login(name: string): Login {
    const found = this.#logins.find((l) => l.login === name);
    if (found === undefined) throw new Error(`no demo log-in '${name}' was printed:\n${this.output}`);
    return found;
  }

  /** Starts (again) with the same data. Resolves when the server says it is ready. */
  async run(): Promise<void> {
    const child = spawn(process.execPath, ['tools/start.mjs', '--no-build'], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const from = this.output.length;
    child.stdout.on('data', (data: Buffer) => (this.output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (this.output += data.toString()));
    const deadlineMs = Date.now() + READY_MS;
    while (!/^ready http/m.test(this.output.slice(from))) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${String(child.exitCode)}:\n${this.output}`);
      if (Date.now() > deadlineMs) throw new Error(`the server was not ready in time:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const printed = [...this.output.matchAll(/^ {2}(\w+)\s+(\S+-\S+)/gm)].map((m) => ({
      login: m[1] ?? '',
      password: m[2] ?? '',
    }));
    if (printed.length > 0) this.#logins = printed;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(timer);
  }

  /** As a power cut would: no process gets to say goodbye. */
  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async dispose(): Promise<void> {
    await this.stop();
    const keep = process.env['HOTLINE_TEST_LOG'];
    if (keep !== undefined) await writeFile(keep, this.output);
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
