import { createHash, randomBytes } from 'node:crypto';
import type { EndpointCredential, EndpointDirectory } from '../../telephony/ports/switch.ts';
import type { SipCredentialIssuer } from '../realtime/desk.ts';
import type { SipCredentials } from '../realtime/protocol.ts';

export interface SipCredentialsOptions {
  /** SIP domain and digest realm. */
  readonly domain: string;
  readonly iceServers: SipCredentials['iceServers'];
  readonly wsPath?: string;
  readonly nowMs?: () => number;
}

const lifetimeMs = { agent: 12 * 3_600_000, phone: 10 * 60_000 } as const;
/** A reloading page asks again while its old registration still refreshes with the credential before. */
const keptPerEndpoint = 4;
/** Open web phones at once; beyond it the oldest credentials go. */
const mostCredentials = 20_000;

function hex(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

/**
 * Hands out softphone credentials and tells the switch about them. They live in memory only: after a restart pages
 * ask for new ones.
 */
export class SipCredentialRegister implements SipCredentialIssuer, EndpointDirectory {
  /** Told after a revocation: a switch of its own may have to end what is registered. */
  onRevoked: (endpointId: string) => void = () => undefined;
  readonly #options: SipCredentialsOptions;
  /** In order of issue. */
  readonly #byUsername = new Map<string, EndpointCredential>();

  constructor(options: SipCredentialsOptions) {
    this.#options = options;
  }

  issue(endpointId: string, role: 'agent' | 'phone'): SipCredentials {
    const { domain, iceServers, wsPath = '/sip' } = this.#options;
    const username = `${role}-${randomBytes(8).toString('hex')}`;
    const password = randomBytes(24).toString('base64url');
    const secret = `${username}:${domain}:${password}`;
    const expiresAtMs = this.#nowMs() + lifetimeMs[role];
    this.#makeRoom(endpointId);
    this.#byUsername.set(username, {
      username,
      endpointId,
      role,
      ha1Md5: hex('md5', secret),
      ha1Sha256: hex('sha256', secret),
      expiresAtMs,
    });
    return { uri: `sip:${username}@${domain}`, username, password, wsPath, expiresAtMs, iceServers };
  }

  /** One more phone for somebody who is not logged in. */
  issuePhone(): SipCredentials {
    return this.issue(`phone:${randomBytes(8).toString('hex')}`, 'phone');
  }

  revoke(endpointId: string): void {
    for (const found of this.#ofEndpoint(endpointId)) this.#byUsername.delete(found.username);
    this.onRevoked(endpointId);
  }

  find(username: string): EndpointCredential | undefined {
    const found = this.#byUsername.get(username);
    if (found === undefined || found.expiresAtMs > this.#nowMs()) return found;
    this.#byUsername.delete(username);
    return undefined;
  }

  get size(): number {
    return this.#byUsername.size;
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? Date.now();
  }

  #ofEndpoint(endpointId: string): readonly EndpointCredential[] {
    return [...this.#byUsername.values()].filter((c) => c.endpointId === endpointId);
  }

  #makeRoom(endpointId: string): void {
    const nowMs = this.#nowMs();
    for (const old of this.#byUsername.values()) if (old.expiresAtMs <= nowMs) this.#byUsername.delete(old.username);
    for (const old of this.#ofEndpoint(endpointId).slice(0, -(keptPerEndpoint - 1)))
      this.#byUsername.delete(old.username);
    for (const username of this.#byUsername.keys()) {
      if (this.#byUsername.size < mostCredentials) break;
      this.#byUsername.delete(username);
    }
  }
}
