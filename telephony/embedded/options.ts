/** What the embedded switch is made of. */
import type { Logger } from 'pino';
import type { EndpointDirectory } from '../ports/switch.ts';
import type { DigestAlgorithm } from '../sip/auth/digest.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { OriginPolicyOptions } from './origin-policy.ts';

export interface EmbeddedSipOptions extends OriginPolicyOptions {
  readonly bind: string;
  /** UDP port; 0 = any free one (see `EmbeddedSwitch.sipPort`). */
  readonly port: number;
  /** Written into Via and Contact; null = the interface towards each far end. */
  readonly advertisedAddress: string | null;
  /** Domain and digest realm. */
  readonly domain: string;
  /**
   * Digest challenges in order; default MD5 only. Answers with SHA-256 are always understood, but baresip 1.0 gives
   * up when a challenge for it is there at all, and sip.js 0.21 when it comes first.
   */
  readonly digestAlgorithms?: readonly DigestAlgorithm[];
  /** Seconds; for tests. Default 30. */
  readonly minRegistrationS?: number;
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
