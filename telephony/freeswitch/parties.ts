/** Who is joined to whom: bridges, parking, conferences, supervisors. */
import { SwitchError, type SuperviseMode } from '../ports/switch.ts';
import type { ChannelCore, Effect } from './channel-core.ts';
import type { LegCommands } from './commands.ts';
import type { Leg, LegTable } from './leg.ts';
import { encodeValue } from './marks.ts';

export interface PartiesDeps {
  readonly legs: LegTable;
  readonly core: ChannelCore;
  readonly commands: LegCommands;
  readonly run: (effects: readonly Effect[]) => void;
}

/** A freshly answered leg reaches its park within a few ms; joining it before would be undone by that. */
const READY_WITHIN_MS = 2_000;
const DONE_WITHIN_MS = 4_000;
/** What FreeSWITCH's `eavesdrop` takes as keys of the supervisor. */
const MODE_DIGITS: Readonly<Record<SuperviseMode, string>> = { listen: '0', whisper: '2', barge: '3' };
const CONFERENCE_PROFILE = 'hotline';

export class Parties {
  readonly #deps: PartiesDeps;
  /** Waits for the state of a leg to become so. */
  readonly #waiting = new Set<() => void>();

  constructor(deps: PartiesDeps) {
    this.#deps = deps;
  }

  /** Called after every event: whoever waits for a change looks again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  async bridge(a: string, b: string): Promise<void> {
    const { legs, commands } = this.#deps;
    const [left, right] = [legs.getAnswered(a), legs.getAnswered(b)];
    if (left === right) throw new SwitchError('bad-request', 'a leg cannot be joined to itself');
    if (left.peerLegId === b && right.peerLegId === a && left.state === 'bridged') return;
    await Promise.all([this.#ready(left), this.#ready(right)]);
    await this.#moving([left, right], a === left.legId ? b : a, async () => {
      await commands.api(`uuid_bridge ${a} ${b}`);
      await this.#until(
        () => left.peerLegId === b && left.state === 'bridged',
        [left, right],
        'the legs could not be joined',
      );
    });
  }

  async park(legId: string): Promise<void> {
    const { legs, commands } = this.#deps;
    const leg = legs.getAnswered(legId);
    if (leg.state === 'parked' && leg.joining === undefined) return;
    const peer = leg.peerLegId === undefined ? undefined : legs.find(leg.peerLegId);
    const both = leg.state === 'bridged' && peer !== undefined ? '-both ' : '';
    await commands.api(`uuid_transfer ${legId} ${both}park inline`);
    await this.#until(() => leg.state === 'parked', [leg], 'the leg could not be parked');
    if (both !== '' && peer !== undefined)
      await this.#until(() => peer.ended || peer.state === 'parked', [leg], 'the peer could not be parked');
  }

  async conference(conferenceId: string, legIds: readonly string[]): Promise<void> {
    const { legs } = this.#deps;
    if (conferenceId === '' || legIds.length === 0)
      throw new SwitchError('bad-request', 'a conference needs a name and legs');
    const members = [...new Set(legIds)].map((id) => legs.getAnswered(id));
    const coming = members.filter((leg) => leg.conferenceId !== conferenceId);
    await Promise.all(coming.map((leg) => this.#ready(leg)));
    await this.#moving(coming, conferenceId, async () => {
      const done = new Set<Leg>();
      for (const leg of coming) {
        if (done.has(leg)) continue;
        const peer = coming.find((other) => other.legId === leg.peerLegId);
        done.add(leg);
        if (peer !== undefined) done.add(peer);
        await this.#toConference(leg, conferenceId, peer !== undefined);
      }
      const isIn = (): boolean => members.every((leg) => leg.ended || leg.conferenceId === conferenceId);
      await this.#until(isIn, members, 'the conference could not be made');
    });
  }

  /** The one left behind. */
  async leave(legId: string): Promise<void> {
    await this.#deps.commands.ask(`uuid_transfer ${legId} park inline`);
  }

  async supervise(legId: string, targetLegId: string, mode: SuperviseMode): Promise<void> {
    const { legs, commands, run } = this.#deps;
    const [leg, target] = [legs.getAnswered(legId), legs.getAnswered(targetLegId)];
    if (leg === target) throw new SwitchError('bad-request', 'a leg cannot supervise itself');
    const attached = leg.state === 'supervising' && leg.supervises?.targetLegId === targetLegId;
    if (attached && leg.supervises?.mode === mode) return;
    if (attached) await commands.api(`uuid_recv_dtmf ${legId} ${MODE_DIGITS[mode]}`);
    else await this.#attach(leg, targetLegId, mode);
    const peer = leg.peerLegId === undefined ? undefined : legs.find(leg.peerLegId);
    leg.peerLegId = undefined;
    if (peer?.peerLegId === legId) peer.peerLegId = undefined;
    leg.state = 'supervising';
    leg.supervises = { targetLegId, mode };
    run([{ type: 'emit', event: { type: 'leg.supervising', legId, targetLegId, mode } }]);
  }

  async #attach(leg: Leg, targetLegId: string, mode: SuperviseMode): Promise<void> {
    const { commands } = this.#deps;
    await this.#ready(leg);
    await this.#moving([leg], targetLegId, async () => {
      await commands.setVariables(leg.legId, {
        eavesdrop_enable_dtmf: 'true',
        eavesdrop_whisper_aleg: String(mode === 'barge'),
        eavesdrop_whisper_bleg: String(mode !== 'listen'),
        eavesdrop_bridge_aleg: 'false',
        eavesdrop_bridge_bleg: 'false',
        eavesdrop_indicate_idle: 'silence_stream://100',
        eavesdrop_indicate_new: 'silence_stream://100',
        eavesdrop_indicate_failed: 'silence_stream://100',
      });
      await commands.api(`uuid_transfer ${leg.legId} eavesdrop:${targetLegId} inline`);
    });
  }

  /** FreeSWITCH makes the conference when its first member comes. */
  async #toConference(leg: Leg, conferenceId: string, both: boolean): Promise<void> {
    const room = `conference:${encodeValue(conferenceId)}@${CONFERENCE_PROFILE}`;
    await this.#deps.commands.api(`uuid_transfer ${leg.legId} ${both ? '-both ' : ''}${room} inline`);
  }

  /** Parking on the way from one place to another is not told. */
  async #moving(legs: readonly Leg[], to: string, move: () => Promise<void>): Promise<void> {
    for (const leg of legs) leg.joining = to;
    try {
      await move();
    } finally {
      for (const leg of legs) leg.joining = undefined;
    }
  }

  async #ready(leg: Leg): Promise<void> {
    if (leg.ready) return;
    await this.#until(() => leg.ready, [leg], 'the leg did not come to rest');
  }

  #until(isSo: () => boolean, legs: readonly Leg[], message: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: SwitchError): void => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (isSo()) settle();
        else if (legs.some((leg) => leg.ended)) settle(new SwitchError('no-such-leg', 'the leg ended meanwhile'));
      };
      const timer = setTimeout(
        () => {
          settle(new SwitchError('media-failed', message));
        },
        message.includes('rest') ? READY_WITHIN_MS : DONE_WITHIN_MS,
      );
      this.#waiting.add(look);
      look();
    });
  }
}
