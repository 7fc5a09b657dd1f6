/** In which order things of one purpose are tried: priority first, then by lot with weights (RFC 2782). Pure. */

export interface Weighted {
  readonly priority: number;
  readonly weight: number;
}

/** `random` gives [0, 1). Weight 0 is drawn only when nothing else is left. */
export function inOrder<T extends Weighted>(items: readonly T[], random: () => number): T[] {
  const priorities = [...new Set(items.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawn(
      items.filter((one) => one.priority === priority),
      random,
    ),
  );
}

function drawn<T extends Weighted>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    let at = random() * total;
    const found = left.findIndex(({ weight }) => (at -= weight) < 0);
    order.push(...left.splice(Math.max(found, 0), 1));
  }
  return order;
}

/** Those that can be used in order, then the others: a trunk that is thought dead is better than none. */
export function usableFirst<T extends Weighted>(
  items: readonly T[],
  isUsable: (item: T) => boolean,
  random: () => number,
): T[] {
  return [
    ...inOrder(items.filter(isUsable), random),
    ...inOrder(
      items.filter((one) => !isUsable(one)),
      random,
    ),
  ];
}
