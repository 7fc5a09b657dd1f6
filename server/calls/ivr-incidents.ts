/** The message about a known incident that callers hear now: whatever a surge plan has put first at this moment. */
import type { Incident } from '../../ivr/core/flow-types.ts';
import type { Incidents } from '../../ivr/ports.ts';
import type { LinePolicy } from '../acd/line-policy.ts';

export class PlannedIncidents implements Incidents {
  readonly #policy: () => Pick<LinePolicy, 'sayFirst'>;
  readonly #recorded: ReadonlySet<string>;

  /** `recorded`: names of the recordings there are; a plan may name one that is not there. */
  constructor(policy: () => Pick<LinePolicy, 'sayFirst'>, recorded: ReadonlySet<string>) {
    this.#policy = policy;
    this.#recorded = recorded;
  }

  current(): Incident | null {
    const prompts = this.#policy().sayFirst.filter((name) => this.#recorded.has(name));
    return prompts.length === 0 ? null : { incidentId: prompts.join('+'), prompts };
  }
}
