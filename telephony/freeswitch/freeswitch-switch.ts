/** FreeSWITCH behind the `Switch` port, steered over its event socket. */
import type { Logger } from 'pino';
import type { EslEvent } from '../esl/codec/event.ts';
import type { EslClient } from '../esl/esl-client.ts';
import {
  SwitchError,
  type HangupCause,
  type LegSnapshot,
  type Marks,
  type OriginateRequest,
  type PartyControl,
  type PlayRequest,
  type SuperviseMode,
  type Switch,
  type SwitchEvent,
  type TapFrame,
} from '../ports/switch.ts';
import { ChannelCore, type Effect } from './channel-core.ts';
import { createClient } from './client.ts';
import { LegCommands } from './commands.ts';
import { Dialler } from './dialler.ts';
import { SwitchEmitter } from '../ports/switch-emitter.ts';
import { LegTable, snapshot, type Leg } from './leg.ts';
import { checkMarks, markVariables } from './marks.ts';
import { MediaWatch } from './media-watch.ts';
import type { FreeswitchOptions } from './options.ts';
import { QualityWatch } from './quality-watch.ts';
import { Parties } from './parties.ts';
import { Player } from './player.ts';
import { Recorder } from './recorder.ts';
import { Reconciler } from './reconciler.ts';
import { Registrations } from './registrations.ts';
import { restoreLegs } from './restore.ts';
import { LegAudio } from './leg-audio.ts';

const DEFAULT_START_WITHIN_MS = 10_000;
const AUDIT_EVERY_MS = 15_000;
const RECOVER_TIMEOUT_MS = 30_000;

/** State of the link to one FreeSWITCH. */
export type NodeState = 'connecting' | 'up' | 'down' | 'closed';

export class FreeswitchSwitch implements Switch, PartyControl {
  readonly name = 'freeswitch';
  readonly node: string;
  readonly #options: FreeswitchOptions;
  readonly #logger: Logger;
  readonly #legs = new LegTable();
  readonly #core = new ChannelCore(this.#legs);
  readonly #emitter: SwitchEmitter;
  readonly #esl: EslClient;
  readonly #commands: LegCommands;
  readonly #registrations: Registrations;
  readonly #parties: Parties;
  readonly #player: Player;
  readonly #dialler: Dialler;
  readonly #recorder: Recorder;
  readonly #audio: LegAudio;
  readonly #mediaWatch: MediaWatch;
  readonly #qualityWatch: QualityWatch;
  readonly #reconciler: Reconciler;
  #state: NodeState = 'connecting';
  #audit: NodeJS.Timeout | undefined;
  #coreUuid = '';
  #firstUp: () => void = () => undefined;
  #onState: (state: NodeState) => void = () => undefined;

  constructor(options: FreeswitchOptions) {
    this.#options = options;
    this.node = options.name;
    this.#logger = options.logger;
    this.#emitter = new SwitchEmitter(options.logger);
    this.#esl = createClient(options, {
      onEvent: (event) => {
        this.#onEvent(event);
      },
      onUp: () => this.#onUp(),
      onDown: () => {
        this.#setState('down');
      },
    });
    this.#commands = new LegCommands(this.#esl);
    const run = (effects: readonly Effect[]): void => {
      this.#run(effects);
    };
    this.#registrations = new Registrations(options.directory, (event) => {
      this.#emitter.emit(event);
    });
    const shared = { legs: this.#legs, core: this.#core, commands: this.#commands, run, logger: this.#logger };
    this.#parties = new Parties(shared);
    this.#player = new Player(this.#commands, run, options.newId);
    this.#dialler = new Dialler({ ...shared, registrations: this.#registrations, options });
    this.#recorder = new Recorder(this.#commands);
    this.#audio = new LegAudio(options, this.#commands);
    this.#mediaWatch = new MediaWatch(this.#commands, run);
    this.#qualityWatch = new QualityWatch(this.#commands, run, options.qualityEveryMs);
    this.#reconciler = new Reconciler(shared);
  }

  get state(): NodeState {
    return this.#state;
  }

  get legCount(): number {
    return this.#legs.size;
  }

  /** One listener: told when the link comes and goes. */
  onState(listener: (state: NodeState) => void): void {
    this.#onState = listener;
  }

  /** Resolves when the link is up, or after a while without: calls come as soon as FreeSWITCH does. */
  async start(): Promise<void> {
    await this.#audio.open();
    this.#audit = setInterval(() => {
      this.#lookAround();
    }, AUDIT_EVERY_MS);
    this.#audit.unref();
    const withinMs = this.#options.startWithinMs ?? DEFAULT_START_WITHIN_MS;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#logger.error({ node: this.node }, 'FreeSWITCH cannot be reached; still trying');
        resolve();
      }, withinMs);
      this.#firstUp = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#esl.start();
    });
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    const legs = this.#legs.all();
    const wasUp = this.#esl.up;
    this.#setState('closed');
    if (wasUp) await Promise.all(legs.map((leg) => this.#dialler.hangup(leg, 'shutdown')));
    await this.#shut();
  }

  /** Lets go of FreeSWITCH and leaves every call as it is, for the next process to adopt. */
  async detach(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#setState('closed');
    await this.#shut();
  }

  /** Channels whose events never reached us: a call that came in the very moment of a log-in. */
  #lookAround(): void {
    if (!this.#esl.up) return;
    this.#reconciler.strangers(Date.now() / 1_000).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'channels could not be looked over');
    });
  }

  async #shut(): Promise<void> {
    clearInterval(this.#audit);
    this.#mediaWatch.close();
    this.#qualityWatch.close();
    await this.#audio.close();
    this.#esl.close();
  }

  subscribe(listener: (event: SwitchEvent) => void): () => void {
    return this.#emitter.subscribe(listener);
  }

  /** Call-ID of a leg that came in and is not answered; empty otherwise. */
  unansweredCallId(legId: string): string {
    const leg = this.#legs.find(legId);
    return leg === undefined || leg.answered ? '' : leg.sipCallId;
  }

  isRegistered(endpointId: string): boolean {
    return this.#registrations.isRegistered(endpointId);
  }

  /** Ends the registrations of an endpoint: a contact would stay until it expires, credential or not. */
  async revoke(endpointId: string): Promise<void> {
    const { profiles, domain } = this.#options;
    const usernames = this.#registrations.usernamesOf(endpointId);
    await Promise.all(
      usernames.map((user) =>
        this.#commands.ask(`sofia profile ${profiles.endpoints} flush_inbound_reg ${user}@${domain}`),
      ),
    );
  }

  /** Counts and sizes by name, for metrics. */
  counters(): Readonly<Record<string, number>> {
    const sizes = { legs: this.#legs.size, taps: this.#audio.taps, registrations: this.#registrations.size };
    return { ...this.#esl.counters(), ...sizes };
  }

  async ring(legId: string): Promise<void> {
    const leg = this.#inbound(legId);
    if (!leg.answered) await this.#commands.execute(legId, { app: 'ring_ready', arg: '' });
  }

  async openEarly(legId: string): Promise<void> {
    const leg = this.#inbound(legId);
    if (leg.answered || leg.early) return;
    await this.#commands.execute(legId, { app: 'pre_answer', arg: '' });
    // Applications queue up on the channel: what is played next waits for this.
    leg.early = true;
  }

  async answer(legId: string): Promise<void> {
    const leg = this.#inbound(legId);
    if (leg.answered) return;
    const reply = await this.#commands.ask(`uuid_answer ${legId}`);
    if (!reply.startsWith('+OK')) {
      // The only word it has for every failure.
      if (!(await this.#commands.exists(legId))) throw new SwitchError('no-such-leg', 'the caller hung up');
      throw new SwitchError('media-failed', 'the caller cannot be given media');
    }
    const answered = this.#legs.get(legId);
    answered.answered = true;
    if (answered.state === 'incoming') answered.state = 'parked';
  }

  async originate(request: OriginateRequest): Promise<void> {
    await this.#ready();
    await this.#dialler.originate(request);
  }

  async hangup(legId: string, cause: HangupCause): Promise<void> {
    const leg = this.#legs.find(legId);
    if (leg !== undefined) await this.#dialler.hangup(leg, cause);
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

  async setMarks(legId: string, marks: Marks): Promise<void> {
    await this.#ready();
    checkMarks(marks);
    const leg = this.#legs.get(legId);
    // A leg that is still being dialled takes its marks when it is made.
    if (leg.created) await this.#commands.setVariables(legId, markVariables(marks));
    leg.marks = { ...leg.marks, ...marks };
  }

  /** Asks FreeSWITCH for channels that we have not been told of, too. */
  async list(): Promise<readonly LegSnapshot[]> {
    if (this.#esl.up) await this.#reconciler.strangers(Date.now() / 1_000);
    return this.#legs.all().map(snapshot);
  }

  async play(legId: string, request: PlayRequest): Promise<void> {
    await this.#ready();
    await this.#player.play(this.#legs.getWithMedia(legId), request);
  }

  async stopPlay(legId: string): Promise<void> {
    await this.#ready();
    await this.#player.stop(this.#legs.getWithMedia(legId));
  }

  async startRecording(legId: string, path: string): Promise<void> {
    await this.#ready();
    await this.#recorder.start(this.#legs.getAnswered(legId), path);
  }

  async stopRecording(legId: string): Promise<void> {
    await this.#ready();
    await this.#recorder.stop(this.#legs.getAnswered(legId));
  }

  async maskRecording(legId: string, masked: boolean): Promise<void> {
    await this.#ready();
    await this.#recorder.mask(this.#legs.getAnswered(legId), masked);
  }

  async startTap(legId: string, onFrame: (frame: TapFrame) => void): Promise<void> {
    await this.#ready();
    await this.#audio.startTap(this.#legs.getAnswered(legId), onFrame);
  }

  async stopTap(legId: string): Promise<void> {
    await this.#ready();
    await this.#audio.stopTap(this.#legs.getAnswered(legId));
  }

  #inbound(legId: string): Leg {
    if (this.#state === 'closed') throw new SwitchError('closed', 'the switch is closed');
    const leg = this.#legs.get(legId);
    if (leg.direction !== 'inbound') throw new SwitchError('wrong-state', 'only an inbound leg can be answered');
    return leg;
  }

  async #ready(): Promise<void> {
    if (this.#state === 'closed') throw new SwitchError('closed', 'the switch is closed');
    await Promise.resolve();
  }

  #setState(state: NodeState): void {
    if (this.#state === 'closed' || this.#state === state) return;
    this.#state = state;
    this.#onState(state);
  }

  /** After each log-in: what was missed is found out. A restarted FreeSWITCH is told to recover its calls first. */
  async #onUp(): Promise<void> {
    const coreUuid = await this.#commands.ask('global_getvar core_uuid');
    const restarted = this.#coreUuid !== '' && this.#coreUuid !== coreUuid;
    const again = this.#coreUuid !== '';
    this.#coreUuid = coreUuid;
    // Only calls of an earlier life of this FreeSWITCH are recovered: harmless when there are none.
    if (restarted || !again) await this.#commands.ask('sofia recover', RECOVER_TIMEOUT_MS);
    await this.#audio.choose();
    const { adopted, ended } = await this.#reconciler.all(restarted ? 'failed' : 'normal');
    for (const leg of this.#legs.all()) if (leg.answered) this.#qualityWatch.watch(leg);
    this.#registrations.replace(await this.#commands.ask('show registrations as json'));
    const parts = { legs: this.#legs.all(), commands: this.#commands, player: this.#player, logger: this.#logger };
    if (again) await restoreLegs(parts, restarted);
    if (again) this.#audio.renew();
    this.#logger.info({ node: this.node, restarted, adopted, ended, legs: this.#legs.size }, 'FreeSWITCH is in hand');
    this.#setState('up');
    this.#firstUp();
  }

  #onEvent(event: EslEvent): void {
    if (event.name.startsWith('sofia::')) this.#registrations.on(event);
    else this.#run(this.#core.on(event));
  }

  #run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#perform(effect);
    this.#parties.changed();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'emit':
        if (effect.event.type === 'leg.ended') this.#forget(effect.event.legId);
        this.#emitter.emit(effect.event);
        return;
      case 'play-again':
        this.#onLeg(effect.legId, (leg) => this.#player.again(leg, false));
        return;
      case 'flush-play':
        this.#onLeg(effect.legId, () => this.#player.flush(effect.legId));
        return;
      case 'kill':
        this.#onLeg(effect.legId, (leg) => this.#dialler.kill(leg));
        return;
      case 'leave-conference':
        this.#onLeg(effect.legId, () => this.#parties.leave(effect.legId));
        return;
      case 'tap-lost':
        this.#audio.lost(effect.legId);
        return;
      case 'media-opened':
        this.#onLeg(effect.legId, (leg) => {
          this.#mediaWatch.watch(leg);
          this.#qualityWatch.watch(leg);
          return Promise.resolve();
        });
        return;
    }
  }

  #onLeg(legId: string, step: (leg: Leg) => Promise<void>): void {
    const leg = this.#legs.find(legId);
    if (leg === undefined) return;
    step(leg).catch((error: unknown) => {
      this.#logger.warn({ err: error, legId }, 'a step that follows from an event failed');
    });
  }

  #forget(legId: string): void {
    this.#audio.forget(legId);
    this.#mediaWatch.forget(legId);
    this.#qualityWatch.forget(legId);
  }
}
