/** How many staffed agents fulfil a condition, and the calls whose place depends on it. Pure. */
export class Conditions {
  readonly #fulfilled = new Map<string, number>();
  readonly #watchers = new Map<string, Set<string>>();

  count(condition: string): number {
    return this.#fulfilled.get(condition) ?? 0;
  }

  watch(condition: string, callId: string): void {
    const calls = this.#watchers.get(condition);
    if (calls === undefined) this.#watchers.set(condition, new Set([callId]));
    else calls.add(callId);
  }

  unwatch(condition: string, callId: string): void {
    const calls = this.#watchers.get(condition);
    calls?.delete(callId);
    if (calls?.size === 0) this.#watchers.delete(condition);
  }

  /** An agent fulfils other conditions than before; gives the calls that depend on one that has come or gone. */
  change(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
    const touched = new Set<string>();
    if (before === after) return touched;
    const had = new Map([...before, ...after].map((c) => [c, this.count(c) > 0]));
    for (const c of before) this.#fulfilled.set(c, this.count(c) - 1);
    for (const c of after) this.#fulfilled.set(c, this.count(c) + 1);
    for (const [condition, was] of had) {
      const count = this.count(condition);
      if (count === 0) this.#fulfilled.delete(condition);
      if (count > 0 === was) continue;
      for (const callId of this.#watchers.get(condition) ?? []) touched.add(callId);
    }
    return touched;
  }
}
