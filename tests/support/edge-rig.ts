/** A real drachtio-server, the real edge as its own process, and far ends made of our own parts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { drachtioFiles } from '../../tools/configure/drachtio-files.ts';
import { freeTcpPort, freeUdpPort } from './free-ports.ts';

const SECRET = 'secret-of-the-test';
const READY_MS = 60_000;

/** The server's program: `DRACHTIO_BIN`, else `drachtio` on the PATH; undefined when there is none. */
export function findDrachtio(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const named = env['DRACHTIO_BIN'];
  const places = named === undefined || named === '' ? [] : [named];
  const onPath = (env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, 'drachtio'));
  return [...places, ...onPath].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks again until it is so. */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs = READY_MS,
): Promise<void> {
  const deadlineMs = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${limitMs} ms for ${what} in vain`);
    await later(10);
  }
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (ended(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const sure = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(sure);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

export interface RigNode {
  readonly name: string;
  readonly port: number;
  readonly weight?: number;
}

export interface EdgeRigOptions {
  readonly nodes: readonly RigNode[];
  /** Further keys of the `edge` section. */
  readonly edge?: Readonly<Record<string, unknown>>;
  /** `sip.trunks`. */
  readonly trunks?: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

export interface TargetSeen {
  readonly name: string;
  readonly verdict: string;
}

/** drachtio-server lives on while the edge is killed and started again. */
export class EdgeRig {
  readonly sipPort: number;
  readonly httpPort: number;
  readonly #dir: string;
  readonly #adminPort: number;
  readonly #drachtio: ChildProcess;
  #edge: ChildProcess | undefined;
  output = '';

  private constructor(parts: {
    dir: string;
    sipPort: number;
    httpPort: number;
    adminPort: number;
    drachtio: ChildProcess;
  }) {
    this.sipPort = parts.sipPort;
    this.httpPort = parts.httpPort;
    this.#dir = parts.dir;
    this.#adminPort = parts.adminPort;
    this.#drachtio = parts.drachtio;
    const keep = (data: Buffer): void => {
      this.output += data.toString();
    };
    parts.drachtio.stdout?.on('data', keep);
    parts.drachtio.stderr?.on('data', keep);
  }

  /** The server alone; `startEdge` brings its application. */
  static async open(program: string): Promise<EdgeRig> {
    const dir = await mkdtemp(join(tmpdir(), 'hotline-edge-'));
    const [sipPort, httpPort, adminPort, metricsPort] = [
      await freeUdpPort(),
      await freeTcpPort(),
      await freeTcpPort(),
      await freeTcpPort(),
    ];
    const [config] = drachtioFiles({
      ...{ address: '127.0.0.1', sipPort, externalAddress: undefined, localNet: undefined, logFile: undefined },
      ...{ adminAddress: '127.0.0.1', adminPort, secret: SECRET, metricsPort },
    });
    const file = join(dir, 'drachtio.conf.xml');
    await writeFile(file, config?.text ?? '');
    const drachtio = spawn(program, ['-f', file], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    const rig = new EdgeRig({ dir, sipPort, httpPort, adminPort, drachtio });
    await eventually('drachtio-server', () => {
      if (ended(drachtio)) throw new Error(`drachtio-server ended:\n${rig.output}`);
      return accepts(adminPort);
    });
    return rig;
  }

  uri(number = '12345'): string {
    return `sip:${number}@127.0.0.1:${this.sipPort}`;
  }

  /** Starts the edge, and waits until it is connected and has seen that its switches are there (or not). */
  async startEdge({
    nodes,
    edge = {},
    trunks = [{ name: 'carrier', addresses: ['127.0.0.1'] }],
  }: EdgeRigOptions): Promise<void> {
    const section = {
      ...{ drachtioPort: this.#adminPort, httpPort: this.httpPort, optionsEveryMs: 300, optionsTimeoutMs: 500 },
      nodes: nodes.map((node) => ({ address: '127.0.0.1', ...node })),
      ...edge,
    };
    const file = join(this.#dir, 'hotline.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ sip: { trunks }, edge: section }));
    const child = spawn(process.execPath, ['--import', 'tsx', 'telephony/edge/main.ts'], {
      env: { ...process.env, HOTLINE_CONFIG: file, DRACHTIO_SECRET: SECRET },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#edge = child;
    child.stdout.on('data', (data: Buffer) => (this.output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (this.output += data.toString()));
    await eventually('the edge', async () => {
      if (ended(child)) throw new Error(`the edge ended:\n${this.output}`);
      const seen = await this.targets();
      return seen.length > 0 && !seen.some(({ verdict }) => verdict === 'unknown') && (await this.isConnected());
    });
  }

  async targets(): Promise<readonly TargetSeen[]> {
    const text = await this.#get('/nodes');
    return text === '' ? [] : (JSON.parse(text) as { targets: TargetSeen[] }).targets;
  }

  async verdictOf(name: string): Promise<string> {
    return (await this.targets()).find((target) => target.name === name)?.verdict ?? '';
  }

  async isConnected(): Promise<boolean> {
    return /^hotline_edge_drachtio_up 1$/m.test(await this.metrics());
  }

  metrics(): Promise<string> {
    return this.#get('/metrics');
  }

  /** `kill -9`. */
  async killEdge(): Promise<void> {
    if (this.#edge !== undefined) await stop(this.#edge, 'SIGKILL');
    this.#edge = undefined;
  }

  async close(): Promise<void> {
    if (this.#edge !== undefined) await stop(this.#edge, 'SIGTERM');
    await stop(this.#drachtio, 'SIGTERM');
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** '' while nothing listens there. */
  async #get(path: string): Promise<string> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.httpPort}${path}`, { signal: AbortSignal.timeout(5_000) });
      return await response.text();
    } catch {
      return '';
    }
  }
}

/** A far end that answers OPTIONS but leaves INVITEs without a word, or leaves everything so; keeps what came. */
export class BlackHole {
  readonly #socket: Socket;
  readonly invites: string[] = [];
  answersOptions: boolean;

  private constructor(socket: Socket, answersOptions: boolean) {
    this.#socket = socket;
    this.answersOptions = answersOptions;
    socket.on('message', (bytes, from) => {
      const text = bytes.toString('utf8');
      if (text.startsWith('INVITE ')) this.invites.push(text);
      if (text.startsWith('OPTIONS ') && this.answersOptions) socket.send(okTo(text), from.port, from.address);
    });
  }

  static async open(answersOptions: boolean, port = 0): Promise<BlackHole> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, '127.0.0.1', resolve);
    });
    return new BlackHole(socket, answersOptions);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.close(() => {
        resolve();
      });
    });
  }
}

function okTo(request: string): string {
  const kept = request.split('\r\n').filter((line) => /^(v|via|f|from|t|to|i|call-id|cseq)\s*:/i.test(line));
  const lines = kept.map((line) => (/^(t|to)\s*:/i.test(line) ? `${line};tag=hole` : line));
  return ['SIP/2.0 200 OK', ...lines, 'Content-Length: 0', '', ''].join('\r\n');
}

export interface ByHand {
  readonly limitMs?: number;
  /** Address it is sent from. */
  readonly from?: string;
  readonly uri?: string;
}

/** Sends one request by hand and gives the status of its final answer. */
export async function statusOf(
  port: number,
  method: string,
  headers: readonly string[],
  { limitMs = 20_000, from = '127.0.0.1', uri = `sip:12345@127.0.0.1:${port}` }: ByHand = {},
): Promise<number> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve) => {
      socket.bind(0, from, resolve);
    });
    const own = socket.address().port;
    const id = randomUUID();
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${from}:${own};branch=z9hG4bK${id};rport`,
      'Max-Forwards: 70',
      `From: <sip:13800000002@${from}:${own}>;tag=${id.slice(0, 8)}`,
      `To: <${uri}>`,
      `Call-ID: ${id}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:13800000002@${from}:${own}>`,
      ...headers,
      'Content-Length: 0',
    ];
    const status = new Promise<number>((resolve, reject) => {
      setTimeout(reject, limitMs, new Error(`no answer to ${method}`)).unref();
      socket.on('message', (bytes) => {
        const found = Number(/^SIP\/2\.0 (\d{3})/.exec(bytes.toString('utf8'))?.[1] ?? 0);
        if (found >= 200) resolve(found);
      });
    });
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
    return await status;
  } finally {
    socket.close();
  }
}
