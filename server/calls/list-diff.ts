/** A list as it was told last, and what has changed since. */
import type { ListDelta } from '../realtime/protocol.ts';

interface Told<T> {
  readonly value: T;
  readonly text: string;
}

export class ListDiff<T> {
  readonly #idOf: (value: T) => string;
  readonly #told = new Map<string, Told<T>>();

  constructor(idOf: (value: T) => string) {
    this.#idOf = idOf;
  }

  all(): readonly T[] {
    return [...this.#told.values()].map((t) => t.value);
  }

  /** Some entries as they are now (undefined = no more); undefined when nothing is new in them. */
  update(entries: readonly { readonly id: string; readonly now: T | undefined }[]): ListDelta<T> | undefined {
    const put: T[] = [];
    const gone: string[] = [];
    for (const { id, now } of entries) {
      if (now === undefined) {
        if (this.#told.delete(id)) gone.push(id);
      } else if (this.#isNew(id, now)) put.push(now);
    }
    return put.length + gone.length === 0 ? undefined : { put, gone };
  }

  #isNew(id: string, value: T): boolean {
    const text = JSON.stringify(value);
    if (this.#told.get(id)?.text === text) return false;
    this.#told.set(id, { value, text });
    return true;
  }

  /** The whole list as it is now. */
  replace(values: readonly T[]): ListDelta<T> | undefined {
    const ids = new Set(values.map(this.#idOf));
    const gone = [...this.#told.keys()].filter((id) => !ids.has(id)).map((id) => ({ id, now: undefined }));
    return this.update([...gone, ...values.map((now) => ({ id: this.#idOf(now), now }))]);
  }
}
