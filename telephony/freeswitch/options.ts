/** What the FreeSWITCH adapter is made of. */
import type { Logger } from 'pino';
import type { EndpointDirectory } from '../ports/switch.ts';

export interface FreeswitchTapOptions {
  /** `auto` takes mod_audio_fork when it is loaded, else two listening legs to our own RTP end. */
  readonly mode: 'auto' | 'fork' | 'legs';
  /** Address our end of the taps listens on. */
  readonly bind: string;
  /** Address FreeSWITCH reaches it at. */
  readonly advertisedAddress: string;
  /** TCP port for mod_audio_fork, 0 = any. */
  readonly wsPort: number;
  /** UDP port of our SIP end for listening legs, 0 = any. */
  readonly sipPort: number;
}

export interface FreeswitchOptions {
  /** Name of the node in logs and in cluster states. */
  readonly name: string;
  readonly eventSocket: { readonly host: string; readonly port: number; readonly password: string };
  /** SIP domain of the endpoints. */
  readonly domain: string;
  /** Names of the SIP profiles, as the configuration of FreeSWITCH has them. */
  readonly profiles: { readonly trunk: string; readonly endpoints: string };
  /** `host:port` that calls to SIP addresses are sent through (an edge proxy); null = straight to the address. */
  readonly outboundProxy: string | null;
  /** Hosts that are called without that proxy: other nodes. */
  readonly directHosts?: readonly string[];
  readonly directory: EndpointDirectory;
  readonly tap: FreeswitchTapOptions;
  readonly logger: Logger;
  readonly newId: () => string;
  /** `start()` waits this long for the first connection; then it goes on trying behind the scenes. Default 10 s. */
  readonly startWithinMs?: number;
  /** How often the quality of each leg is told; for tests. Default 5 s. */
  readonly qualityEveryMs?: number;
  /** For tests. */
  readonly backoffMs?: { readonly min: number; readonly max: number };
  readonly pingEveryMs?: number;
  readonly commandTimeoutMs?: number;
}
