/** Settings from hotline.yaml and the command line. Pure. */
import type { Config } from '../../config/schema.ts';
import type { DrachtioSettings } from './drachtio-files.ts';
import type { FreeswitchSettings } from './freeswitch-settings.ts';
import type { DrachtioFlags, FreeswitchFlags } from './options.ts';

export interface Secrets {
  readonly eventSocketPassword: string;
  readonly directoryToken: string;
}

/** A number of the command line; a text that is none becomes NaN, which `numberFaults` tells. */
const number = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : /^[0-9]{1,7}$/.test(text) ? Number(text) : Number.NaN;

/** Flags whose value is not a number in its bounds. */
export function numberFaults(flags: Readonly<Record<string, unknown>>): readonly string[] {
  const ports = ['trunk-port', 'internal-port', 'ws-port', 'wss-port', 'event-port', 'sip-port', 'metrics-port'];
  const counts = ['max-sessions', 'calls-per-second'];
  const isIn = (value: unknown, most: number): boolean => {
    const parsed = number(typeof value === 'string' ? value : undefined, 1);
    return parsed >= 1 && parsed <= most;
  };
  return [
    ...ports.filter((flag) => !isIn(flags[flag], 65_535)).map((flag) => `--${flag} must be a port, 1 to 65535`),
    ...counts.filter((flag) => !isIn(flags[flag], 100_000)).map((flag) => `--${flag} must be a number, 1 to 100000`),
  ];
}

export interface SecretFiles {
  readonly eventSocketPassword: string;
  readonly directoryToken: string;
}

function nodeOf(config: Config, name: string): Config['switch']['freeswitch']['nodes'][number] | undefined {
  return config.switch.freeswitch.nodes.find((node) => node.name === name);
}

/** Where the server reads the same secrets, when hotline.yaml says; else beside what is written. */
export function secretFiles(config: Config, name: string, dir: string): SecretFiles {
  return {
    eventSocketPassword: nodeOf(config, name)?.passwordFile ?? `${dir}/secrets/event-socket.password`,
    directoryToken: config.switch.freeswitch.directoryTokenFile ?? `${dir}/secrets/directory.token`,
  };
}

/** Where the edge reads the secret of drachtio-server. */
export function drachtioSecretFile({ edge }: Config, dir: string): string {
  return edge.drachtioSecretFile ?? `${dir}/secrets/drachtio.secret`;
}

/** The folder is copied to another machine: FreeSWITCH itself knows where it then lies. */
const SHIPPED_MUSIC = '$${conf_dir}/music';

export function freeswitchSettings(config: Config, flags: FreeswitchFlags, secrets: Secrets): FreeswitchSettings {
  const { sip, rtp, edge, http } = config;
  const { name, server } = flags;
  const address = flags.address ?? nodeOf(config, name)?.address ?? '';
  const node = nodeOf(config, name);
  const behindEdge = edge.nodes.find((n) => n.name === name);
  return {
    ...{ name, address, serverAddress: server, domain: sip.domain, trunks: sip.trunks },
    externalAddress: flags.external ?? sip.advertisedAddress ?? undefined,
    trunkPort: number(flags['trunk-port'], node?.trunkPort ?? behindEdge?.port ?? 5_080),
    endpointPort: number(flags['internal-port'], 5_090),
    wsPort: number(flags['ws-port'], node?.wsPort ?? 5_066),
    wssPort: flags['wss-port'] === undefined ? undefined : number(flags['wss-port'], 0),
    rtpPortMin: rtp.portMin,
    rtpPortMax: rtp.portMax,
    maxSessions: number(flags['max-sessions'], Math.floor((rtp.portMax - rtp.portMin) / 2)),
    sessionsPerSecond: number(flags['calls-per-second'], 100),
    eventSocket: {
      // On the switch's own loopback when the server is there, too.
      address: server === '127.0.0.1' ? '127.0.0.1' : address,
      port: number(flags['event-port'], node?.eventPort ?? 8_021),
      password: secrets.eventSocketPassword,
    },
    directory: {
      url: flags['directory-url'] ?? `http://${server}:${http.port}/freeswitch/directory`,
      token: secrets.directoryToken,
    },
    peerAddresses: config.switch.freeswitch.nodes.filter((n) => n.name !== name).map((n) => n.address),
    edgeAddress: flags.edge,
    trunkCodecs: (flags.codecs ?? 'PCMA,PCMU').split(',').map((codec) => codec.trim().toUpperCase()),
    endpointCodecs: ['OPUS', 'PCMA', 'PCMU'],
    musicDir: flags['music-dir'] ?? SHIPPED_MUSIC,
    loadAudioFork: flags['audio-fork'] || config.switch.freeswitch.tap === 'fork',
  };
}

export function drachtioSettings({ sip, edge }: Config, flags: DrachtioFlags, secret: string): DrachtioSettings {
  return {
    address: flags.address ?? '',
    sipPort: number(flags['sip-port'], sip.port),
    externalAddress: flags.external ?? sip.advertisedAddress ?? undefined,
    localNet: flags['local-net'],
    adminAddress: flags.admin,
    adminPort: edge.drachtioPort,
    secret,
    metricsPort: number(flags['metrics-port'], 8_088),
    logFile: flags['log-file'],
  };
}
