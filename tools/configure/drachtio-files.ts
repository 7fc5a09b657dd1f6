/** The configuration of drachtio-server, the SIP engine of the edge. Pure. */
import { parseRange } from '../../telephony/embedded/cidr.ts';
import type { ConfigFile } from './freeswitch-files.ts';
import { element, escapeXml } from './xml.ts';

export interface DrachtioSettings {
  /** IPv4 address of its SIP socket. */
  readonly address: string;
  readonly sipPort: number;
  /** Address written into SIP when that is another one (behind NAT). */
  readonly externalAddress: string | undefined;
  /** `10.0.0.0/8`: far ends there are told the inner address. */
  readonly localNet: string | undefined;
  readonly adminAddress: string;
  readonly adminPort: number;
  readonly secret: string;
  readonly metricsPort: number;
  /** undefined: to the console, where systemd or a container takes it. */
  readonly logFile: string | undefined;
}

const isIpv4 = (text: string): boolean => /^[0-9.]+$/.test(text) && parseRange(text) !== undefined;

export function drachtioFaults(settings: DrachtioSettings): readonly string[] {
  const { address, externalAddress, adminAddress, localNet, secret } = settings;
  const addresses = { '--address': address, '--external': externalAddress, '--admin': adminAddress };
  const bad = Object.entries(addresses).filter(([, value]) => value !== undefined && !isIpv4(value));
  return [
    ...bad.map(([flag]) => `${flag} must be an IPv4 address`),
    ...(address === '0.0.0.0' ? ['--address must be the one address carriers reach it at'] : []),
    ...(localNet !== undefined && parseRange(localNet) === undefined ? ['--local-net must be like 10.0.0.0/8'] : []),
    ...(secret.length < 12 || !/^[A-Za-z0-9_-]+$/.test(secret)
      ? ['the secret must have at least 12 letters, digits, - or _']
      : []),
    ...(settings.adminPort === settings.sipPort ? ['the ports for SIP and for applications must differ'] : []),
  ];
}

function contact({ address, sipPort, externalAddress, localNet }: DrachtioSettings): string {
  const outside = externalAddress === undefined ? '' : ` external-ip="${escapeXml(externalAddress)}"`;
  const inside = localNet === undefined ? '' : ` local-net="${escapeXml(localNet)}"`;
  return `<contact${outside}${inside}>sip:${address}:${sipPort};transport=udp,tcp</contact>`;
}

function logging({ logFile }: DrachtioSettings): string[] {
  const where =
    logFile === undefined
      ? ['<console/>']
      : element('file', {}, [
          `<name>${escapeXml(logFile)}</name>`,
          '<size>100</size>',
          '<maxFiles>10</maxFiles>',
          '<auto-flush>true</auto-flush>',
        ]);
  // `info` writes whole SIP messages, and with them who calls whom.
  return element('logging', {}, [...where, '<sofia-loglevel>0</sofia-loglevel>', '<loglevel>notice</loglevel>']);
}

export function drachtioFiles(settings: DrachtioSettings): readonly ConfigFile[] {
  const { adminAddress, adminPort, secret, metricsPort } = settings;
  const spammers = element('spammers', { action: 'discard', 'tcp-action': 'discard' }, [
    ...element('header', { name: 'User-Agent' }, [
      ...['sip-cli', 'sipcli', 'friendly-scanner', 'sipvicious', 'sundayddr', 'pplsip'].map(
        (v) => `<value>${v}</value>`,
      ),
    ]),
    ...element('header', { name: 'To' }, ['<value>sipvicious</value>']),
  ]);
  const lines = element('drachtio', {}, [
    '<!-- Where applications (npm run edge) connect, and the secret they show -->',
    `<admin port="${adminPort}" secret="${escapeXml(secret)}">${adminAddress}</admin>`,
    ...element('sip', {}, [
      ...element('contacts', {}, [contact(settings)]),
      '<!-- An INVITE with many headers stays on UDP; the default would turn to TCP in the middle of a call -->',
      '<mtu-size>4096</mtu-size>',
      ...spammers,
    ]),
    '<cdrs>false</cdrs>',
    ...element('monitoring', {}, [`<prometheus port="${metricsPort}">127.0.0.1</prometheus>`]),
    ...logging(settings),
  ]);
  return [{ path: 'drachtio.conf.xml', text: `${lines.join('\n')}\n`, isSecret: true }];
}
