/**
 * Telephones on which agents with a poor line take calls. In memory only: a number is gone when its agent signs off, and
 * never reaches a log, an event or another page.
 */
export interface AgentPhonesOptions {
  /** The city allows it, and there is a way out. */
  readonly isAllowed: boolean;
  readonly mayBeCalled: (number: string) => boolean;
  readonly dialUri: (number: string) => string | undefined;
}

export class AgentPhones {
  readonly #options: AgentPhonesOptions;
  readonly #numbers = new Map<string, string>();

  constructor(options: AgentPhonesOptions) {
    this.#options = options;
  }

  get isAllowed(): boolean {
    return this.#options.isAllowed;
  }

  /** False when this number may not be called. */
  set(agentId: string, number: string): boolean {
    if (!this.#options.isAllowed || !this.#options.mayBeCalled(number)) return false;
    this.#numbers.set(agentId, number);
    return true;
  }

  /** Said of whoever is about to be rung. */
  mark(agentId: string): { readonly byPhone?: true } {
    return this.#numbers.has(agentId) ? { byPhone: true } : {};
  }

  forget(agentId: string): void {
    this.#numbers.delete(agentId);
  }

  /** Where the agent is rung; undefined when the number has been forgotten meanwhile. */
  uriOf(agentId: string): string | undefined {
    const number = this.#numbers.get(agentId);
    return number === undefined ? undefined : this.#options.dialUri(number);
  }
}
