/** In which order far ends are tried for one call: by chance, weighted, the healthy ones first. */
import { knownCalls, verdictOf, type FarEndHealth, type HealthSettings, type HealthTable } from './health.ts';

/** A nearly full switch still gets a little, so that its figures stay honest. */
const LEAST_FREE_SHARE = 0.05;

const RANK = { up: 0, unknown: 1, busy: 2 } as const;

function effectiveWeight(node: FarEndHealth, nowMs: number, settings: HealthSettings): number {
  const calls = knownCalls(node, nowMs, settings);
  const freeShare = calls === undefined ? 1 : Math.max(LEAST_FREE_SHARE, 1 - calls / node.maxCalls);
  return node.weight * freeShare;
}

/**
 * Far ends that may take a call, in the order to try them. `draws[i]` is a number in (0, 1) for `table[i]`: the
 * smallest `-ln(draw) / weight` comes first, which is a weighted choice without putting back.
 */
export function chooseOrder(
  table: HealthTable,
  draws: readonly number[],
  nowMs: number,
  settings: HealthSettings,
): readonly FarEndHealth[] {
  const candidates = table.flatMap((node, i) => {
    const verdict = verdictOf(node, nowMs, settings);
    if (verdict === 'full' || verdict === 'draining' || verdict === 'dead') return [];
    const draw = Math.min(1 - 1e-12, Math.max(1e-12, draws[i] ?? 0.5));
    return [{ node, rank: RANK[verdict], key: -Math.log(draw) / effectiveWeight(node, nowMs, settings) }];
  });
  return candidates.sort((a, b) => a.rank - b.rank || a.key - b.key).map(({ node }) => node);
}

export type NoneReason = 'full' | 'draining' | 'no-switch';

/** Why none of the table takes a call. */
export function whyNone(table: HealthTable, nowMs: number, settings: HealthSettings): NoneReason {
  const verdicts = table.map((node) => verdictOf(node, nowMs, settings));
  if (verdicts.includes('full')) return 'full';
  return verdicts.includes('draining') ? 'draining' : 'no-switch';
}
