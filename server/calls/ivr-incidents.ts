/** The message about a known incident that callers hear now, if any: put up and taken down by a surge plan. */
import type { Incident } from '../../ivr/core/flow-types.ts';
import type { Incidents } from '../../ivr/ports.ts';

export class IncidentBoard implements Incidents {
  readonly #prompts: ReadonlySet<string>;
  #current: Incident | null = null;

  /** `prompts`: names of the recordings that are there. */
  constructor(prompts: ReadonlySet<string>) {
    this.#prompts = prompts;
  }

  current(): Incident | null {
    return this.#current;
  }

  /** Puts a message up in place of the one before; refused when one of its recordings is not there. */
  put(incident: Incident): 'up' | 'no-recording' {
    if (incident.prompts.length === 0 || incident.prompts.some((name) => !this.#prompts.has(name)))
      return 'no-recording';
    this.#current = incident;
    return 'up';
  }

  /** Takes it down, if it is still the one that hangs there. */
  takeDown(incidentId: string): void {
    if (this.#current?.incidentId === incidentId) this.#current = null;
  }
}
