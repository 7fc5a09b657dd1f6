/** Which nodes may take calls: by event socket, by OPTIONS, and by our own word. */
import type { FreeswitchSwitch } from './freeswitch-switch.ts';
import { sipPing, type PingTarget } from './options-ping.ts';

export interface ClusterNode {
  readonly switch: FreeswitchSwitch;
  readonly sip: PingTarget;
  readonly maxLegs: number;
}

/** `draining`: goes on with its calls and gets no new ones. FreeSWITCH itself answers OPTIONS even when paused. */
export type PublishedNodeState = 'up' | 'draining' | 'down';

const MISSED_TO_DOWN = 2;
const ANSWER_WITHIN_MS = 800;

export class NodeHealth {
  readonly #nodes: readonly ClusterNode[];
  readonly #everyMs: number;
  readonly #missed = new Map<string, number>();
  readonly #draining = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(nodes: readonly ClusterNode[], everyMs: number) {
    this.#nodes = nodes;
    this.#everyMs = everyMs;
  }

  start(): void {
    this.#timer = setInterval(() => {
      void this.look();
    }, this.#everyMs);
    this.#timer.unref();
    void this.look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    await Promise.all(
      this.#nodes.map(async ({ switch: { node }, sip }) => {
        const isThere = await sipPing(sip, ANSWER_WITHIN_MS);
        this.#missed.set(node, isThere ? 0 : (this.#missed.get(node) ?? 0) + 1);
      }),
    );
  }

  drain(name: string, isDraining: boolean): void {
    if (isDraining) this.#draining.add(name);
    else this.#draining.delete(name);
  }

  stateOf({ switch: sw }: ClusterNode): PublishedNodeState {
    if (sw.state !== 'up' || (this.#missed.get(sw.node) ?? 0) >= MISSED_TO_DOWN) return 'down';
    return this.#draining.has(sw.node) ? 'draining' : 'up';
  }

  /** The node with the most room; undefined when none is up. */
  best(): ClusterNode | undefined {
    const load = (node: ClusterNode): number => node.switch.legCount / node.maxLegs;
    return this.#nodes.filter((node) => this.stateOf(node) === 'up').sort((a, b) => load(a) - load(b))[0];
  }
}
