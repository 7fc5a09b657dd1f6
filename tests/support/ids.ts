/** Identifiers in order, for tests that must be repeatable. */
export function counterIds(prefix = 'id'): () => string {
  let n = 0;
  return () => `${prefix}${String(++n)}`;
}
