/** Small seeded generator (mulberry32): training twice from the same history gives the same model. Pure. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const k = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[k] ?? 0;
    order[k] = held;
  }
  return order;
}
