/**
 * The lines of agents far away: a check before the first call (the page's phone is rung, hears music for some seconds
 * and measures what arrives) and what pages report during calls.
 */
import type { Logger } from 'pino';
import type { Switch } from '../../telephony/ports/switch.ts';
import type { PromptFiles } from './announcements.ts';
import type { LineReport } from '../realtime/protocol.ts';

export interface LineWatchOptions {
  readonly switch: Pick<Switch, 'originate' | 'play' | 'hangup' | 'subscribe'>;
  readonly prompts: PromptFiles;
  readonly endpointOf: (agentId: string) => string;
  readonly ownNumber: string;
  readonly mediaTimeoutMs: number;
  readonly newId: () => string;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** Long enough for four samples of the page. */
export const CHECK_MS = 8_000;
const RING_MS = 8_000;

export class LineWatch {
  readonly #options: LineWatchOptions;
  readonly #reports = new Map<string, LineReport>();
  /** Leg -> agent. */
  readonly #checks = new Map<string, { readonly agentId: string; timer: NodeJS.Timeout | undefined }>();
  readonly #unsubscribe: () => void;

  constructor(options: LineWatchOptions) {
    this.#options = options;
    this.#unsubscribe = options.switch.subscribe((event) => {
      if (event.type === 'leg.answered' && this.#checks.has(event.legId)) this.#answered(event.legId);
      if (event.type === 'leg.ended') this.#ended(event.legId);
    });
  }

  reportOf(agentId: string): LineReport | null {
    return this.#reports.get(agentId) ?? null;
  }

  report(agentId: string, report: Omit<LineReport, 'atMs'>): void {
    this.#reports.set(agentId, { atMs: this.#options.nowMs(), ...report });
  }

  /** Legs that belong to no call and are somebody's all the same. */
  owns(legId: string): boolean {
    return this.#checks.has(legId);
  }

  isChecking(agentId: string): boolean {
    return [...this.#checks.values()].some((c) => c.agentId === agentId);
  }

  async check(agentId: string): Promise<{ readonly lengthMs: number }> {
    const { switch: sw, endpointOf, ownNumber, mediaTimeoutMs, newId } = this.#options;
    const legId = newId();
    this.#checks.set(legId, { agentId, timer: undefined });
    await sw.originate({
      legId,
      target: { type: 'endpoint', endpointId: endpointOf(agentId) },
      from: { user: ownNumber },
      headers: { 'X-Hotline-Check': '1' },
      ringMs: RING_MS,
      mediaTimeoutMs,
      marks: { role: 'check', agent_id: agentId },
    });
    return { lengthMs: CHECK_MS };
  }

  #answered(legId: string): void {
    const { switch: sw, prompts, logger } = this.#options;
    const check = this.#checks.get(legId);
    if (check === undefined) return;
    const failed = (error: unknown): void => {
      logger.warn({ err: error, legId }, 'line check cut short');
    };
    sw.play(legId, { playId: `${legId}:check`, files: prompts(['music']), repeat: 'forever' }).catch(failed);
    check.timer = setTimeout(() => {
      sw.hangup(legId, 'normal').catch(failed);
    }, CHECK_MS);
  }

  #ended(legId: string): void {
    clearTimeout(this.#checks.get(legId)?.timer);
    this.#checks.delete(legId);
  }

  close(): void {
    this.#unsubscribe();
    for (const { timer } of this.#checks.values()) clearTimeout(timer);
  }
}
