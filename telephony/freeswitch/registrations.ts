/** Which endpoints are registered, by what FreeSWITCH tells. */
import type { EslEvent } from '../esl/codec/event.ts';
import { isObject, parseJsonObject } from '../esl/codec/event.ts';
import type { EndpointDirectory, SwitchEvent } from '../ports/switch.ts';

export const registrationEvents = ['sofia::register', 'sofia::unregister', 'sofia::expire'] as const;

interface Registration {
  readonly endpointId: string;
  readonly username: string;
}

export class Registrations {
  readonly #directory: EndpointDirectory;
  readonly #emit: (event: SwitchEvent) => void;
  /** By Call-ID of the REGISTER: one per page or telephone. In order of first registration. */
  readonly #byCallId = new Map<string, Registration>();

  constructor(directory: EndpointDirectory, emit: (event: SwitchEvent) => void) {
    this.#directory = directory;
    this.#emit = emit;
  }

  get size(): number {
    return this.#byCallId.size;
  }

  isRegistered(endpointId: string): boolean {
    return this.usernameOf(endpointId) !== undefined;
  }

  /** The user name under which an endpoint registered last. */
  usernameOf(endpointId: string): string | undefined {
    return this.#of(endpointId).at(-1)?.username;
  }

  usernamesOf(endpointId: string): readonly string[] {
    return [...new Set(this.#of(endpointId).map((r) => r.username))];
  }

  on({ name, fields }: EslEvent): void {
    const callId = fields['call-id'] ?? '';
    if (name !== 'sofia::register') this.#remove(callId);
    else this.#add(callId, fields['from-user'] ?? '');
  }

  /** Takes over the list of `show registrations as json`: events missed meanwhile do not come again. */
  replace(json: string): void {
    const rows = parseJsonObject(json)?.['rows'];
    const now = new Map<string, string>();
    for (const row of Array.isArray(rows) ? (rows as unknown[]) : []) {
      if (!isObject(row)) continue;
      const { token, reg_user: user } = row;
      if (typeof token === 'string' && typeof user === 'string') now.set(token, user);
    }
    for (const callId of [...this.#byCallId.keys()]) if (!now.has(callId)) this.#remove(callId);
    for (const [callId, user] of now) this.#add(callId, user);
  }

  #of(endpointId: string): Registration[] {
    return [...this.#byCallId.values()].filter((r) => r.endpointId === endpointId);
  }

  #add(callId: string, username: string): void {
    const known = this.#byCallId.get(callId);
    if (known?.username === username) return;
    const endpointId = this.#directory.find(username)?.endpointId;
    if (endpointId === undefined) return;
    const wasThere = this.isRegistered(endpointId);
    this.#byCallId.delete(callId);
    this.#byCallId.set(callId, { endpointId, username });
    if (!wasThere) this.#emit({ type: 'endpoint.registered', endpointId });
  }

  #remove(callId: string): void {
    const known = this.#byCallId.get(callId);
    if (known === undefined) return;
    this.#byCallId.delete(callId);
    if (!this.isRegistered(known.endpointId))
      this.#emit({ type: 'endpoint.unregistered', endpointId: known.endpointId });
  }
}
