/** The `sip` section as the embedded switch wants it: files and variables read, units its own. */
import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import type { Config } from '../config/schema.ts';
import type { TrunkConfig } from '../config/trunk-schema.ts';
import { ANY_TRUNK_HOST } from '../telephony/embedded/dial-plan.ts';
import type { EmbeddedSipOptions } from '../telephony/embedded/options.ts';
import type { TrunkOptions, TrunkOutbound } from '../telephony/embedded/trunks/types.ts';
import { ensureCertificate } from './http/certificate.ts';

/** Thrown at the start; `message` says what to do. */
export class SipSetupError extends Error {
  override readonly name = 'SipSetupError';
}

/** What the embedded switch is started with. */
export function embeddedSip(config: Config): EmbeddedSipOptions {
  const { sip } = config;
  const tls = sip.tlsPort === null ? {} : { tls: { port: sip.tlsPort, certificate: () => ensureCertificate(config) } };
  return {
    ...{ bind: sip.bind, port: sip.port, tcpPort: sip.tcp ? sip.port : null, ...tls },
    ...{ advertisedAddress: sip.advertisedAddress, domain: sip.domain },
    ...{ allowPrivateNetworks: sip.allowPrivateNetworks, strangerRequestsPerSecond: sip.strangerRequestsPerSecond },
    sessionTimers: { expiresS: sip.sessionTimer.expiresS, minSeS: sip.sessionTimer.minS },
    trunks: sip.trunks.map(trunkOptions),
  };
}

/** Where outside numbers are reached, `{number}` to be filled in; undefined: nowhere. */
export function dialOutUri({ sip, switch: { type } }: Pick<Config, 'sip' | 'switch'>): string | undefined {
  if (sip.dialOutUri !== null) return sip.dialOutUri;
  const hasTrunk = type === 'embedded' && sip.trunks.some(({ outbound }) => outbound !== null);
  return hasTrunk ? `sip:{number}@${ANY_TRUNK_HOST}` : undefined;
}

/** One trunk of the configuration. */
export function trunkOptions(trunk: TrunkConfig): TrunkOptions {
  const { name, addresses, outbound, account, register, trustsIdentity, codecs, dtmf, srtp } = trunk;
  return {
    ...{ name, addresses, trustsIdentity, codecs, srtp, inbandDigits: dtmf === 'inband' },
    outbound: outbound === null ? undefined : outboundOptions(outbound),
    account: account === null ? undefined : { username: account.user, password: passwordOf(trunk) },
    register: register ?? undefined,
  };
}

function outboundOptions(outbound: NonNullable<TrunkConfig['outbound']>): TrunkOutbound {
  const { host, port, transport, health, domain, callerNumber, tlsVerify, tlsCaFile } = outbound;
  const { priority, weight, answerWithinMs } = outbound;
  return {
    ...{ host, priority, weight, answerWithinMs },
    port: port ?? undefined,
    transport: transport === null ? undefined : TRANSPORTS[transport],
    domain: domain ?? undefined,
    callerNumber: callerNumber ?? undefined,
    tls: { verify: tlsVerify, ca: tlsCaFile === null ? undefined : readText(tlsCaFile, 'tlsCaFile') },
    health: { ...health, everyMs: health.everyS * 1_000 },
  };
}

const TRANSPORTS = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const;

function passwordOf({ name, account }: TrunkConfig): string {
  const file = account?.passwordFile ?? null;
  if (file !== null) return readText(file, 'passwordFile').trim();
  const variable = account?.passwordVariable ?? '';
  const password = env[variable];
  if (password === undefined || password === '')
    throw new SipSetupError(
      `sip.trunks: the password of "${name}" should be in the variable ${variable}, which is empty.`,
    );
  return password;
}

function readText(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SipSetupError(`sip.trunks: the file in ${key} cannot be read: ${file}`, { cause: error });
  }
}
