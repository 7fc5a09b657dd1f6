/**
 * A telephone made of our own SIP and RTP parts: registers, calls, answers, plays samples in real time, listens.
 * Used by `npm run call`, by tests and by benchmarks; ten in one process are no trouble.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { SipRunner } from '../../telephony/embedded/sip-runner.ts';
import { UdpTransport } from '../../telephony/embedded/udp-transport.ts';
import { SipCore } from '../../telephony/sip/core/sip-core.ts';
import { udpFlow, type Flow, type SipEvent } from '../../telephony/sip/core/types.ts';
import { parseUri } from '../../telephony/sip/message/uri.ts';
import { Pacer } from './pacer.ts';
import { PhoneCall } from './phone-call.ts';

export interface SipPhoneOptions {
  /** IPv4 address of ours that the far end can reach. */
  readonly address: string;
  /** 0 = any free port (default). */
  readonly port?: number;
  /** User part of our address; what the far end sees as our number. */
  readonly user: string;
  readonly displayName?: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Where to register, and the domain of our address. Without it calls go straight to their URI. */
  readonly registrar?: { readonly host: string; readonly port: number; readonly domain: string };
  /** What happens to calls that come in; default `answer`. */
  readonly onIncoming?: 'answer' | 'ring' | 'ignore' | { readonly rejectStatus: number };
  /** Ringing time before an automatic answer. Default 0. */
  readonly answerAfterMs?: number;
  /** A shared beat; each phone has its own otherwise. */
  readonly pacer?: Pacer;
  readonly logger?: Logger;
}

export type PhoneEvent =
  | { readonly type: 'registration'; readonly status: number }
  | { readonly type: 'incoming'; readonly call: PhoneCall; readonly fromUser: string }
  | { readonly type: 'ringing'; readonly call: PhoneCall }
  | { readonly type: 'answered'; readonly call: PhoneCall }
  | { readonly type: 'digit'; readonly call: PhoneCall; readonly digit: string }
  | { readonly type: 'ended'; readonly call: PhoneCall; readonly status: number; readonly by: 'remote' | 'local' };

export class SipPhone {
  readonly #options: SipPhoneOptions;
  readonly #core: SipCore;
  readonly #udp: UdpTransport;
  readonly #runner: SipRunner;
  readonly #pacer: Pacer;
  readonly #listeners = new Set<(event: PhoneEvent) => void>();
  readonly #calls = new Map<string, PhoneCall>();

  constructor(options: SipPhoneOptions) {
    this.#options = options;
    this.#pacer = options.pacer ?? new Pacer();
    const logger = options.logger ?? pino({ enabled: false });
    this.#core = new SipCore({
      domain: options.registrar?.domain ?? options.address,
      userAgent: 'hotline12345-phone',
      contactUser: options.user,
      localAddress: () => ({ host: options.address, port: this.#udp.port }),
      admit: () => ({ type: 'serve', trusted: 'anyone' }),
      findAccount: () => undefined,
      newToken: () => randomBytes(10).toString('hex'),
      newCallId: randomUUID,
      digestAlgorithms: [],
      registration: { minExpiresS: 60, defaultExpiresS: 300, maxExpiresS: 3_600 },
    });
    this.#udp = new UdpTransport({
      bind: options.address,
      port: options.port ?? 0,
      onMessage: (bytes, flow) => {
        this.#runner.receive(bytes, flow);
      },
      onError: (error) => {
        logger.warn({ err: error }, 'sip socket of the phone reported an error');
      },
    });
    this.#runner = new SipRunner({
      core: this.#core,
      transportFor: () => this.#udp,
      onEvent: (event) => {
        this.#onEvent(event);
      },
      logger,
    });
  }

  get sipPort(): number {
    return this.#udp.port;
  }

  get calls(): readonly PhoneCall[] {
    return [...this.#calls.values()];
  }

  async start(): Promise<void> {
    await this.#udp.start();
  }

  subscribe(listener: (event: PhoneEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The next event that fits. */
  next<T extends PhoneEvent['type']>(type: T, timeoutMs = 10_000): Promise<Extract<PhoneEvent, { type: T }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        unsubscribe();
        reject(new Error(`the phone waited ${timeoutMs} ms for "${type}" in vain`));
      }, timeoutMs);
      const unsubscribe = this.subscribe((event) => {
        if (event.type !== type) return;
        clearTimeout(timer);
        unsubscribe();
        resolve(event as Extract<PhoneEvent, { type: T }>);
      });
    });
  }

  /** Registers (or with 0 seconds unregisters) and waits for the answer; rejects when it is refused. */
  async register(expiresS = 300): Promise<void> {
    const { registrar, credentials, user } = this.#options;
    if (registrar === undefined || credentials === undefined)
      throw new Error('the phone has no registrar or no password');
    const { host, port, domain } = registrar;
    const done = this.next('registration', 35_000);
    this.#runner.command((core, nowMs) =>
      core.register(
        {
          uri: `sip:${domain}`,
          aor: `sip:${user}@${domain}`,
          flow: udpFlow(host, port),
          credentials,
          expiresS,
          instance: '',
        },
        nowMs,
      ),
    );
    const { status } = await done;
    if (status >= 300) throw new Error(`registration was refused with ${status}`);
  }

  /** Dials a SIP address with an IPv4 host. Resolves when the INVITE is out. */
  async call(uri: string, ringMs = 120_000): Promise<PhoneCall> {
    const flow = flowOf(uri);
    const call = await PhoneCall.open({ id: randomUUID(), direction: 'out', ...this.#callParts() });
    this.#calls.set(call.id, call);
    const { user, displayName = '', credentials } = this.#options;
    this.#runner.command((core, nowMs) =>
      core.dial(
        {
          call: call.id,
          uri,
          flow,
          endpointId: undefined,
          from: { user, displayName },
          headers: [],
          offer: call.offer(),
          ringMs,
          credentials,
        },
        nowMs,
      ),
    );
    return call;
  }

  async close(): Promise<void> {
    const calls = this.calls;
    for (const call of calls) call.hangUp();
    await Promise.all(calls.map((call) => call.ended));
    await this.#runner.stop();
    await this.#udp.close();
  }

  #callParts(): Pick<Parameters<typeof PhoneCall.open>[0], 'address' | 'pacer' | 'runner' | 'onDigit'> {
    return {
      address: this.#options.address,
      pacer: this.#pacer,
      runner: this.#runner,
      onDigit: (call, digit) => {
        this.#emit({ type: 'digit', call, digit });
      },
    };
  }

  #emit(event: PhoneEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #onEvent(event: SipEvent): void {
    if (event.type === 'registration') this.#emit({ type: 'registration', status: event.status });
    else if (event.type === 'incoming') void this.#onIncoming(event);
    else if ('call' in event) {
      const call = this.#calls.get(event.call);
      if (call !== undefined) this.#onCallEvent(call, event);
    }
  }

  #onCallEvent(call: PhoneCall, event: Extract<SipEvent, { readonly call: string }>): void {
    switch (event.type) {
      case 'incoming':
      case 'acknowledged':
      case 'digit':
      case 'reanswered':
      case 'reoffer-refused':
      case 'refer':
        break;
      case 'progress':
        if (event.sdp !== undefined) call.openEarly(event.sdp);
        this.#emit({ type: 'ringing', call });
        break;
      case 'accepted':
        if (event.answer !== undefined && call.acceptAnswer(event.answer)) this.#emit({ type: 'answered', call });
        else call.hangUp();
        break;
      case 'reoffer':
        call.onReoffer(event.token, event.offer);
        break;
      case 'ended':
        this.#calls.delete(call.id);
        call.onEnded(event.status, event.by, event.why);
        this.#emit({ type: 'ended', call, status: event.status, by: event.by });
        break;
    }
  }

  async #onIncoming(event: Extract<SipEvent, { type: 'incoming' }>): Promise<void> {
    const { onIncoming = 'answer', answerAfterMs = 0 } = this.#options;
    if (onIncoming === 'ignore') return;
    const call = await PhoneCall.open({ id: event.call, direction: 'in', ...this.#callParts() });
    call.setRemoteOffer(event.offer);
    this.#calls.set(call.id, call);
    this.#emit({ type: 'incoming', call, fromUser: event.fromUser });
    if (typeof onIncoming === 'object') {
      call.reject(onIncoming.rejectStatus);
      return;
    }
    call.ring();
    if (onIncoming !== 'answer') return;
    setTimeout(() => {
      if (call.answer()) this.#emit({ type: 'answered', call });
    }, answerAfterMs);
  }
}

function flowOf(uri: string): Flow {
  const parsed = parseUri(uri);
  if (parsed?.scheme !== 'sip' || !/^[0-9.]+$/.test(parsed.host)) {
    throw new Error(`"${uri}" is not a SIP address with an IPv4 host, such as sip:12345@127.0.0.1:5060`);
  }
  return udpFlow(parsed.host, parsed.port ?? 5060);
}
