/** A certificate that is renewed on the disk while the server runs and a softphone is connected. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { generate } from 'selfsigned';
import { WebSocket, WebSocketServer } from 'ws';
import { CertificateWatch } from '../../../../server/http/certificate-watch.ts';
import { createHttp, type Http } from '../../../../server/http/server.ts';
import { startHttp, type HttpFixture } from './fixtures.ts';

let f: HttpFixture;
let http: Http;
let dir: string;
let port: number;
const sockets = new WebSocketServer({ noServer: true });
const files = (): { certificateFile: string; privateKeyFile: string } => ({
  certificateFile: join(dir, 'cert.pem'),
  privateKeyFile: join(dir, 'key.pem'),
});

/** Written as by a renewing program: key first. */
async function writePair(name: string, keyOf?: string): Promise<string> {
  const made = await generate([{ name: 'commonName', value: name }], { keyType: 'ec', curve: 'P-256' });
  await writeFile(files().privateKeyFile, keyOf ?? made.private);
  await writeFile(files().certificateFile, made.cert);
  return new X509Certificate(made.cert).fingerprint256;
}

function served(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hotline-cert-'));
  f = await startHttp();
  await writePair('first');
  http = createHttp({
    ...f.deps,
    metrics: new Registry(),
    config: { ...f.deps.config, http: { ...f.deps.config.http, port: 0, httpsPort: 0, ...files() } },
    onSipUpgrade: (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on('message', (data: Buffer) => {
          ws.send(data.toString());
        });
      });
    },
  });
  port = (await http.listen()).httpsPort ?? 0;
});
afterAll(async () => {
  for (const client of sockets.clients) client.terminate();
  await http.close();
  await f.close();
  await rm(dir, { recursive: true });
});

describe('a changed certificate', () => {
  it('counts for new connections; a softphone’s WebSocket stays up', async () => {
    const before = await served();
    const ws = new WebSocket(`wss://127.0.0.1:${String(port)}/sip`, { rejectUnauthorized: false });
    await new Promise((resolve) => ws.once('open', resolve));
    const next = await writePair('second');
    expect(await served()).toBe(before);
    await http.renewCertificate();
    expect(await served()).toBe(next);
    expect(next).not.toBe(before);
    const said = new Promise<string>((resolve) =>
      ws.once('message', (data: Buffer) => {
        resolve(data.toString());
      }),
    );
    ws.send('still here');
    expect(await said).toBe('still here');
    ws.close();
  });

  it('that is broken, or fits no key, changes nothing and is told once', async () => {
    const before = await served();
    const errors = (): unknown[] =>
      f.logged.filter((line) => line['msg'] === 'https: the new certificate cannot be used; the old one still is');
    await writeFile(files().certificateFile, '-----BEGIN CERTIFICATE-----\nnothing\n');
    await http.renewCertificate();
    await http.renewCertificate();
    expect(errors()).toHaveLength(1);
    expect(JSON.stringify(errors())).toContain('http.certificateFile');
    const strange = (await generate([], { keyType: 'ec', curve: 'P-256' })).private;
    await writePair('third', strange);
    await http.renewCertificate();
    expect(errors()).toHaveLength(2);
    expect(JSON.stringify(errors().at(-1))).toContain('key and certificate differ');
    expect(await served()).toBe(before);
    const last = await writePair('fourth');
    await http.renewCertificate();
    expect(await served()).toBe(last);
  });

  it('is looked for every minute, until the server closes', () => {
    jest.useFakeTimers();
    let looks = 0;
    const current = { key: 'k', cert: 'c', selfSigned: false };
    const read = (): Promise<typeof current> => {
      looks += 1;
      return Promise.resolve(current);
    };
    const watch = new CertificateWatch({ current, read, use: () => undefined, logger: f.deps.logger });
    jest.advanceTimersByTime(121_000);
    watch.close();
    jest.advanceTimersByTime(121_000);
    jest.useRealTimers();
    expect(looks).toBe(2);
  });
});
