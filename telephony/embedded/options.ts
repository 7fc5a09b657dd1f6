/** What the embedded switch is made of. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { EndpointDirectory, Switch } from '../ports/switch.ts';
import type { DigestAlgorithm } from '../sip/auth/digest.ts';
import type { SessionTimerRules } from '../sip/core/session-timer.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { OriginPolicyOptions } from './origin-policy.ts';
import type { StreamLimits, TlsCertificate } from './stream-transport.ts';
import type { Dns } from './trunks/locate.ts';
import type { TrunkOptions, TrunkState } from './trunks/types.ts';

export interface EmbeddedSipOptions extends Omit<OriginPolicyOptions, 'trunks'> {
  readonly trunks: readonly (Pick<TrunkOptions, 'name' | 'addresses'> & Partial<TrunkOptions>)[];
  readonly bind: string;
  /** UDP port; 0 = any free one (see `EmbeddedSwitch.sipPort`). */
  readonly port: number;
  /** TCP port; 0 = any free one; null or nothing = connections of ours only. */
  readonly tcpPort?: number | null;
  /** SIP over TLS; without: connections of ours only. */
  readonly tls?: TlsListening;
  /** RFC 4028; the usual ones without. */
  readonly sessionTimers?: SessionTimerRules;
  /** For names of trunks; the system's without. */
  readonly dns?: Dns;
  /** Written into Via and Contact; null = the interface towards each far end. */
  readonly advertisedAddress: string | null;
  /** Domain and digest realm. */
  readonly domain: string;
  /**
   * Digest challenges in order; default MD5 only. Answers with SHA-256 are always understood, but baresip 1.0 gives
   * up when a challenge for it is there at all, and sip.js 0.21 when it comes first.
   */
  readonly digestAlgorithms?: readonly DigestAlgorithm[];
  /** Limits of TCP and TLS connections, for tests. */
  readonly streamLimits?: StreamLimits;
  /** Seconds; for tests. Default 30. */
  readonly minRegistrationS?: number;
}

export interface TlsListening {
  /** 0 = any free one. */
  readonly port: number;
  /** Read at the start and again every `recheckMs`; what is new counts for new connections. */
  readonly certificate: () => Promise<TlsCertificate>;
  /** Default one minute. */
  readonly recheckMs?: number;
}

export interface EmbeddedSwitchOptions {
  readonly sip: EmbeddedSipOptions;
  readonly directory: EndpointDirectory;
  /** Owned by the caller of `createEmbeddedSwitch`; `close()` of the switch closes it too. */
  readonly media: MediaEngine;
  readonly logger: Logger;
  readonly newId: () => string;
  /**
   * Inbound legs silent for this long end with `media-lost`: nobody may stay in line who is gone.
   * Default 60 s for telephones, 15 s for web phones (whose page may have been closed). 0 = never.
   */
  readonly inboundMediaTimeoutMs?: { readonly rtp: number; readonly webrtc: number };
}

/** A `Switch` that also takes WebSockets of the HTTP server and tells what it counts. */
export interface EmbeddedSwitch extends Switch {
  /** UDP port in use; 0 before the start. */
  readonly sipPort: number;
  /** Ports in use; 0 = not listening. */
  readonly sipPorts: { readonly udp: number; readonly tcp: number; readonly tls: number };
  trunkStates(): readonly TrunkState[];
  /** For the HTTP server's `upgrade` event on the softphone path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  isRegistered(endpointId: string): boolean;
  /** Counts and sizes by name, for metrics. */
  counters(): Readonly<Record<string, number>>;
}
