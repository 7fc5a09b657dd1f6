/** Several FreeSWITCH nodes as one switch. All legs of a call are on the node where it came in. */
import type { Logger } from 'pino';
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
import { SwitchEmitter } from '../ports/switch-emitter.ts';
import type { FreeswitchSwitch } from './freeswitch-switch.ts';
import { NodeHealth, type ClusterNode, type PublishedNodeState } from './node-health.ts';
import { Refusals } from './refusals.ts';
import { RELAY_MARK, Relays } from './relays.ts';

export interface ClusterOptions {
  readonly nodes: readonly ClusterNode[];
  readonly optionsEveryMs: number;
  readonly logger: Logger;
  readonly newId: () => string;
}

/** A mark that names the leg a new one will be joined to, for callers that cannot say `nearLegId`. */
export const NEAR_MARK = 'near_leg';

export class FreeswitchCluster implements Switch, PartyControl {
  readonly name = 'freeswitch';
  readonly #nodes: readonly ClusterNode[];
  readonly #health: NodeHealth;
  readonly #emitter: SwitchEmitter;
  readonly #relays: Relays;
  readonly #refusals = new Refusals();
  /** Legs that were refused on another node already; nobody is told of them. */
  readonly #refused = new Set<string>();
  readonly #logger: Logger;
  readonly #nodeOfLeg = new Map<string, FreeswitchSwitch>();
  readonly #registered = new Map<string, number>();
  #closed = false;

  constructor({ nodes, optionsEveryMs, logger, newId }: ClusterOptions) {
    this.#nodes = nodes;
    this.#logger = logger;
    this.#health = new NodeHealth(nodes, optionsEveryMs);
    this.#emitter = new SwitchEmitter(logger);
    this.#relays = new Relays(logger, newId);
    for (const { switch: node } of nodes)
      node.subscribe((event) => {
        this.#onEvent(event, node);
      });
  }

  async start(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.switch.start()));
    this.#health.start();
    await this.list();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#health.close();
    await Promise.all(this.#nodes.map((node) => node.switch.close()));
  }

  /** Lets go of all nodes and leaves their calls up. */
  async detach(): Promise<void> {
    this.#closed = true;
    this.#health.close();
    await Promise.all(this.#nodes.map((node) => node.switch.detach()));
  }

  /** Takes a node out of, or back into, the choice for new calls. */
  drain(name: string, isDraining: boolean): void {
    this.#health.drain(name, isDraining);
  }

  /** What the edge reads: how each node is and how many legs it has. */
  states(): readonly { readonly name: string; readonly state: PublishedNodeState; readonly calls: number }[] {
    return this.#nodes.map((node) => ({
      name: node.switch.node,
      state: this.#health.stateOf(node),
      calls: node.switch.legCount,
    }));
  }

  /** A node for a new page's registration. */
  nodeForEndpoint(): string | undefined {
    return this.#health.best()?.switch.node;
  }

  subscribe(listener: (event: SwitchEvent) => void): () => void {
    return this.#emitter.subscribe(listener);
  }

  isRegistered(endpointId: string): boolean {
    return this.#nodes.some((node) => node.switch.isRegistered(endpointId));
  }

  async revoke(endpointId: string): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.switch.revoke(endpointId)));
  }

  counters(): Readonly<Record<string, number>> {
    const sum: Record<string, number> = {};
    for (const node of this.#nodes)
      for (const [name, value] of Object.entries(node.switch.counters())) sum[name] = (sum[name] ?? 0) + value;
    return { ...sum, nodes: this.#nodes.length, 'nodes-up': this.states().filter((n) => n.state === 'up').length };
  }

  async originate(request: OriginateRequest): Promise<void> {
    const node = this.#nodeFor(request);
    this.#nodeOfLeg.set(request.legId, node);
    try {
      await node.originate(this.#reachable(request, node));
    } catch (error) {
      this.#nodeOfLeg.delete(request.legId);
      throw error;
    }
  }

  async ring(legId: string): Promise<void> {
    await this.#of(legId).ring(legId);
  }

  async answer(legId: string): Promise<void> {
    await this.#of(legId).answer(legId);
  }

  async openEarly(legId: string): Promise<void> {
    await this.#of(legId).openEarly(legId);
  }

  async hangup(legId: string, cause: HangupCause): Promise<void> {
    const node = this.#nodeOfLeg.get(legId);
    if (node === undefined) return;
    this.#refusals.add(node.unansweredCallId(legId), cause, performance.now());
    await node.hangup(legId, cause);
  }

  async bridge(a: string, b: string): Promise<void> {
    await this.#together([a, b]).bridge(a, b);
  }

  async park(legId: string): Promise<void> {
    await this.#of(legId).park(legId);
  }

  async conference(conferenceId: string, legIds: readonly string[]): Promise<void> {
    await this.#together(legIds).conference(conferenceId, legIds);
  }

  async supervise(legId: string, targetLegId: string, mode: SuperviseMode): Promise<void> {
    await this.#together([legId, targetLegId]).supervise(legId, targetLegId, mode);
  }

  async setMarks(legId: string, marks: Marks): Promise<void> {
    await this.#of(legId).setMarks(legId, marks);
  }

  async list(): Promise<readonly LegSnapshot[]> {
    const lists = await Promise.all(
      this.#nodes.map(async ({ switch: node }) => {
        const legs = await node.list();
        const own = legs.filter((leg) => leg.marks[RELAY_MARK] === undefined);
        for (const leg of own) this.#nodeOfLeg.set(leg.legId, node);
        return own;
      }),
    );
    return lists.flat();
  }

  async play(legId: string, request: PlayRequest): Promise<void> {
    await this.#of(legId).play(legId, request);
  }

  async stopPlay(legId: string): Promise<void> {
    await this.#of(legId).stopPlay(legId);
  }

  async startRecording(legId: string, path: string): Promise<void> {
    await this.#of(legId).startRecording(legId, path);
  }

  async stopRecording(legId: string): Promise<void> {
    await this.#of(legId).stopRecording(legId);
  }

  async maskRecording(legId: string, masked: boolean): Promise<void> {
    await this.#of(legId).maskRecording(legId, masked);
  }

  async startTap(legId: string, onFrame: (frame: TapFrame) => void): Promise<void> {
    await this.#of(legId).startTap(legId, onFrame);
  }

  async stopTap(legId: string): Promise<void> {
    await this.#of(legId).stopTap(legId);
  }

  #of(legId: string): FreeswitchSwitch {
    if (this.#closed) throw new SwitchError('closed', 'the switch is closed');
    const node = this.#nodeOfLeg.get(legId);
    if (node === undefined) throw new SwitchError('no-such-leg', 'the leg has ended or never was');
    return node;
  }

  #together(legIds: readonly string[]): FreeswitchSwitch {
    if (legIds.length === 0) throw new SwitchError('bad-request', 'no legs');
    const [node, ...others] = new Set(legIds.map((id) => this.#of(id)));
    if (node === undefined || others.length > 0)
      throw new SwitchError('wrong-state', 'the legs are on different nodes; originate with nearLegId');
    return node;
  }

  /** Where the leg it will be joined to is; else where the endpoint is; else where there is room. */
  #nodeFor({ nearLegId, marks = {}, target }: OriginateRequest): FreeswitchSwitch {
    if (this.#closed) throw new SwitchError('closed', 'the switch is closed');
    const near = this.#nodeOfLeg.get(nearLegId ?? marks[NEAR_MARK] ?? '');
    const home = target.type === 'endpoint' ? this.#home(target.endpointId) : undefined;
    const node = near ?? home?.switch ?? this.#health.best()?.switch ?? this.#nodes[0]?.switch;
    if (node === undefined) throw new SwitchError('closed', 'there are no nodes');
    return node;
  }

  #home(endpointId: string): ClusterNode | undefined {
    return this.#nodes.find((node) => node.switch.isRegistered(endpointId));
  }

  /** The request as its node can carry it out: an endpoint of another node is called through that node. */
  #reachable(request: OriginateRequest, node: FreeswitchSwitch): OriginateRequest {
    if (request.target.type === 'uri' || node.isRegistered(request.target.endpointId)) return request;
    const home = this.#home(request.target.endpointId);
    if (home === undefined) return request;
    const name = this.#relays.prepare(request, home.switch);
    return { ...request, target: { type: 'uri', uri: `sip:${name}@${home.sip.address}:${home.sip.port}` } };
  }

  #onEvent(event: SwitchEvent, node: FreeswitchSwitch): void {
    if (this.#relays.takes(event, node) || this.#wasRefused(event, node)) return;
    if (event.type === 'endpoint.registered' || event.type === 'endpoint.unregistered') {
      this.#onEndpoint(event);
      return;
    }
    if (event.type === 'leg.incoming') this.#nodeOfLeg.set(event.legId, node);
    if (event.type === 'leg.ended') this.#nodeOfLeg.delete(event.legId);
    this.#emitter.emit(event);
  }

  /** The edge brings a call that we have refused to the next node: it gets the same answer there. */
  #wasRefused(event: SwitchEvent, node: FreeswitchSwitch): boolean {
    if (!('legId' in event)) return false;
    const { legId, type } = event;
    if (type === 'leg.incoming') {
      const cause = this.#refusals.find(node.unansweredCallId(legId), performance.now());
      if (cause === undefined) return false;
      this.#refused.add(legId);
      node.hangup(legId, cause).catch((error: unknown) => {
        this.#logger.warn({ err: error, legId }, 'a refused call could not be refused again');
      });
      return true;
    }
    const isRefused = this.#refused.has(legId);
    if (type === 'leg.ended') this.#refused.delete(legId);
    return isRefused;
  }

  /** An endpoint is registered as long as it is on any node. */
  #onEndpoint(event: Extract<SwitchEvent, { readonly endpointId: string }>): void {
    const { endpointId } = event;
    const before = this.#registered.get(endpointId) ?? 0;
    const now = Math.max(0, before + (event.type === 'endpoint.registered' ? 1 : -1));
    if (now === 0) this.#registered.delete(endpointId);
    else this.#registered.set(endpointId, now);
    if ((before === 0) !== (now === 0)) this.#emitter.emit(event);
  }
}
