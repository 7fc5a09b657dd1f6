/**
 * Partner hotlines, both sides: calls of ours that they take (by share and quota, with what their agent needs to know),
 * calls of theirs that we take (a queue of their own), and the ticket that goes back.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { SurgeSettings } from '../../config/surge-schema.ts';
import type { TicketRow } from '../store/ports.ts';
import type { PartnerCallRow, SurgeStore } from '../store/surge-ports.ts';
import type { PartnerCallState, PartnerCallView, PartnerView } from './api-types.ts';
import { choosePartner } from './core/arrival.ts';
import type { ActiveMeasure } from './core/types.ts';
import type { Outbox } from './outbox.ts';
import type { Clock } from './ports.ts';
import { check } from './signature.ts';

type Partner = SurgeSettings['partners'][number];

export interface PartnerDeskOptions extends Clock {
  readonly store: SurgeStore;
  readonly outbox: Outbox;
  readonly logger: Logger;
  readonly partners: readonly Partner[];
  /** Our own name towards them, and how people call our city. */
  readonly hotlineId: string;
  readonly cityName: string;
  readonly active: () => readonly ActiveMeasure[];
  /** By which partner a call was sent, as its timeline says: this server may have been started after it came. */
  readonly sentBy: (callId: string) => Promise<Pick<ReceivedCall, 'partnerId' | 'theirCallId'> | undefined>;
}

/** What goes with a call to a partner. */
export interface DivertedCall {
  readonly callId: string;
  readonly number: string;
  readonly queue: string;
  readonly place: number;
  readonly waitedMs: number;
  readonly reason: string;
}

/** What came with a call of a partner. */
export interface ReceivedCall {
  readonly partnerId: string;
  readonly partnerName: string;
  /** Their callers wait in this queue, which says where they come from. */
  readonly queue: string;
  readonly city: string;
  readonly theirCallId: string;
  readonly placeInLine: number;
  readonly reason: string;
  /** As the partner knows it; '' = withheld. */
  readonly number: string;
}

const ticketSchema = z.object({
  callId: z.string().min(1).max(100),
  ticketNumber: z.string().min(1).max(40),
  fields: z.record(z.string().max(60), z.object({ value: z.string().max(5_000), display: z.string().max(5_000) })),
  note: z.string().max(10_000),
  confidential: z.boolean(),
  createdAtMs: z.number().int(),
});
export type HandedBackTicket = z.output<typeof ticketSchema>;

const word = (text: string | undefined, longest: number): string => {
  try {
    return decodeURIComponent(text ?? '').slice(0, longest);
  } catch {
    return '';
  }
};
const QUEUE_PREFIX = 'partner-';
const ANY = 'any';
const MOST_RECEIVED = 5_000;

export class PartnerDesk {
  readonly #options: PartnerDeskOptions;
  /** partner → calls of ours with it now. */
  readonly #calls = new Map<string, Set<string>>();
  /** Calls for which any partner would do: which one it became. */
  readonly #chosen = new Map<string, string>();
  /** Calls of partners that are with us now: our call id → what came with it. */
  readonly #received = new Map<string, ReceivedCall>();

  constructor(options: PartnerDeskOptions) {
    this.#options = options;
  }

  #find(id: string): Partner | undefined {
    return this.#options.partners.find((p) => p.id === id);
  }

  #measure(): readonly { readonly id: string; readonly share: number; readonly maxCalls: number }[] {
    for (const { measure } of this.#options.active())
      if (measure.type === 'partners') return measure.partners.filter((p) => this.#find(p.id) !== undefined);
    return [];
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#calls].map(([id, calls]) => [id, calls.size]));
  }

  views(): readonly PartnerView[] {
    const quotas = new Map(this.#measure().map((p) => [p.id, p.maxCalls]));
    return this.#options.partners.map(({ id, name }) => ({
      ...{ id, name, calls: this.#calls.get(id)?.size ?? 0, maxCalls: quotas.get(id) ?? null },
    }));
  }

  // Ours to them

  choose(): string | null {
    return choosePartner(this.#measure(), this.counts());
  }

  /** `any`: the one that is furthest behind its share. */
  take(named: string, callId: string): boolean {
    const partner = named === ANY ? this.choose() : named;
    if (partner === null) return false;
    if (named === ANY) this.#chosen.set(callId, partner);
    const quota = this.#measure().find((p) => p.id === partner)?.maxCalls ?? 0;
    const calls = this.#calls.get(partner) ?? new Set<string>();
    if (calls.size >= quota && !calls.has(callId)) return false;
    this.#calls.set(partner, calls.add(callId));
    return true;
  }

  goesOn(partner: string, callId: string): void {
    if (this.#find(partner) === undefined) return;
    this.#calls.set(partner, (this.#calls.get(partner) ?? new Set<string>()).add(callId));
  }

  way(
    named: string,
    call: DivertedCall,
  ): { readonly uri: string; readonly headers: Readonly<Record<string, string>> } | null {
    const partner = this.#named(named, call.callId);
    const found = this.#find(partner);
    if (found === undefined) return null;
    const { hotlineId, cityName, nowMs, newId } = this.#options;
    this.#keep({
      ...{ id: newId(), direction: 'out', partnerId: partner, callId: call.callId, city: cityName },
      ...{ placeInLine: call.place, reason: call.reason, state: 'sent', atMs: nowMs(), ticketNumber: null },
    });
    const headers = {
      'X-Hotline-Partner': hotlineId,
      'X-Hotline-Call': call.callId,
      'X-Hotline-Caller': encodeURIComponent(call.number),
      'X-Hotline-City': encodeURIComponent(cityName),
      'X-Hotline-Queue': encodeURIComponent(call.queue),
      'X-Hotline-Place': String(call.place),
      'X-Hotline-Waited': String(Math.round(call.waitedMs)),
      'X-Hotline-Reason': encodeURIComponent(call.reason),
    };
    return { uri: found.sipUri, headers };
  }

  #named(named: string, callId: string): string {
    return named === ANY ? (this.#chosen.get(callId) ?? ANY) : named;
  }

  connected(named: string, callId: string): void {
    this.#change('out', this.#named(named, callId), callId, { state: 'connected' });
  }

  done(named: string, callId: string, connected: boolean): void {
    const partner = this.#named(named, callId);
    this.#chosen.delete(callId);
    this.#calls.get(partner)?.delete(callId);
    this.#change('out', partner, callId, { state: connected ? 'ended' : 'failed' });
  }

  // Theirs to us

  /** Whether a call that has come is a partner's: by the trunk, and by the header (names in lower case) where it is shared. */
  receive(callId: string, trunk: string, headers: Readonly<Record<string, string>>): ReceivedCall | null {
    const said = headers['x-hotline-partner'] ?? '';
    // A header alone is no proof: anybody can write one.
    const partner = this.#options.partners.find((p) => p.trunk === trunk && (said === '' || said === p.id));
    if (partner === undefined) return null;
    const place = Number.parseInt(headers['x-hotline-place'] ?? '0', 10);
    const received: ReceivedCall = {
      partnerId: partner.id,
      partnerName: partner.name,
      queue: `${QUEUE_PREFIX}${partner.id}`,
      city: word(headers['x-hotline-city'], 60) || partner.name,
      theirCallId: word(headers['x-hotline-call'], 100) || callId,
      placeInLine: Number.isInteger(place) && place >= 0 && place < 1_000_000 ? place : 0,
      reason: word(headers['x-hotline-reason'], 60),
      number: /^\+?[0-9]{3,20}$/.exec(word(headers['x-hotline-caller'], 40))?.[0] ?? '',
    };
    this.#received.set(callId, received);
    const { city, placeInLine, reason, theirCallId } = received;
    const { newId, nowMs } = this.#options;
    this.#keep({
      ...{ id: newId(), direction: 'in', partnerId: partner.id, callId: theirCallId, city, placeInLine, reason },
      ...{ state: 'connected', atMs: nowMs(), ticketNumber: null },
    });
    return received;
  }

  /** What the agent's screen shows beside the call. */
  receivedCall(callId: string): ReceivedCall | undefined {
    return this.#received.get(callId);
  }

  /** The ticket of a partner's call goes back to it; nothing for calls of our own. */
  async handBack(ticket: TicketRow): Promise<boolean> {
    const received = this.#received.get(ticket.callId) ?? (await this.#options.sentBy(ticket.callId));
    if (received === undefined) return false;
    const { partnerId, theirCallId } = received;
    const { number: ticketNumber, fields, note, confidential, createdAtMs } = ticket;
    const body: HandedBackTicket = { callId: theirCallId, ticketNumber, fields, note, confidential, createdAtMs };
    await this.#options.outbox.put('ticket', partnerId, body);
    this.#change('in', partnerId, theirCallId, { state: 'handed-back', ticketNumber });
    return true;
  }

  /** Our call is over: its place with a partner is free, however it ended. */
  over(callId: string): void {
    for (const [partner, calls] of this.#calls) if (calls.has(callId)) this.done(partner, callId, false);
    this.#chosen.delete(callId);
    // What came with a partner's call is kept until its ticket is written, but not for ever.
    if (this.#received.size > MOST_RECEIVED) this.#received.delete(this.#received.keys().next().value ?? '');
  }

  /** A partner hands back the ticket of a call that we sent it. */
  async takeTicket(
    partnerId: string,
    message: { readonly payload: string; readonly signature: string },
  ): Promise<'taken' | 'refused' | 'bad-request' | 'not-found'> {
    const { store, logger, nowMs } = this.#options;
    const partner = this.#find(partnerId);
    if (partner === undefined) return 'refused';
    const checked = check(partner.secret, partnerId, message, nowMs());
    if (checked.type === 'refused') {
      logger.warn({ partnerId, reason: checked.reason }, 'ticket of a partner refused');
      return 'refused';
    }
    const parsed = parseTicket(message.payload);
    if (parsed === undefined) return 'bad-request';
    if (!(await store.useNonce(partnerId, checked.nonce, checked.expiresAtMs))) {
      logger.warn({ partnerId, reason: 'replayed' }, 'ticket of a partner refused');
      return 'refused';
    }
    const call = await store.partnerCall('out', partnerId, parsed.callId);
    if (call === undefined) return 'not-found';
    await store.saveHandedBack(partnerId, parsed.callId, parsed);
    await store.savePartnerCall({ ...call, state: 'handed-back', ticketNumber: parsed.ticketNumber });
    logger.info({ audit: 'partner-ticket', partnerId, callId: parsed.callId }, 'ticket of a partner taken');
    return 'taken';
  }

  async recent(limit: number): Promise<readonly PartnerCallView[]> {
    const rows = await this.#options.store.partnerCalls(limit);
    return rows.map((row) => ({ ...row, state: row.state as PartnerCallState }));
  }

  #keep(row: PartnerCallRow): void {
    this.#options.store.savePartnerCall(row).catch((error: unknown) => {
      this.#options.logger.warn({ err: error, callId: row.callId }, 'a call with a partner was not written down');
    });
  }

  #change(
    direction: 'out' | 'in',
    partnerId: string,
    callId: string,
    change: { readonly state: PartnerCallState; readonly ticketNumber?: string },
  ): void {
    const { store, logger } = this.#options;
    const { state, ticketNumber } = change;
    const write = async (): Promise<void> => {
      const row = await store.partnerCall(direction, partnerId, callId);
      // A ticket handed back stays handed back when the call ends afterwards.
      if (row !== undefined && row.state !== 'handed-back')
        await store.savePartnerCall({ ...row, state, ticketNumber: ticketNumber ?? row.ticketNumber });
    };
    write().catch((error: unknown) => {
      logger.warn({ err: error, callId }, 'a call with a partner was not written down');
    });
  }
}

function parseTicket(payload: string): HandedBackTicket | undefined {
  try {
    const parsed = ticketSchema.safeParse(JSON.parse(payload));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
