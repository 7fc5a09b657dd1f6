/** Puts the table of legs right by what FreeSWITCH really has: events missed while the link was down never come. */
import type { Logger } from 'pino';
import { isObject, parseJsonObject, stringFields } from '../esl/codec/event.ts';
import {
  adoptedLeg,
  incomingEvent,
  isCallOfOurs,
  isMarked,
  type ChannelCore,
  type Effect,
  type Fields,
} from './channel-core.ts';
import { isGone, type LegCommands } from './commands.ts';
import { decodeValue } from './marks.ts';
import { markReady, type Leg, type LegTable } from './leg.ts';

export interface ReconcilerDeps {
  readonly legs: LegTable;
  readonly core: ChannelCore;
  readonly commands: LegCommands;
  readonly run: (effects: readonly Effect[]) => void;
  readonly logger: Logger;
}

/** A channel younger than this is still on its way into our table by its own events. */
const YOUNG_S = 5;
/** A list that lacks sessions is asked for again, but a session that never gets into it does not hold up the rest. */
const LIST_WITHIN_MS = 2_000;
const LIST_LOOK_MS = 50;
const DUMPS_AT_ONCE = 200;

export class Reconciler {
  readonly #deps: ReconcilerDeps;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** Looks at every channel and every leg. `lost` is the cause of legs that are not there any more. */
  async all(lost: 'normal' | 'failed'): Promise<{ adopted: number; ended: number }> {
    const { legs } = this.#deps;
    const channels = await this.#allChannels();
    const ids = new Set([...channels.map((c) => c.legId), ...legs.all().map((l) => l.legId)]);
    const dumps = await this.#dumps([...ids]);
    const adopted: string[] = [];
    let ended = 0;
    for (const [legId, fields] of dumps) {
      const leg = legs.find(legId);
      if (leg === undefined) {
        if (this.#adopt(legId, fields)) adopted.push(legId);
      } else if (fields === undefined) ended += this.#lost(leg, lost) ? 1 : 0;
      else this.#refresh(leg, fields);
    }
    this.#join(dumps);
    await this.#silence(adopted);
    return { adopted: adopted.length, ended };
  }

  /** What another process plays to a waiting leg would go on for ever: nobody here could stop it. */
  async #silence(legIds: readonly string[]): Promise<void> {
    const alone = legIds.filter((legId) => this.#deps.legs.find(legId)?.state === 'parked');
    await Promise.all(alone.map((legId) => this.#deps.commands.ask(`uuid_break ${legId} all`)));
  }

  /** Looks only for channels that we do not know; `nowS` is the time of FreeSWITCH's machine. */
  async strangers(nowS: number): Promise<void> {
    const { legs } = this.#deps;
    const unknown = (await this.#channels()).filter(
      (c) => legs.find(c.legId) === undefined && nowS - c.createdS > YOUNG_S,
    );
    if (unknown.length === 0) return;
    const dumps = await this.#dumps(unknown.map((c) => c.legId));
    for (const [legId, fields] of dumps) if (legs.find(legId) === undefined) this.#adopt(legId, fields);
    this.#join(dumps);
  }

  /** The list comes from a database that is written behind; the count of sessions does not. */
  async #allChannels(): Promise<{ legId: string; createdS: number }[]> {
    const endMs = performance.now() + LIST_WITHIN_MS;
    for (;;) {
      const [channels, status] = await Promise.all([this.#channels(), this.#deps.commands.ask('status')]);
      const sessions = Number(/^(\d+) session\(s\) - peak/m.exec(status)?.[1] ?? 0);
      if (channels.length >= sessions || performance.now() > endMs) return channels;
      await new Promise((resolve) => {
        setTimeout(resolve, LIST_LOOK_MS);
      });
    }
  }

  async #channels(): Promise<{ legId: string; createdS: number }[]> {
    const rows = parseJsonObject(await this.#deps.commands.ask('show channels as json'))?.['rows'];
    return (Array.isArray(rows) ? (rows as unknown[]) : []).flatMap((row) => {
      if (!isObject(row) || typeof row['uuid'] !== 'string') return [];
      return [{ legId: row['uuid'], createdS: Number(row['created_epoch'] ?? 0) }];
    });
  }

  /** All at once in the pipe, but not more than FreeSWITCH's socket thread swallows well. */
  async #dumps(ids: readonly string[]): Promise<Map<string, Fields | undefined>> {
    const dumps = new Map<string, Fields | undefined>();
    for (let i = 0; i < ids.length; i += DUMPS_AT_ONCE) {
      const some = ids.slice(i, i + DUMPS_AT_ONCE);
      const replies = await Promise.all(some.map((id) => this.#deps.commands.ask(`uuid_dump ${id} json`, 10_000)));
      replies.forEach((reply, n) => {
        const json = isGone(reply) ? undefined : parseJsonObject(reply);
        dumps.set(some[n] ?? '', json === undefined ? undefined : stringFields(json));
      });
    }
    return dumps;
  }

  #adopt(legId: string, fields: Fields | undefined): boolean {
    const { legs, run } = this.#deps;
    if (fields === undefined || !isCallOfOurs(fields) || fields['Answer-State'] === 'hangup') return false;
    const leg = legs.add(adoptedLeg(legId, fields));
    leg.conferenceId = conferenceOf(fields);
    if (leg.conferenceId !== undefined) leg.state = 'conferenced';
    // A caller who came while nobody was here: nothing has been done with the call yet, so it is told as new.
    if (leg.state === 'incoming' && !isMarked(fields)) run([{ type: 'emit', event: incomingEvent(legId, fields) }]);
    return true;
  }

  /** A dial that has not become a channel yet is not lost: its background job tells. */
  #lost(leg: Leg, cause: 'normal' | 'failed'): boolean {
    if (!leg.created) return false;
    const by = leg.endCause === undefined ? 'remote' : 'local';
    this.#deps.run(this.#deps.core.end(leg, { cause: leg.endCause ?? cause, by, sipStatus: 0 }));
    return true;
  }

  #refresh(leg: Leg, fields: Fields): void {
    const { core, run } = this.#deps;
    leg.created = true;
    if (leg.endCause !== undefined) run([{ type: 'kill', legId: leg.legId }]);
    if (fields['Answer-State'] !== 'answered') return;
    run(core.answered(leg, Number(fields['Caller-Channel-Answered-Time'] ?? '0') / 1_000));
    if (leg.direction === 'inbound' || fields['variable_current_application'] !== undefined) markReady(leg);
    const alone =
      !isJoined(fields) && conferenceOf(fields) === undefined && fields['variable_current_application'] !== 'eavesdrop';
    if (alone && leg.joining === undefined && leg.state !== 'parked') run(core.parked(leg));
  }

  /** Pairs that name each other and are exchanging media. */
  #join(dumps: ReadonlyMap<string, Fields | undefined>): void {
    const { legs, core, run } = this.#deps;
    for (const [legId, fields] of dumps) {
      const peerId = fields === undefined ? undefined : peerOf(fields);
      const peerFields = peerId === undefined ? undefined : dumps.get(peerId);
      if (fields === undefined || peerId === undefined || peerFields === undefined || peerId < legId) continue;
      if (peerOf(peerFields) !== legId || !isJoined(fields) || !isJoined(peerFields)) continue;
      const [a, b] = [legs.find(legId), legs.find(peerId)];
      if (a !== undefined && b !== undefined && a.peerLegId !== b.legId) run(core.bridged(a, b));
    }
  }
}

function peerOf(fields: Fields): string | undefined {
  return fields['variable_signal_bond'] ?? fields['Other-Leg-Unique-ID'];
}

/** A bridge by `uuid_bridge` is CS_SOFT_EXECUTE on one side and CS_EXCHANGE_MEDIA on the other. */
function isJoined(fields: Fields): boolean {
  const state = fields['Channel-State'];
  return fields['variable_signal_bond'] !== undefined && (state === 'CS_EXCHANGE_MEDIA' || state === 'CS_SOFT_EXECUTE');
}

function conferenceOf(fields: Fields): string | undefined {
  if (fields['variable_current_application'] !== 'conference' || fields['Channel-State'] !== 'CS_EXECUTE')
    return undefined;
  const name = (fields['variable_current_application_data'] ?? '').split('@', 1)[0] ?? '';
  return name === '' ? undefined : decodeValue(name);
}
