/**
 * Reaches an endpoint that is registered on another node than its caller: the caller's node calls the other one under
 * a name that only we know, and there both are joined. To everybody else it is one leg on the caller's node.
 */
import type { Logger } from 'pino';
import type { OriginateRequest, SwitchEvent } from '../ports/switch.ts';
import type { FreeswitchSwitch } from './freeswitch-switch.ts';

interface Relay {
  readonly request: OriginateRequest;
  readonly node: FreeswitchSwitch;
  inLegId: string | undefined;
  readonly outLegId: string;
}

const NAME = /^relay-[0-9A-Za-z-]{8,64}$/;
/** Marks both legs of a relay; they are nobody's call. */
export const RELAY_MARK = 'relay';
/** The caller's node keeps the ringing time; this side only must not be quicker. */
const RING_MARGIN_MS = 2_000;
const FORGOTTEN_AFTER_MS = 180_000;

export class Relays {
  readonly #logger: Logger;
  readonly #newId: () => string;
  readonly #byName = new Map<string, Relay>();
  readonly #byLeg = new Map<string, Relay>();

  constructor(logger: Logger, newId: () => string) {
    this.#logger = logger;
    this.#newId = newId;
  }

  /** Name to dial on the node where the endpoint is. */
  prepare(request: OriginateRequest, node: FreeswitchSwitch): string {
    const name = `relay-${this.#newId()}`;
    this.#byName.set(name, { request, node, inLegId: undefined, outLegId: this.#newId() });
    setTimeout(() => this.#byName.delete(name), request.ringMs + FORGOTTEN_AFTER_MS).unref();
    return name;
  }

  isRelay(legId: string): boolean {
    return this.#byLeg.has(legId);
  }

  /** True when the event is of a relay and nobody else's business. */
  takes(event: SwitchEvent, node: FreeswitchSwitch): boolean {
    if (!('legId' in event)) return false;
    if (event.type === 'leg.incoming' && NAME.test(event.to)) {
      this.#begin(event.to, event.legId, node);
      return true;
    }
    const relay = this.#byLeg.get(event.legId);
    if (relay === undefined) return false;
    this.#step(this.#onEvent(relay, event));
    return true;
  }

  #begin(name: string, inLegId: string, node: FreeswitchSwitch): void {
    const relay = this.#byName.get(name);
    this.#byName.delete(name);
    if (relay?.node !== node) {
      // Nobody was told this name: a guess, or one from before a restart.
      this.#step(node.hangup(inLegId, 'not-found'));
      return;
    }
    relay.inLegId = inLegId;
    this.#byLeg.set(inLegId, relay);
    this.#byLeg.set(relay.outLegId, relay);
    const { nearLegId: _, ...request } = relay.request;
    const marks = { [RELAY_MARK]: '1' };
    this.#step(node.setMarks(inLegId, marks));
    this.#step(node.originate({ ...request, legId: relay.outLegId, ringMs: request.ringMs + RING_MARGIN_MS, marks }));
  }

  async #onEvent(relay: Relay, event: Extract<SwitchEvent, { readonly legId: string }>): Promise<void> {
    const { node, inLegId = '', outLegId } = relay;
    const isOut = event.legId === outLegId;
    if (event.type === 'leg.ringing' && isOut) await node.ring(inLegId);
    if (event.type === 'leg.answered' && isOut) {
      await node.answer(inLegId);
      await node.bridge(inLegId, outLegId);
    }
    if (event.type !== 'leg.ended') return;
    this.#byLeg.delete(event.legId);
    const other = isOut ? inLegId : outLegId;
    if (this.#byLeg.delete(other)) await node.hangup(other, isOut ? event.cause : 'cancelled');
  }

  #step(step: Promise<void>): void {
    step.catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'a call between two nodes could not be carried on');
    });
  }
}
