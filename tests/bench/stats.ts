/** Order statistics. Pure. */

/** The smallest value that at least `share` of all values do not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('there are no values to take a quantile of');
  const sorted = Float64Array.from(values).sort();
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const p95 = (values: readonly number[]): number => quantile(values, 0.95);

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

/** `n=20 p50=31 p95=50 max=61`. */
export function summary(values: readonly number[]): string {
  if (values.length === 0) return 'n=0';
  const at = (share: number): string => rounded(quantile(values, share)).toString();
  return `n=${values.length} p50=${at(0.5)} p95=${at(0.95)} max=${at(1)}`;
}
