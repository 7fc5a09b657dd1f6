import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { Config } from '../../config/schema.ts';
import { ListenError } from './errors.ts';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly selfSigned: boolean;
}

const dayMs = 24 * 3_600_000;
const lifetimeDays = 365;
const renewBeforeDays = 14;

/** Names and addresses under which pages of this server are opened. */
export function hostNames(): readonly string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // Link-local IPv6 cannot be written into an address bar without a zone.
    .filter((a) => !a.address.startsWith('fe80:'))
    .map((a) => a.address);
  return [...new Set(['localhost', hostname(), '127.0.0.1', '::1', ...addresses])];
}

function stillGood(cert: string, names: readonly string[], nowMs: number): boolean {
  try {
    const parsed = new X509Certificate(cert);
    if (Date.parse(parsed.validTo) - nowMs < renewBeforeDays * dayMs) return false;
    return names.every((n) => (isIP(n) === 0 ? parsed.checkHost(n) : parsed.checkIP(n)) !== undefined);
  } catch {
    return false;
  }
}

async function generated(names: readonly string[], nowMs: number): Promise<Omit<Certificate, 'selfSigned'>> {
  const altNames = names.map((n) => (isIP(n) === 0 ? { type: 2 as const, value: n } : { type: 7 as const, ip: n }));
  const made = await generate([{ name: 'commonName', value: 'hotline12345' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - dayMs),
    notAfterDate: new Date(nowMs + lifetimeDays * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function fromFiles(certFile: string, keyFile: string): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      throw new Error('key and certificate differ');
    return { cert, key, selfSigned: false };
  } catch (error) {
    throw new ListenError(
      `The certificate in http.certificateFile and http.privateKeyFile cannot be used: ${error instanceof Error ? error.message : 'unreadable'}`,
      { cause: error },
    );
  }
}

let last: Promise<unknown> = Promise.resolve();

/**
 * The operator's certificate, or one we make ourselves and keep in `data/tls` while it fits the server's names. One
 * after the other: HTTPS and SIP over TLS ask at the same time, and key and certificate of two must not be mixed.
 */
export function ensureCertificate(config: Pick<Config, 'dataDir' | 'http'>): Promise<Certificate> {
  const found = last.then(() => findOrMake(config));
  last = found.catch(() => undefined);
  return found;
}

async function findOrMake(config: Pick<Config, 'dataDir' | 'http'>): Promise<Certificate> {
  const { certificateFile, privateKeyFile } = config.http;
  if (certificateFile !== null && privateKeyFile !== null) return fromFiles(certificateFile, privateKeyFile);
  if (certificateFile !== null || privateKeyFile !== null)
    throw new ListenError('http.certificateFile and http.privateKeyFile go together: set both or neither.');
  const folder = join(config.dataDir, 'tls');
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const [oldCert, oldKey] = await Promise.all([certPath, keyPath].map((p) => readFile(p, 'utf8').catch(() => '')));
  const nowMs = Date.now();
  const names = hostNames();
  if (oldCert !== undefined && oldKey !== undefined && oldKey !== '' && stillGood(oldCert, names, nowMs))
    return { cert: oldCert, key: oldKey, selfSigned: true };
  const made = await generated(names, nowMs);
  await mkdir(folder, { recursive: true });
  await writeFile(keyPath, made.key, { mode: 0o600 });
  await writeFile(certPath, made.cert);
  return { ...made, selfSigned: true };
}
