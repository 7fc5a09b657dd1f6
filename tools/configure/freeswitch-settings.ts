/** What the configuration of one FreeSWITCH is written from, and what may be wrong with it. Pure. */
import { parseRange } from '../../telephony/embedded/cidr.ts';

export interface FreeswitchSettings {
  /** Name of the switch; also its `switchname`. */
  readonly name: string;
  /** IPv4 address of its SIP and RTP sockets. */
  readonly address: string;
  /** Address written into SIP and SDP when that is another one (behind NAT). */
  readonly externalAddress: string | undefined;
  readonly trunkPort: number;
  readonly endpointPort: number;
  readonly wsPort: number;
  /** undefined: no TLS; only for a page on the same machine, or behind a proxy that ends it. */
  readonly wssPort: number | undefined;
  readonly domain: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  readonly maxSessions: number;
  readonly sessionsPerSecond: number;
  readonly eventSocket: { readonly address: string; readonly port: number; readonly password: string };
  /** IPv4 address of our server: alone may use the event socket. */
  readonly serverAddress: string;
  readonly directory: { readonly url: string; readonly token: string };
  readonly trunks: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** IPv4 addresses of the other switches: calls to agents who are registered there go from switch to switch. */
  readonly peerAddresses: readonly string[];
  /** IPv4 address of the edge. With one, calls come from there alone, and it says which trunk they are of. */
  readonly edgeAddress: string | undefined;
  readonly trunkCodecs: readonly string[];
  readonly endpointCodecs: readonly string[];
  /** Folder with WAV files of music. */
  readonly musicDir: string;
  readonly loadAudioFork: boolean;
}

export const trunkCodecs = ['PCMA', 'PCMU', 'G722', 'OPUS'] as const;

/** Ranges in which the media of agents' browsers may lie (ICE candidates): at home it is their router's address. */
export const anyIpv4 = '0.0.0.0/0';

const isIpv4 = (text: string): boolean => /^[0-9.]+$/.test(text) && parseRange(text) !== undefined;
const isPrintable = (text: string): boolean => /^[^\p{Cc}\p{Cs}]+$/u.test(text);

function portFaults(settings: FreeswitchSettings): string[] {
  const { rtpPortMin, rtpPortMax, trunkPort, endpointPort, wsPort, wssPort, eventSocket } = settings;
  const ports = [trunkPort, endpointPort, wsPort, ...(wssPort === undefined ? [] : [wssPort]), eventSocket.port];
  const twice = ports.filter((port, i) => ports.indexOf(port) !== i);
  const inRtp = ports.filter((port) => port >= rtpPortMin && port <= rtpPortMax);
  return [
    ...twice.map((port) => `port ${port} is used twice`),
    ...inRtp.map((port) => `port ${port} lies in the range of audio (${rtpPortMin} to ${rtpPortMax})`),
    ...(rtpPortMax - rtpPortMin < 2 * settings.maxSessions
      ? [
          `rtp.portMin to rtp.portMax holds ${rtpPortMax - rtpPortMin + 1} ports; ${settings.maxSessions} calls need twice as many (--max-sessions)`,
        ]
      : []),
  ];
}

/** Everything that would make a switch that does not start, takes nobody's calls, or everybody's. */
export function freeswitchFaults(settings: FreeswitchSettings): readonly string[] {
  const { address, externalAddress, serverAddress, edgeAddress, trunks, eventSocket, directory, domain } = settings;
  const addresses = {
    '--address': address,
    '--external': externalAddress,
    '--server': serverAddress,
    '--edge': edgeAddress,
  };
  const badAddresses = Object.entries(addresses).filter(([, value]) => value !== undefined && !isIpv4(value));
  const badPeers = settings.peerAddresses.filter((peer) => !isIpv4(peer));
  const badRanges = trunks.flatMap((t) => t.addresses).filter((text) => parseRange(text) === undefined);
  const badNames = trunks.filter(({ name }) => !isPrintable(name) || /[$'"{}^,|]/.test(name));
  const badCodecs = settings.trunkCodecs.filter((codec) => !trunkCodecs.some((known) => known === codec));
  return [
    ...badAddresses.map(([flag]) => `${flag} must be an IPv4 address`),
    ...badPeers.map(
      (peer) => `switch.freeswitch.nodes: "${peer}" must be an IPv4 address for the switches to call each other`,
    ),
    ...(address === '0.0.0.0' ? ['--address must be the one address callers and browsers reach it at'] : []),
    ...badRanges.map((text) => `sip.trunks: "${text}" is neither an IPv4 address nor a range like 10.1.0.0/16`),
    ...badNames.map(({ name }) => `sip.trunks: the name "${name}" has characters a dial plan does not bear`),
    ...badCodecs.map((codec) => `unknown codec "${codec}"; there are ${trunkCodecs.join(', ')}`),
    ...(trunks.length === 0 && edgeAddress === undefined
      ? ['sip.trunks is empty and there is no --edge: nobody could call']
      : []),
    ...(eventSocket.password === 'ClueCon' || eventSocket.password.length < 12 || !isPrintable(eventSocket.password)
      ? ['the password of the event socket must have at least 12 characters and not be the well-known one']
      : []),
    ...(directory.token.length < 12 || !/^[A-Za-z0-9_-]+$/.test(directory.token)
      ? ['the token of the directory must have at least 12 letters, digits, - or _']
      : []),
    ...(/^https?:\/\/[^\s"<>]+$/.test(directory.url) ? [] : ['--directory-url must be an http or https address']),
    ...(/^[A-Za-z0-9.-]{1,253}$/.test(domain) ? [] : ['sip.domain must be a host name']),
    ...portFaults(settings),
  ];
}
