/** What the contract of `Switch` needs: a switch, a way to phone it, and ears. */
import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OriginateRequest, Switch, SwitchEvent } from '../../telephony/ports/switch.ts';
import { tone, toneAmplitude } from '../../tools/call/audio.ts';
import { Pacer } from '../../tools/call/pacer.ts';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import { SipPhone, type SipPhoneOptions } from '../../tools/call/sip-phone.ts';

/** Made by each adapter's test file. */
export interface SwitchHarness {
  readonly switch: Switch;
  /** Address at which phones of the same host reach the switch. */
  readonly sip: { readonly host: string; readonly port: number; readonly domain: string };
  /** Where callers without a password come in, when that is another address. */
  readonly trunk?: { readonly host: string; readonly port: number };
  /** Makes a credential with which a phone may register as this endpoint. */
  addEndpoint(endpointId: string): { readonly username: string; readonly password: string };
  /** Takes everything down, the switch included. */
  dispose(): Promise<void>;
}

type EventOf<T extends SwitchEvent['type']> = Extract<SwitchEvent, { type: T }>;

/** Frequencies by party, far enough apart for clean ears. */
export const TONES_HZ = { caller: 440, agent: 1_000, third: 1_600, music: 600, supervisor: 2_200 } as const;
/** A heard tone has at least this amplitude, an absent one less than the other. Tones are sent at 8000. */
export const HEARD = 4_000;
export const NOT_HEARD = 300;
const LISTEN_MS = 300;

/** One test's bench: records events, makes phones, cleans up. */
export class Bench {
  readonly harness: SwitchHarness;
  readonly events: SwitchEvent[] = [];
  readonly #phones: SipPhone[] = [];
  readonly #pacer = new Pacer();
  readonly #unsubscribe: () => void;

  constructor(harness: SwitchHarness) {
    this.harness = harness;
    this.#unsubscribe = harness.switch.subscribe((event) => {
      this.events.push(event);
    });
  }

  get switch(): Switch {
    return this.harness.switch;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#phones.map((phone) => phone.close()));
    this.#unsubscribe();
    await this.harness.dispose();
  }

  async phone(options: Partial<SipPhoneOptions> & { readonly user: string }): Promise<SipPhone> {
    const phone = new SipPhone({ address: this.harness.sip.host, pacer: this.#pacer, ...options });
    await phone.start();
    this.#phones.push(phone);
    return phone;
  }

  /** A phone registered as an endpoint. */
  async agent(endpointId: string, options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    const credentials = this.harness.addEndpoint(endpointId);
    const phone = await this.phone({
      user: credentials.username,
      credentials,
      registrar: this.harness.sip,
      ...options,
    });
    await phone.register();
    return phone;
  }

  uri(user: string): string {
    const { host, port } = this.harness.trunk ?? this.harness.sip;
    return `sip:${user}@${host}:${port}`;
  }

  /** The address for those who have a password. */
  endpointUri(user: string): string {
    return `sip:${user}@${this.harness.sip.host}:${this.harness.sip.port}`;
  }

  /** Waits for the next event of a type (for a leg), counting those already seen. */
  async event<T extends SwitchEvent['type']>(type: T, legId?: string, timeoutMs = 6_000): Promise<EventOf<T>> {
    const find = (): EventOf<T> | undefined =>
      this.events.find(
        (e): e is EventOf<T> => e.type === type && (legId === undefined || ('legId' in e && e.legId === legId)),
      );
    await until(
      () => find() !== undefined,
      timeoutMs,
      () => `no ${type}; seen: ${this.events.map((e) => e.type).join(' ')}`,
    );
    const event = find();
    if (event === undefined) throw new Error('unreachable');
    return event;
  }

  eventsOf(legId: string): SwitchEvent[] {
    return this.events.filter((e) => 'legId' in e && e.legId === legId);
  }

  /** A caller whose leg is answered and who sounds at 440 Hz (or another tone). */
  async caller(
    user = '13800138000',
    toneSamples?: Int16Array,
  ): Promise<{ call: PhoneCall; legId: string; phone: SipPhone }> {
    const phone = await this.phone({ user });
    const before = this.events.length;
    const call = await phone.call(this.uri('12345'));
    await until(
      () => this.events.slice(before).some((e) => e.type === 'leg.incoming'),
      6_000,
      () => 'no leg.incoming',
    );
    const incoming = this.events.slice(before).find((e): e is EventOf<'leg.incoming'> => e.type === 'leg.incoming');
    if (incoming === undefined) throw new Error('unreachable');
    await this.switch.answer(incoming.legId);
    expect(await call.answered).toBe(true);
    if (toneSamples !== undefined) void call.play(toneSamples, true);
    return { call, legId: incoming.legId, phone };
  }

  /** Dials an endpoint and waits until it is answered. */
  async dialled(
    endpointId: string,
    phone: SipPhone,
    toneSamples?: Int16Array,
  ): Promise<{ call: PhoneCall; legId: string }> {
    const incoming = phone.next('incoming');
    const request = this.dialRequest({ type: 'endpoint', endpointId });
    await this.switch.originate(request);
    const { call } = await incoming;
    await this.event('leg.answered', request.legId);
    if (toneSamples !== undefined) void call.play(toneSamples, true);
    return { call, legId: request.legId };
  }

  /** Caller and agent, joined, each with its tone. */
  async bridged(): Promise<{
    caller: { call: PhoneCall; legId: string };
    agent: { call: PhoneCall; legId: string };
    agentPhone: SipPhone;
  }> {
    const agentPhone = await this.agent('agent-1');
    const caller = await this.caller('13800138000', tone(TONES_HZ.caller, 1_000));
    const agent = await this.dialled('agent-1', agentPhone, tone(TONES_HZ.agent, 1_000));
    await this.switch.bridge(caller.legId, agent.legId);
    return { caller, agent, agentPhone };
  }

  dialRequest(target: OriginateRequest['target'], more: Partial<OriginateRequest> = {}): OriginateRequest {
    const legId = randomUUID();
    return { legId, target, from: { user: '12345' }, ringMs: 10_000, mediaTimeoutMs: 0, ...more };
  }
}

/** Waits until something is so. */
export async function until(isSo: () => boolean, timeoutMs: number, what: () => string): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(what());
    await sleep(10);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Which party tones a call hears now; waits until that is what is expected. */
export async function expectHears(call: PhoneCall, expected: readonly (keyof typeof TONES_HZ)[]): Promise<void> {
  const names = Object.keys(TONES_HZ) as (keyof typeof TONES_HZ)[];
  const level = (name: keyof typeof TONES_HZ): number => toneAmplitude(call.heardLast(LISTEN_MS), TONES_HZ[name]);
  const isSo = (): boolean =>
    names.every((name) => (expected.includes(name) ? level(name) > HEARD : level(name) < NOT_HEARD));
  const seen = (): string => {
    const levels = names.map((name) => `${name} ${Math.round(level(name))}`).join(', ');
    return `should hear [${expected.join(', ')}] but hears ${levels} in ${call.heardLast(LISTEN_MS).length} samples`;
  };
  await until(isSo, 6_000, seen);
  // It must last, not be a moment of change.
  await sleep(LISTEN_MS);
  await until(isSo, 3_000, () => `did not last: ${seen()}`);
}

/** The two sides of a stereo recording. */
export function readStereo(bytes: Buffer): { left: Int16Array; right: Int16Array; channels: number; lengthMs: number } {
  const data = bytes.subarray(44);
  const frames = data.length >> 2;
  const side = (offset: number): Int16Array =>
    Int16Array.from({ length: frames }, (_, i) => data.readInt16LE(i * 4 + offset));
  return { left: side(0), right: side(2), channels: bytes.readUInt16LE(22), lengthMs: frames / 8 };
}

/** The samples in pieces of equal length. */
export function windows(pcm: Int16Array, lengthMs: number): Int16Array[] {
  const size = lengthMs * 8;
  return Array.from({ length: Math.floor(pcm.length / size) }, (_, i) => pcm.subarray(i * size, (i + 1) * size));
}
