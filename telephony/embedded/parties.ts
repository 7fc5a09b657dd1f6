/**
 * Who is joined to whom: bridges, conferences, supervisors.
 *
 * Changes are made one after the other, so that two commands never see half a bridge. Each change is made in the
 * table first; what every leg hears follows from the table (`hearing.ts`) and is told to the media engine as a whole.
 */
import type { Logger } from 'pino';
import { SwitchError, type SuperviseMode } from '../ports/switch.ts';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import type { Hanger } from './hanger.ts';
import { hearingKey, hearingOf } from './hearing.ts';
import type { Conference, Leg, LegTable } from './leg.ts';
import type { MediaEngine } from './media/media-engine.ts';
import { mediaStep } from './media-step.ts';

export interface PartiesParts {
  readonly legs: LegTable;
  readonly media: MediaEngine;
  readonly emitter: SwitchEmitter;
  readonly hanger: Hanger;
  readonly logger: Logger;
}

export class Parties {
  readonly #parts: PartiesParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: PartiesParts) {
    this.#parts = parts;
  }

  bridge(a: string, b: string): Promise<void> {
    return this.#inTurn(async () => {
      const [left, right] = [this.#parts.legs.getAnswered(a), this.#parts.legs.getAnswered(b)];
      if (left === right) throw new SwitchError('bad-request', 'a leg cannot be joined to itself');
      if (left.peer === right) return;
      const alone = [...this.#leave(left), ...this.#leave(right)];
      left.peer = right;
      right.peer = left;
      left.state = 'bridged';
      right.state = 'bridged';
      await this.#settle([left, right], alone);
      this.#parts.emitter.emit({ type: 'leg.bridged', legId: a, peerLegId: b });
      this.#parts.emitter.emit({ type: 'leg.bridged', legId: b, peerLegId: a });
    });
  }

  conference(conferenceId: string, legIds: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const wanted = [...new Set(legIds)].map((legId) => this.#parts.legs.getAnswered(legId));
      if (conferenceId === '' || wanted.length === 0) {
        throw new SwitchError('bad-request', 'a conference has a name and at least one leg');
      }
      const conference = this.#find(conferenceId) ?? { id: conferenceId, members: new Set<Leg>() };
      const joining = wanted.filter((leg) => leg.conference !== conference);
      const alone = joining.flatMap((leg) => this.#leave(leg));
      for (const leg of joining) {
        leg.conference = conference;
        leg.state = 'conferenced';
        conference.members.add(leg);
      }
      await this.#settle(joining, alone);
      for (const { legId } of joining) {
        this.#parts.emitter.emit({ type: 'leg.conferenced', legId, conferenceId });
      }
    });
  }

  supervise(legId: string, targetLegId: string, mode: SuperviseMode): Promise<void> {
    return this.#inTurn(async () => {
      const [leg, target] = [this.#parts.legs.getAnswered(legId), this.#parts.legs.getAnswered(targetLegId)];
      if (leg === target) throw new SwitchError('bad-request', 'a leg cannot supervise itself');
      if (target.supervises !== undefined) throw new SwitchError('wrong-state', 'the target is supervising itself');
      if (this.#supervisorsOf(leg).length > 0) throw new SwitchError('wrong-state', 'the leg is being supervised');
      if (leg.supervises?.target === target && leg.supervises.mode === mode) return;
      const changes = leg.supervises?.target === target;
      const alone = changes ? [] : this.#leave(leg);
      leg.supervises = { target, mode };
      leg.state = 'supervising';
      await this.#settle(changes ? [] : [leg], alone);
      this.#parts.emitter.emit({ type: 'leg.supervising', legId, targetLegId, mode });
    });
  }

  park(legId: string): Promise<void> {
    return this.#inTurn(async () => {
      const leg = this.#parts.legs.getAnswered(legId);
      if (leg.state === 'parked') return;
      const alone = this.#leave(leg);
      await this.#settle([], [leg, ...alone]);
    });
  }

  /** A leg has ended: who is left alone is parked, who supervised it goes. Told at once; media follows. */
  ended(leg: Leg): void {
    const supervisors = this.#supervisorsOf(leg);
    const isAlone = leg.peer === undefined && leg.conference === undefined && leg.supervises === undefined;
    // Most legs of a busy hour never heard anybody: nothing changes for the others.
    if (isAlone && supervisors.length === 0) return;
    for (const alone of this.#leave(leg)) this.#tellParked(alone);
    for (const supervisor of supervisors) this.#parts.hanger.hangUp(supervisor, 'normal');
    this.#inTurn(() => this.#tellMedia([])).catch((error: unknown) => {
      this.#parts.logger.warn({ err: error, legId: leg.legId }, 'the others of an ended leg could not be told apart');
    });
  }

  /** Who hears what this leg's party says, the supervisors left out. */
  listenersOf(leg: Leg): readonly Leg[] {
    if (leg.peer !== undefined) return [leg.peer];
    return [...(leg.conference?.members ?? [])].filter((one) => one !== leg);
  }

  /** Takes a leg out of whatever it is in; gives those who are left alone by that. */
  #leave(leg: Leg): Leg[] {
    const { peer, conference } = leg;
    const alone: Leg[] = [];
    if (peer !== undefined) {
      peer.peer = undefined;
      alone.push(peer);
    }
    if (conference !== undefined) {
      conference.members.delete(leg);
      const [last, ...others] = conference.members;
      if (last !== undefined && others.length === 0) {
        conference.members.clear();
        last.conference = undefined;
        alone.push(last);
      }
    }
    leg.peer = undefined;
    leg.conference = undefined;
    leg.supervises = undefined;
    for (const one of [leg, ...alone]) one.state = 'parked';
    return alone;
  }

  /** Media first, then those left alone are told; who went straight into something new is not told parked. */
  async #settle(joined: readonly Leg[], alone: readonly Leg[]): Promise<void> {
    try {
      await this.#tellMedia(joined);
    } catch (error) {
      for (const leg of joined) for (const one of [leg, ...this.#leave(leg)]) this.#tellParked(one);
      throw error;
    } finally {
      for (const leg of alone) if (leg.state === 'parked') this.#tellParked(leg);
    }
    for (const { legId } of joined) this.#parts.legs.getAnswered(legId);
  }

  /** Tells the engine what has changed in what each leg hears. */
  async #tellMedia(endsPlay: readonly Leg[]): Promise<void> {
    const legs = this.#parts.legs.all().filter((leg) => leg.hasMedia);
    const changed = legs
      .map((leg) => ({ leg, hearing: hearingOf(leg, legs, endsPlay.includes(leg)) }))
      .filter(({ leg, hearing }) => hearing.endsPlay || hearingKey(hearing) !== leg.hearing);
    if (changed.length === 0) return;
    for (const { leg, hearing } of changed) leg.hearing = hearingKey(hearing);
    await mediaStep(() => this.#parts.media.connect(changed.map(({ hearing }) => hearing)));
  }

  #tellParked(leg: Leg): void {
    if (!leg.ended) this.#parts.emitter.emit({ type: 'leg.parked', legId: leg.legId });
  }

  #find(conferenceId: string): Conference | undefined {
    return this.#parts.legs.all().find(({ conference }) => conference?.id === conferenceId)?.conference;
  }

  #supervisorsOf(target: Leg): Leg[] {
    return this.#parts.legs.all().filter((leg) => leg.supervises?.target === target);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(work);
    // The next in turn waits, whatever became of this one; its failure reaches whoever asked.
    this.#last = result.catch(() => undefined);
    return result;
  }
}
