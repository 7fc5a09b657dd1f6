/** What the edge counts. Names of trunks, switches and partners; never numbers of people. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Verdict } from './core/health.ts';

const VERDICTS: readonly Verdict[] = ['up', 'busy', 'unknown', 'full', 'draining', 'dead'];

export class EdgeMetrics {
  readonly registry = new Registry();
  readonly #invites: Counter<'trunk' | 'result'>;
  readonly #answers: Counter<'target' | 'status'>;
  readonly #failovers: Counter<'target' | 'why'>;
  readonly #spilled: Counter<'partner' | 'reason'>;
  readonly #verdict: Gauge<'kind' | 'target' | 'verdict'>;
  readonly #optionsSeconds: Histogram<'target'>;
  readonly #trunkUp: Gauge<'trunk'>;
  readonly #drachtioUp: Gauge;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#invites = new Counter({
      name: 'hotline_edge_invites_total',
      help: 'INVITEs outside a dialog, by trunk and what was decided',
      labelNames: ['trunk', 'result'],
      registers,
    });
    this.#answers = new Counter({
      name: 'hotline_edge_final_answers_total',
      help: 'Final answers to proxied INVITEs, by who gave them',
      labelNames: ['target', 'status'],
      registers,
    });
    this.#failovers = new Counter({
      name: 'hotline_edge_failovers_total',
      help: 'Calls that went on to the next target, by the target that failed',
      labelNames: ['target', 'why'],
      registers,
    });
    this.#spilled = new Counter({
      name: 'hotline_edge_spilled_total',
      help: 'Calls that partners have answered',
      labelNames: ['partner', 'reason'],
      registers,
    });
    this.#verdict = new Gauge({
      name: 'hotline_edge_target',
      help: '1 for what a switch or partner is held for, 0 for all else',
      labelNames: ['kind', 'target', 'verdict'],
      registers,
    });
    this.#optionsSeconds = new Histogram({
      name: 'hotline_edge_options_seconds',
      help: 'Round trip of OPTIONS',
      labelNames: ['target'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    });
    this.#trunkUp = new Gauge({
      name: 'hotline_edge_trunk_up',
      help: '1 when a trunk answered its last OPTIONS',
      labelNames: ['trunk'],
      registers,
    });
    this.#drachtioUp = new Gauge({
      name: 'hotline_edge_drachtio_up',
      help: '1 while drachtio-server is connected',
      registers,
    });
  }

  invite(trunk: string, result: string): void {
    this.#invites.inc({ trunk, result });
  }

  answer(target: string, status: number): void {
    this.#answers.inc({ target, status: String(status) });
  }

  failover(target: string, why: 'refused' | 'unanswered'): void {
    this.#failovers.inc({ target, why });
  }

  spilled(partner: string, reason: string): void {
    this.#spilled.inc({ partner, reason });
  }

  verdict(kind: 'node' | 'partner', target: string, verdict: Verdict): void {
    for (const each of VERDICTS) this.#verdict.set({ kind, target, verdict: each }, each === verdict ? 1 : 0);
  }

  optionsTook(target: string, tookMs: number): void {
    this.#optionsSeconds.observe({ target }, tookMs / 1_000);
  }

  trunkUp(trunk: string, up: boolean): void {
    this.#trunkUp.set({ trunk }, up ? 1 : 0);
  }

  drachtioUp(up: boolean): void {
    this.#drachtioUp.set(up ? 1 : 0);
  }
}
