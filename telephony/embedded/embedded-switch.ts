/** The built-in switch: our SIP core and a media engine behind the `Switch` port. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  SwitchError,
  type HangupCause,
  type LegSnapshot,
  type Marks,
  type OriginateRequest,
  type PlayRequest,
  type SuperviseMode,
  type SwitchEvent,
  type TapFrame,
} from '../ports/switch.ts';
import { SipCore } from '../sip/core/sip-core.ts';
import type { Flow, SipEvent } from '../sip/core/types.ts';
import { CallEvents } from './call-events.ts';
import { rejectStatus, retryAfterS } from './causes.ts';
import { SwitchEmitter } from '../ports/switch-emitter.ts';
import { DialPlan } from './dial-plan.ts';
import { createHanger, type Hanger } from './hanger.ts';
import { checkMarks, LegTable, snapshot, trunkMedia, type TrunkMedia } from './leg.ts';
import { LegEnding } from './leg-ending.ts';
import { InboundLegs } from './legs-in.ts';
import { OutboundLegs } from './legs-out.ts';
import { LocalAddresses } from './local-address.ts';
import { MediaEvents } from './media-events.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { EmbeddedSwitch, EmbeddedSwitchOptions } from './options.ts';
import { mediaStep } from './media-step.ts';
import { OriginPolicy } from './origin-policy.ts';
import { Parties } from './parties.ts';
import { SipRunner, monotonicEpochMs } from './sip-runner.ts';
import { Transports } from './transports.ts';
import { nodeDns } from './trunks/node-dns.ts';
import { TrunkKeeper } from './trunks/trunk-keeper.ts';
import type { TrunkState } from './trunks/types.ts';

export type { EmbeddedSwitch } from './options.ts';

const DEFAULT_INBOUND_TIMEOUT_MS = { rtp: 60_000, webrtc: 15_000 };

/** Makes the switch; nothing is opened before `start()`. */
export function createEmbeddedSwitch(options: EmbeddedSwitchOptions): EmbeddedSwitch {
  return new SipSwitch(options);
}

class SipSwitch implements EmbeddedSwitch {
  readonly name = 'embedded';
  readonly #media: MediaEngine;
  readonly #emitter: SwitchEmitter;
  readonly #legs = new LegTable();
  readonly #core: SipCore;
  readonly #policy: OriginPolicy;
  readonly #transports: Transports;
  readonly #trunks: TrunkKeeper;
  readonly #runner: SipRunner;
  readonly #ending: LegEnding;
  readonly #hanger: Hanger;
  readonly #inbound: InboundLegs;
  readonly #outbound: OutboundLegs;
  readonly #parties: Parties;
  readonly #callEvents: CallEvents;
  readonly #mediaEvents: MediaEvents;
  #unsubscribeMedia: () => void = () => undefined;
  #closed = false;

  constructor(options: EmbeddedSwitchOptions) {
    const { media, logger } = options;
    this.#media = media;
    this.#emitter = new SwitchEmitter(logger);
    this.#policy = new OriginPolicy(options.sip);
    this.#core = this.#createCore(options);
    this.#transports = this.#createTransports(options);
    this.#runner = new SipRunner({
      core: this.#core,
      transportFor: (flow) => this.#transports.for(flow),
      onEvent: (event) => {
        this.#onSipEvent(event);
      },
      logger,
    });
    this.#trunks = this.#createTrunks(options);
    const shared = { legs: this.#legs, media, emitter: this.#emitter, logger };
    this.#ending = new LegEnding({
      ...shared,
      onEnding: (leg) => {
        this.#parties.ended(leg);
      },
    });
    this.#hanger = createHanger(() => this.#runner, this.#ending);
    const parts = { ...shared, sip: this.#runner, hanger: this.#hanger };
    const mediaTimeoutMs = options.inboundMediaTimeoutMs ?? DEFAULT_INBOUND_TIMEOUT_MS;
    const mediaOf = (trunk: string): TrunkMedia => trunkMedia(options.sip.trunks.find(({ name }) => name === trunk));
    this.#inbound = new InboundLegs({ ...parts, mediaTimeoutMs, mediaOf });
    const plan = new DialPlan({ core: this.#core, trunks: this.#trunks, logger });
    this.#outbound = new OutboundLegs({ ...parts, core: this.#core, ending: this.#ending, plan });
    this.#parties = new Parties({ ...shared, hanger: this.#hanger });
    const sides = { inbound: this.#inbound, outbound: this.#outbound, parties: this.#parties };
    this.#callEvents = new CallEvents({ ...shared, ...sides, ending: this.#ending });
    this.#mediaEvents = new MediaEvents({ ...shared, hanger: this.#hanger });
  }

  #createCore({ sip, directory, newId }: EmbeddedSwitchOptions): SipCore {
    const addresses = new LocalAddresses(sip.advertisedAddress);
    return new SipCore({
      domain: sip.domain,
      userAgent: 'hotline12345',
      contactUser: 'hotline',
      localAddress: (flow) => ({
        host: addresses.towards(flow.address, monotonicEpochMs()),
        port: this.#transports.portTowards(flow),
      }),
      admit: (request, flow, nowMs) => this.#policy.admit(request, flow, nowMs),
      believesIdentity: (trunk) => sip.trunks.find(({ name }) => name === trunk)?.trustsIdentity ?? true,
      findAccount: (username) => directory.find(username),
      ...(sip.sessionTimers === undefined ? {} : { sessionTimers: sip.sessionTimers }),
      newToken: () => randomBytes(10).toString('hex'),
      newCallId: newId,
      digestAlgorithms: sip.digestAlgorithms ?? ['MD5'],
      registration: { minExpiresS: sip.minRegistrationS ?? 30, defaultExpiresS: 300, maxExpiresS: 3_600 },
    });
  }

  #createTransports({ sip, logger }: EmbeddedSwitchOptions): Transports {
    return new Transports({
      ...{ sip, logger },
      onMessage: (bytes, flow) => {
        this.#receive(bytes, flow);
      },
      onClose: (flow) => {
        this.#runner.flowClosed(flow);
      },
      isTrusted: (address) => this.#policy.trustedName({ transport: 'TCP', address }) !== undefined,
      peerOf: (flow) => this.#trunks.peerOf(flow),
      knownFlows: () => this.#core.knownFlows(),
    });
  }

  #createTrunks({ sip, logger }: EmbeddedSwitchOptions): TrunkKeeper {
    return new TrunkKeeper({
      trunks: sip.trunks.map((trunk) => ({ outbound: undefined, account: undefined, register: undefined, ...trunk })),
      dns: sip.dns ?? nodeDns(),
      command: (run) => {
        this.#runner.command(run);
      },
      nowMs: monotonicEpochMs,
      random: Math.random,
      domain: sip.domain,
      logger,
      onTargets: (targets) => {
        this.#policy.setTargets(targets);
      },
    });
  }

  /** Scanners and floods end here, before anything is parsed. */
  #receive(bytes: Uint8Array, flow: Flow): void {
    const isKnown = (): boolean => this.#core.isKnownFlow(flow);
    if (this.#policy.passes(bytes, flow, { nowMs: monotonicEpochMs(), isKnown })) this.#runner.receive(bytes, flow);
  }

  get sipPort(): number {
    return this.#transports.ports.udp;
  }

  get sipPorts(): { readonly udp: number; readonly tcp: number; readonly tls: number } {
    return this.#transports.ports;
  }

  trunkStates(): readonly TrunkState[] {
    return this.#trunks.states();
  }

  async start(): Promise<void> {
    await this.#transports.start();
    this.#unsubscribeMedia = this.#media.subscribe((event) => {
      this.#mediaEvents.take(event);
    });
    await this.#trunks.start();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const legs = this.#legs.all();
    for (const leg of legs) this.#hanger.hangUp(leg, 'shutdown');
    await Promise.all(legs.map((leg) => leg.whenEnded));
    this.#trunks.close();
    await this.#runner.stop();
    await this.#transports.close();
    this.#unsubscribeMedia();
    await this.#media.close();
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#closed) socket.destroy();
    else this.#transports.handleUpgrade(request, socket, head);
  }

  isRegistered(endpointId: string): boolean {
    return this.#core.isRegistered(endpointId);
  }

  counters(): Readonly<Record<string, number>> {
    const sizes = { ...this.#core.sizes(), legs: this.#legs.all().length };
    const trunks = Object.fromEntries(
      this.#trunks.states().map(({ name, state }) => [`trunk-up ${name}`, state === 'down' ? 0 : 1]),
    );
    return {
      ...this.#runner.counters(),
      ...sizes,
      ...this.#policy.counters(),
      ...trunks,
      ...this.#transports.counters(),
    };
  }

  subscribe(listener: (event: SwitchEvent) => void): () => void {
    return this.#emitter.subscribe(listener);
  }

  async ring(legId: string): Promise<void> {
    await this.#ready();
    this.#inbound.ring(this.#legs.get(legId));
  }

  async answer(legId: string): Promise<void> {
    await this.#ready();
    await this.#inbound.answer(this.#legs.get(legId));
  }

  async originate(request: OriginateRequest): Promise<void> {
    await this.#ready();
    await this.#outbound.originate(request);
  }

  async hangup(legId: string, cause: HangupCause): Promise<void> {
    const leg = this.#legs.find(legId);
    if (leg === undefined) return;
    this.#hanger.hangUp(leg, cause);
    await leg.whenEnded;
  }

  async bridge(a: string, b: string): Promise<void> {
    await this.#ready();
    await this.#parties.bridge(a, b);
  }

  async park(legId: string): Promise<void> {
    await this.#ready();
    await this.#parties.park(legId);
  }

  async conference(conferenceId: string, legIds: readonly string[]): Promise<void> {
    await this.#ready();
    await this.#parties.conference(conferenceId, legIds);
  }

  async supervise(legId: string, targetLegId: string, mode: SuperviseMode): Promise<void> {
    await this.#ready();
    await this.#parties.supervise(legId, targetLegId, mode);
  }

  async openEarly(legId: string): Promise<void> {
    await this.#ready();
    await this.#inbound.openEarly(this.#legs.get(legId));
  }

  async setMarks(legId: string, marks: Marks): Promise<void> {
    await this.#ready();
    checkMarks(marks);
    const leg = this.#legs.get(legId);
    leg.marks = { ...leg.marks, ...marks };
  }

  list(): Promise<readonly LegSnapshot[]> {
    return Promise.resolve(this.#legs.all().map(snapshot));
  }

  async play(legId: string, request: PlayRequest): Promise<void> {
    await this.#onMedia(legId, () => this.#media.play(legId, request));
  }

  async stopPlay(legId: string): Promise<void> {
    await this.#onMedia(legId, () => this.#media.stopPlay(legId));
  }

  async startRecording(legId: string, path: string): Promise<void> {
    await this.#onMedia(legId, () => this.#media.startRecording(legId, path));
  }

  async stopRecording(legId: string): Promise<void> {
    await this.#onMedia(legId, () => this.#media.stopRecording(legId));
  }

  async maskRecording(legId: string, masked: boolean): Promise<void> {
    await this.#onMedia(legId, () => this.#media.maskRecording(legId, masked));
  }

  async startTap(legId: string, onFrame: (frame: TapFrame) => void): Promise<void> {
    await this.#onMedia(legId, () => {
      this.#legs.get(legId).onTapFrame = onFrame;
      return this.#media.startTap(legId);
    });
  }

  async stopTap(legId: string): Promise<void> {
    await this.#onMedia(legId, async () => {
      await this.#media.stopTap(legId);
      const leg = this.#legs.find(legId);
      if (leg !== undefined) leg.onTapFrame = undefined;
    });
  }

  async #ready(): Promise<void> {
    if (this.#closed) throw new SwitchError('closed', 'the switch is closed');
    await Promise.resolve();
  }

  async #onMedia(legId: string, step: () => Promise<void>): Promise<void> {
    await this.#ready();
    const leg = this.#legs.getAudible(legId);
    try {
      await mediaStep(step);
    } catch (error) {
      if (leg.ended) throw new SwitchError('no-such-leg', 'the leg ended meanwhile', { cause: error });
      throw error;
    }
  }

  /** A call that comes in while we go down is told so at once: a trunk tries elsewhere then. */
  #turnAway(call: string): void {
    const how = { rejectStatus: rejectStatus('shutdown'), reason: '', retryAfterS: retryAfterS('shutdown') };
    this.#runner.command((core, nowMs) => core.hangUp(call, how, nowMs));
  }

  #onSipEvent(event: SipEvent): void {
    switch (event.type) {
      case 'incoming':
        if (this.#closed) this.#turnAway(event.call);
        else this.#inbound.onIncoming(event);
        break;
      case 'registered':
      case 'unregistered':
        this.#emitter.emit({ type: `endpoint.${event.type}`, endpointId: event.endpointId });
        break;
      case 'registration':
        this.#trunks.onRegistration(event.id, event.status, event.expiresS);
        break;
      case 'asked':
        this.#trunks.onAsked(event.token, event.status);
        break;
      case 'progress':
      case 'accepted':
      case 'acknowledged':
      case 'reoffer':
      case 'reanswered':
      case 'reoffer-refused':
      case 'refer':
      case 'digit':
      case 'ended':
        this.#callEvents.take(event);
        break;
    }
  }
}
