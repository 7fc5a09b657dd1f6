/** REST of the surge plan and of cloud seats (`/api/surge`). */
import { call, post, type Reply } from './api.ts';
import type { CallInView, DecisionView, DryRunView, PlanFault, PlanView, RosterEntry } from './types.ts';
import type { StandbyView, SurgeLevel, SurgeStatus } from './types.ts';

/** A shift that is put down; the server gives it an id. */
export interface ShiftTimes {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

export interface SeatWords {
  readonly skills: readonly string[];
  readonly dialects: readonly string[];
}

/** All calls of one signed-in person. */
export class SurgeApi {
  readonly #headers: Readonly<Record<string, string>>;

  constructor(csrfToken: string) {
    this.#headers = { 'x-csrf-token': csrfToken };
  }

  readonly #post = <T>(path: string, body: unknown): Promise<Reply<T>> =>
    post<T>(`/api/surge${path}`, body, this.#headers);

  status = (): Promise<Reply<SurgeStatus>> => call('/api/surge');
  decisions = (): Promise<Reply<{ readonly decisions: readonly DecisionView[] }>> =>
    call('/api/surge/decisions?limit=100');
  hold = (level: SurgeLevel | null): Promise<Reply<SurgeStatus>> => this.#post('/level', { level });
  answerProposal = (id: string, answer: 'accept' | 'refuse'): Promise<Reply<SurgeStatus>> =>
    this.#post(`/proposals/${encodeURIComponent(id)}`, { answer });

  plans = (): Promise<Reply<{ readonly plans: readonly PlanView[] }>> => call('/api/surge/plans');
  check = (yaml: string): Promise<Reply<{ readonly faults: readonly PlanFault[] }>> =>
    this.#post('/plans/check', { yaml });
  dryRun = (yaml: string, hours: number): Promise<Reply<DryRunView & { readonly faults?: readonly PlanFault[] }>> =>
    this.#post('/dry-run', { yaml, hours });
  save = (yaml: string): Promise<Reply<{ readonly plan?: PlanView | null; readonly faults?: readonly PlanFault[] }>> =>
    this.#post('/plans', { yaml });
  putInForce = (name: string, version: number): Promise<Reply<SurgeStatus>> =>
    this.#post(`/plans/${encodeURIComponent(name)}/in-force`, { version });

  roster = (): Promise<Reply<{ readonly roster: readonly RosterEntry[] }>> => call('/api/surge/roster');
  callIns = (): Promise<Reply<{ readonly callIns: readonly CallInView[] }>> => call('/api/surge/call-ins');
  callIn = (seats: number): Promise<Reply<{ readonly callIns: readonly CallInView[] }>> =>
    this.#post('/call-ins', { seats });
  release = (id: string): Promise<Reply<CallInView>> => this.#post(`/call-ins/${encodeURIComponent(id)}/release`, {});

  mine = (): Promise<Reply<StandbyView>> => call('/api/surge/me');
  signUp = (active: boolean, words: SeatWords, shifts: readonly ShiftTimes[]): Promise<Reply<StandbyView>> =>
    this.#post('/me/sign-up', { active, ...words, shifts });
  answer = (id: string, answer: 'accepted' | 'declined'): Promise<Reply<CallInView>> =>
    this.#post(`/call-ins/${encodeURIComponent(id)}/answer`, { answer });
  ready = (id: string): Promise<Reply<CallInView>> => this.#post(`/call-ins/${encodeURIComponent(id)}/ready`, {});
}
