/** Trunks as the embedded switch knows them. Types only. */
import type { Credentials } from '../../sip/auth/digest-client.ts';
import type { TlsPeer } from '../stream-transport.ts';

export interface TrunkOutbound {
  /** IPv4 address, or a name for DNS. */
  readonly host: string;
  /** Undefined: SRV tells it (RFC 3263), else 5060, with TLS 5061. */
  readonly port: number | undefined;
  /** Undefined: NAPTR and SRV tell it, else UDP. */
  readonly transport: 'UDP' | 'TCP' | 'TLS' | undefined;
  /** Lower numbers are tried first. */
  readonly priority: number;
  /** Share among trunks of the same priority. */
  readonly weight: number;
  /** The next trunk is tried when this one has said nothing at all for so long. */
  readonly answerWithinMs: number;
  /** Domain of our From and of the account; undefined: ours. */
  readonly domain: string | undefined;
  /** Number shown as caller; undefined: what the call asks for. */
  readonly callerNumber: string | undefined;
  readonly tls: Omit<TlsPeer, 'name'>;
  readonly health: HealthRules;
}

export interface HealthRules {
  /** Milliseconds between OPTIONS; 0 = none are sent. */
  readonly everyMs: number;
  /** No answer within this time is a failure. */
  readonly timeoutMs: number;
  readonly downAfter: number;
  readonly upAfter: number;
}

export interface TrunkOptions {
  readonly name: string;
  /** Codecs in the order in which they are offered; undefined: A-law first. */
  readonly codecs?: readonly ('pcma' | 'pcmu')[];
  /** Audio is encrypted with keys in SDP (RFC 4568). */
  readonly srtp?: boolean;
  /** Digits are looked for in the audio too. */
  readonly inbandDigits?: boolean;
  /** P-Asserted-Identity of the trunk is believed; default true. */
  readonly trustsIdentity?: boolean;
  /** IPv4 addresses and ranges that calls may come from. */
  readonly addresses: readonly string[];
  readonly outbound: TrunkOutbound | undefined;
  /** For challenges of the trunk, and for registering. */
  readonly account: Credentials | undefined;
  /** Undefined: the trunk wants none. */
  readonly register: { readonly number: string; readonly expiresS: number } | undefined;
}

/** One address of a trunk. */
export interface TrunkPlace {
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  readonly address: string;
  readonly port: number;
}

/** As metrics and pages show it. `resting`: calls keep away from it for a moment. */
export interface TrunkState {
  readonly name: string;
  /** `inbound-only`: no calls go out over it. */
  readonly state: 'up' | 'resting' | 'down' | 'inbound-only';
  /** Undefined: inbound only. */
  readonly sinceMs: number | undefined;
  readonly registered: boolean | undefined;
  readonly places: number;
}
