/** Who is joined to whom. Changes are made one after the other, so that two commands never see half a bridge. */
import { SwitchError } from '../ports/switch.ts';
import type { SwitchEmitter } from './emitter.ts';
import type { Leg, LegTable } from './leg.ts';
import type { MediaEngine } from './media/media-engine.ts';

export class Bridging {
  readonly #legs: LegTable;
  readonly #media: MediaEngine;
  readonly #emitter: SwitchEmitter;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: { legs: LegTable; media: MediaEngine; emitter: SwitchEmitter }) {
    this.#legs = parts.legs;
    this.#media = parts.media;
    this.#emitter = parts.emitter;
  }

  bridge(a: string, b: string): Promise<void> {
    return this.#inTurn(async () => {
      const [left, right] = [this.#legs.getAnswered(a), this.#legs.getAnswered(b)];
      if (left === right) throw new SwitchError('bad-request', 'a leg cannot be joined to itself');
      if (left.peer === right) return;
      // Who goes straight into the new bridge is not told parked.
      await this.#takeApart(left, [left, right]);
      await this.#takeApart(right, [left, right]);
      await mediaStep(() => this.#media.bridge(a, b));
      this.#legs.getAnswered(a);
      this.#legs.getAnswered(b);
      this.#join(left, right);
    });
  }

  park(legId: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#takeApart(this.#legs.getAnswered(legId));
    });
  }

  #join(left: Leg, right: Leg): void {
    left.peer = right;
    right.peer = left;
    left.state = 'bridged';
    right.state = 'bridged';
    this.#emitter.emit({ type: 'leg.bridged', legId: left.legId, peerLegId: right.legId });
    this.#emitter.emit({ type: 'leg.bridged', legId: right.legId, peerLegId: left.legId });
  }

  async #takeApart(leg: Leg, silent: readonly Leg[] = []): Promise<void> {
    const { peer } = leg;
    if (peer === undefined) return;
    leg.peer = undefined;
    peer.peer = undefined;
    leg.state = 'parked';
    peer.state = 'parked';
    await mediaStep(() => this.#media.unbridge(leg.legId));
    for (const one of [leg, peer]) {
      if (!one.ended && !silent.includes(one)) this.#emitter.emit({ type: 'leg.parked', legId: one.legId });
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(work);
    // The next in turn waits, whatever became of this one; its failure reaches whoever asked.
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** A step of the media engine, its failure as `media-failed`. */
export async function mediaStep<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new SwitchError('media-failed', error instanceof Error ? error.message : 'the media engine failed', {
      cause: error,
    });
  }
}
