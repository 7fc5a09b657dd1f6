/** What the surge part asks of the database. Types only; `postgres/surge-store.ts` is the adapter. */
import type { EpochMs } from '../timeline/events.ts';

export interface SurgePlanRow {
  readonly name: string;
  /** 1, 2, 3 … for each name; a saved version is never changed. */
  readonly version: number;
  readonly title: string;
  readonly yaml: string;
  readonly savedAtMs: EpochMs;
  readonly savedBy: string;
}

export interface RosterRow {
  readonly id: string;
  readonly userId: string;
  readonly source: string;
  readonly city: string;
  readonly skills: readonly string[];
  readonly dialects: readonly string[];
  readonly contactRef: string;
  readonly active: boolean;
}

export interface ShiftRow {
  readonly id: string;
  readonly rosterId: string;
  readonly startsAtMs: EpochMs;
  readonly endsAtMs: EpochMs;
}

export interface CallInRow {
  readonly id: string;
  readonly rosterId: string;
  readonly userId: string;
  readonly wave: number;
  readonly state: string;
  readonly why: { readonly zh: string; readonly en: string };
  readonly askedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly answeredAtMs: EpochMs | null;
  readonly readyAtMs: EpochMs | null;
  readonly releasedAtMs: EpochMs | null;
}

export interface PartnerCallRow {
  readonly id: string;
  readonly direction: 'out' | 'in';
  readonly partnerId: string;
  /** Of the hotline that sent it. */
  readonly callId: string;
  readonly city: string;
  readonly placeInLine: number;
  readonly reason: string;
  readonly state: string;
  readonly atMs: EpochMs;
  readonly ticketNumber: string | null;
}

/** Something that must reach another server, with as many tries as it takes within a day. */
export interface OutboxRow {
  readonly id: string;
  readonly kind: 'webhook' | 'ticket';
  /** Partner for tickets; '' for the webhook. */
  readonly target: string;
  readonly payload: string;
  readonly tries: number;
  readonly nextAtMs: EpochMs;
  readonly lastError: string;
}

/** Documents are whatever the surge part writes: read back by the same code. */
export interface SurgeStore {
  savePlan(plan: Omit<SurgePlanRow, 'version'>): Promise<SurgePlanRow>;
  /** The newest version of each name. */
  plans(): Promise<readonly SurgePlanRow[]>;
  /** Newest first. */
  planVersions(name: string): Promise<readonly SurgePlanRow[]>;
  /** Small things by name: the plan in force, the controller's state. */
  saveState(key: string, body: unknown): Promise<void>;
  loadState(key: string): Promise<unknown>;

  roster(): Promise<readonly RosterRow[]>;
  saveRoster(row: RosterRow): Promise<RosterRow>;
  shifts(): Promise<readonly ShiftRow[]>;
  replaceShifts(rosterId: string, shifts: readonly ShiftRow[]): Promise<void>;

  saveCallIn(row: CallInRow): Promise<void>;
  /** Since then, and all that are still open; newest first. */
  callIns(sinceMs: EpochMs): Promise<readonly CallInRow[]>;

  saveDecisions(
    rows: readonly { readonly id: string; readonly atMs: EpochMs; readonly body: unknown }[],
  ): Promise<void>;
  decisions(limit: number): Promise<readonly unknown[]>;
  saveSample(atMs: EpochMs, body: unknown): Promise<void>;
  samples(fromMs: EpochMs, toMs: EpochMs): Promise<readonly unknown[]>;
  /** Deletes samples and decisions older than this. */
  forget(beforeMs: EpochMs): Promise<void>;
  /** People an hour for each hour of the week (Monday 00:00 first), over whole weeks; null before there is one. */
  usualWeek(nowMs: EpochMs, offsetMs: number): Promise<readonly number[] | null>;

  savePartnerCall(row: PartnerCallRow): Promise<void>;
  partnerCall(direction: 'out' | 'in', partnerId: string, callId: string): Promise<PartnerCallRow | undefined>;
  partnerCalls(limit: number): Promise<readonly PartnerCallRow[]>;
  /** False when this partner has used the nonce before. */
  useNonce(partnerId: string, nonce: string, expiresAtMs: EpochMs): Promise<boolean>;
  saveHandedBack(partnerId: string, callId: string, body: unknown): Promise<void>;

  putOutbox(row: OutboxRow): Promise<void>;
  dueOutbox(nowMs: EpochMs, limit: number): Promise<readonly OutboxRow[]>;
  doneOutbox(id: string, atMs: EpochMs): Promise<void>;
}
