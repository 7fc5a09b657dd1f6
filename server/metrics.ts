/** `/metrics`: what the process and its parts count. Never numbers or names of people. */
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

export type Counters = () => Readonly<Record<string, number>>;

export function createMetrics(counters: Readonly<Record<string, Counters>>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [part, read] of Object.entries(counters)) {
    const gauge = new Gauge({
      name: `hotline_${part}`,
      help: `Counts and sizes of ${part}`,
      labelNames: ['what'],
      registers: [registry],
      collect(): void {
        for (const [what, value] of Object.entries(read())) gauge.set({ what }, value);
      },
    });
  }
  return registry;
}
