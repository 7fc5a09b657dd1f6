/** All ways in and out: UDP, TCP, TLS, WebSocket, one behind the other. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Flow } from '../sip/core/types.ts';
import type { EmbeddedSipOptions } from './options.ts';
import type { SipTransport } from './sip-runner.ts';
import { StreamTransport, usualStreamLimits, type TlsCertificate, type TlsPeer } from './stream-transport.ts';
import { UdpTransport } from './udp-transport.ts';
import { WsTransport } from './ws-transport.ts';

const WS_PING_EVERY_MS = 15_000;
const RECHECK_CERTIFICATE_MS = 60_000;

export interface TransportParts {
  readonly sip: EmbeddedSipOptions;
  readonly logger: Logger;
  readonly onMessage: (bytes: Uint8Array, flow: Flow) => void;
  readonly onClose: (flow: Flow) => void;
  readonly isTrusted: (address: string) => boolean;
  readonly knownFlows: () => ReadonlySet<string>;
  readonly peerOf: (flow: Flow) => TlsPeer;
}

export class Transports {
  readonly #parts: TransportParts;
  readonly #udp: UdpTransport;
  readonly #tcp: StreamTransport;
  #tls: StreamTransport;
  readonly #ws: WsTransport;
  #recheck: NodeJS.Timeout | undefined;
  #certificate: TlsCertificate | undefined;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    const { sip, onMessage, onClose } = parts;
    this.#udp = new UdpTransport({ ...sip, onMessage, onError: this.#onError });
    this.#tcp = this.#stream('TCP', sip.tcpPort ?? null);
    this.#tls = this.#stream('TLS', null);
    this.#ws = new WsTransport({ onMessage, onClose, pingEveryMs: WS_PING_EVERY_MS, knownFlows: parts.knownFlows });
  }

  readonly #onError = (error: Error): void => {
    this.#parts.logger.warn({ err: error }, 'sip socket reported an error');
  };

  #stream(transport: 'TCP' | 'TLS', port: number | null, certificate?: TlsCertificate): StreamTransport {
    const { sip, onMessage, onClose, isTrusted, peerOf } = this.#parts;
    return new StreamTransport({
      ...{ transport, bind: sip.bind, port, certificate, peerOf, isTrusted, onMessage, onClose },
      limits: sip.streamLimits ?? usualStreamLimits,
      onError: this.#onError,
    });
  }

  get ports(): { readonly udp: number; readonly tcp: number; readonly tls: number } {
    return { udp: this.#udp.port, tcp: this.#tcp.port, tls: this.#tls.port };
  }

  /** The port a far end reaches us at the way it is reached. */
  portTowards(flow: Flow): number {
    const { udp, tcp, tls } = this.ports;
    if (flow.transport === 'TLS' && tls > 0) return tls;
    return flow.transport === 'TCP' && tcp > 0 ? tcp : udp;
  }

  for(flow: Flow): SipTransport {
    switch (flow.transport) {
      case 'UDP':
        return this.#udp;
      case 'TCP':
        return this.#tcp;
      case 'TLS':
        return this.#tls;
      case 'WS':
        return this.#ws;
    }
  }

  async start(): Promise<void> {
    await this.#udp.start();
    this.#ws.start();
    await this.#tcp.start();
    const { tls } = this.#parts.sip;
    if (tls !== undefined) {
      this.#certificate = await tls.certificate();
      this.#tls = this.#stream('TLS', tls.port, this.#certificate);
      this.#recheck = setInterval(() => void this.#renew(), tls.recheckMs ?? RECHECK_CERTIFICATE_MS);
      this.#recheck.unref();
    }
    await this.#tls.start();
  }

  /** A certificate that has changed counts for new connections; calls over the old ones stay. */
  async #renew(): Promise<void> {
    const { sip, logger } = this.#parts;
    try {
      const certificate = await sip.tls?.certificate();
      if (certificate === undefined || certificate.cert === this.#certificate?.cert) return;
      this.#tls.renew(certificate);
      this.#certificate = certificate;
      logger.info('sip: the certificate was renewed');
    } catch (error) {
      logger.error({ err: error }, 'sip: the new certificate cannot be used; the old one still is');
    }
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#ws.handleUpgrade(request, socket, head);
  }

  counters(): Readonly<Record<string, number>> {
    return {
      'web-sockets': this.#ws.connections,
      'tcp-connections': this.#tcp.connections,
      'tls-connections': this.#tls.connections,
      'refused-connections': this.#tcp.refused + this.#tls.refused,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#recheck);
    await Promise.all([this.#ws.close(), this.#tcp.close(), this.#tls.close()]);
    await this.#udp.close();
  }
}
