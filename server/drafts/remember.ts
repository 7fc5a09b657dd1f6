/** Readings are remembered by object: a step reads only what is new, however long the call is. Pure. */

/** A function of an object that computes once for each object. */
export function remember<K extends object, T>(read: (key: K) => T): (key: K) => T {
  const known = new WeakMap<K, { readonly value: T }>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found.value;
    const value = read(key);
    known.set(key, { value });
    return value;
  };
}

/** The same for functions of two objects, of which the first is long-lived. */
export function rememberFor<I extends object, K extends object, T>(
  read: (index: I, key: K) => T,
): (index: I, key: K) => T {
  const readerOf = remember((index: I) => remember((key: K) => read(index, key)));
  return (index, key) => readerOf(index)(key);
}
