/** A hotline of our own for the evaluation: the real server as a child process, on free ports and a folder that goes away. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LiveServer } from './live.ts';

const READY_MS = 120_000;
const END_MS = 15_000;
const LOOPBACK = '127.0.0.1';

async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, LOOPBACK, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

export interface OwnServer extends LiveServer {
  close(): Promise<void>;
}

/** @param settings - what the calls need of it: city and model. */
export async function startOwnServer(settings: { readonly city: string; readonly model: string }): Promise<OwnServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hotline-eval-'));
  const [httpPort, storePort, sipPort] = [await freeTcpPort(), await freeTcpPort(), await freeUdpPort()];
  const rtpPortMin = 40_000 + 2 * (httpPort % 5_000);
  const env = {
    ...process.env,
    HOTLINE_DATADIR: dataDir,
    HOTLINE_HTTP__PORT: String(httpPort),
    HOTLINE_HTTP__BIND: LOOPBACK,
    HOTLINE_HTTP__HTTPSPORT: 'null',
    HOTLINE_SIP__PORT: String(sipPort),
    HOTLINE_SIP__BIND: LOOPBACK,
    HOTLINE_RTP__PORTMIN: String(rtpPortMin),
    HOTLINE_RTP__PORTMAX: String(rtpPortMin + 99),
    HOTLINE_STORE__EMBEDDEDPORT: String(storePort),
    HOTLINE_CITYDIR: path.resolve(settings.city),
    HOTLINE_ASR__MODELDIR: path.resolve(settings.model),
    // The same caller again and again is no surge, and nobody needs a wrap-up.
    HOTLINE_SURGE__ENABLED: 'false',
    HOTLINE_LINE__WRAPUPMS: '0',
  };
  const child = spawn(process.execPath, ['tools/start.mjs'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const close = async (): Promise<void> => {
    if (child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await gone;
      clearTimeout(timer);
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  const endMs = Date.now() + READY_MS;
  while (!/^ready http/m.test(output)) {
    if (child.exitCode !== null || Date.now() > endMs) {
      await close();
      throw new Error(`the server did not start:\n${output.slice(-2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const [, login = '', password = ''] = /^ {2}(agent1)\s+(\S+-\S+)/m.exec(output) ?? [];
  const url = `http://${LOOPBACK}:${httpPort}`;
  return { url, sip: { host: LOOPBACK, port: sipPort }, login, password, close };
}
