/** Shapes of the small charts. Pure. */

export interface ChartBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The value at the top edge. */
  readonly highest: number;
}

/** The next even, round number: axes read 0, half, whole. */
export function niceTop(value: number): number {
  if (value <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 4, 6, 8, 10]) {
    const top = factor * power;
    if (top >= value && top % 2 === 0) return top;
  }
  return 10 * power;
}

/** An SVG path through evenly spaced values; '' for none. */
export function linePath(values: readonly number[], box: ChartBox): string {
  const step = box.width / Math.max(1, values.length - 1);
  return values
    .map((value, i) => {
      const x = box.left + i * step;
      const y = box.top + box.height * (1 - Math.min(value, box.highest) / box.highest);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
