/** The switch of the configuration: the built-in one, or FreeSWITCH nodes. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Handler } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import { createEmbeddedSwitch } from '../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../telephony/embedded/media/create-media-engine.ts';
import { createDirectoryRouter } from '../telephony/freeswitch/directory-http.ts';
import { FreeswitchCluster } from '../telephony/freeswitch/freeswitch-cluster.ts';
import { FreeswitchSwitch } from '../telephony/freeswitch/freeswitch-switch.ts';
import type { ClusterNode } from '../telephony/freeswitch/node-health.ts';
import type { TrunkState } from '../telephony/embedded/trunks/types.ts';
import { createStateRouter } from '../telephony/freeswitch/state-http.ts';
import type { EndpointDirectory, PartyControl, Switch } from '../telephony/ports/switch.ts';
import type { TrunkView } from './realtime/protocol.ts';
import { ownAddress } from './announce.ts';
import { embeddedSip } from './trunk-setup.ts';

/** A switch with what the rest of the server needs of it besides the port. */
export interface PhoneSwitch {
  readonly switch: Switch & PartyControl;
  /** Counts and sizes by name, for metrics. */
  counters(): Readonly<Record<string, number>>;
  /** Trunks and whether they are up; null where the switch keeps that to itself. */
  trunks(): readonly TrunkView[] | null;
  /** WebSockets of softphones. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Paths that the switch, or what stands before it, asks of us. */
  routers(waiting: () => number): readonly { readonly path: string; readonly handler: Handler }[];
  /** Ends what an endpoint has registered. */
  revoke(endpointId: string): void;
  /** At the stop of the server. */
  close(): Promise<void>;
}

export interface PhoneSwitchDeps {
  readonly config: Config;
  readonly directory: EndpointDirectory;
  readonly iceServers: readonly { urls: string; username?: string; credential?: string }[];
  readonly logger: Logger;
}

/** Makes it; calls come after `switch.start()`. */
export function createPhoneSwitch(deps: PhoneSwitchDeps): Promise<PhoneSwitch> {
  return deps.config.switch.type === 'embedded' ? embedded(deps) : Promise.resolve(freeswitch(deps));
}

async function embedded({ config, directory, iceServers, logger }: PhoneSwitchDeps): Promise<PhoneSwitch> {
  const { sip, rtp } = config;
  const media = await createMediaEngine(
    {
      advertisedAddress: sip.advertisedAddress ?? ownAddress(sip.bind),
      bindAddress: sip.bind,
      rtpPortMin: rtp.portMin,
      rtpPortMax: rtp.portMax,
      iceServers,
    },
    logger.child({ part: 'media' }),
  );
  const sw = createEmbeddedSwitch({
    sip: embeddedSip(config),
    ...{ directory, media, logger, newId: randomUUID },
  });
  return {
    switch: sw,
    counters: () => sw.counters(),
    trunks: () => sw.trunkStates().map(trunkView),
    handleUpgrade: (request, socket, head) => {
      sw.handleUpgrade(request, socket, head);
    },
    routers: () => [],
    // A credential that is revoked is refused at the next refresh.
    revoke: () => undefined,
    close: () => sw.close(),
  };
}

function trunkView({ sinceMs, registered, ...trunk }: TrunkState): TrunkView {
  return { ...trunk, sinceMs: sinceMs ?? null, registered: registered ?? null };
}

function freeswitch({ config, directory, logger }: PhoneSwitchDeps): PhoneSwitch {
  const { nodes, directoryTokenFile, keepCallsOnStop, optionsEveryMs } = config.switch.freeswitch;
  const token = secretOf(directoryTokenFile ?? '');
  const cluster = new FreeswitchCluster({
    nodes: nodes.map((node) => clusterNode({ config, directory, logger }, node)),
    ...{ optionsEveryMs, logger, newId: randomUUID },
  });
  return {
    switch: cluster,
    counters: () => cluster.counters(),
    trunks: () => null,
    handleUpgrade: (request, socket, head) => {
      const name = cluster.nodeForEndpoint();
      const node = nodes.find((n) => n.name === name) ?? nodes[0];
      if (node === undefined) socket.destroy();
      else passOn({ address: node.address, port: node.wsPort }, request, socket, head);
    },
    routers: (waiting) => [
      {
        path: '/freeswitch/directory',
        handler: createDirectoryRouter({ directory, domain: config.sip.domain, token, nowMs: () => Date.now() }),
      },
      { path: '/freeswitch/state', handler: createStateRouter({ cluster, waiting, token }) },
    ],
    revoke: (endpointId) => {
      cluster.revoke(endpointId).catch((error: unknown) => {
        logger.warn({ err: error }, 'a registration could not be ended');
      });
    },
    close: () => (keepCallsOnStop ? cluster.detach() : cluster.close()),
  };
}

type NodeConfig = Config['switch']['freeswitch']['nodes'][number];

function clusterNode(
  { config, directory, logger }: Pick<PhoneSwitchDeps, 'config' | 'directory' | 'logger'>,
  node: NodeConfig,
): ClusterNode {
  const { freeswitch: settings } = config.switch;
  const { tapBind, tapAddress, tapWsPort, tapSipPort, tap, outboundProxy } = settings;
  const several = settings.nodes.length > 1;
  const options = {
    name: node.name,
    eventSocket: { host: node.address, port: node.eventPort, password: secretOf(node.passwordFile) },
    domain: config.sip.domain,
    profiles: { trunk: 'trunk', endpoints: 'internal' },
    ...{ outboundProxy, directory },
    directHosts: settings.nodes.map((n) => n.address),
    // Each node has an end of its own here: fixed ports are for the one node of a small site.
    tap: {
      mode: tap,
      bind: tapBind,
      advertisedAddress: tapAddress ?? tapBind,
      wsPort: several ? 0 : tapWsPort,
      sipPort: several ? 0 : tapSipPort,
    },
    logger,
    newId: randomUUID,
  };
  const sip = { address: node.address, port: node.trunkPort };
  return { switch: new FreeswitchSwitch(options), sip, maxLegs: node.maxLegs };
}

function secretOf(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

/** Softphones come to one address, ours; their WebSocket is FreeSWITCH's. */
function passOn(to: { address: string; port: number }, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const upstream = connect(to.port, to.address);
  const end = (): void => {
    upstream.destroy();
    client.destroy();
  };
  upstream.setNoDelay(true);
  upstream.on('error', end).on('close', end);
  client.on('error', end).on('close', end);
  upstream.on('connect', () => {
    const lines = pairs(request.rawHeaders).map(([name, value]) => `${name}: ${value}`);
    upstream.write(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as [string, string]] : []));
}
