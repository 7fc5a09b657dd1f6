/** Which calls with words of danger are shown. */
import type { RiskView } from './types.ts';

/** More would push the page away. */
const mostShown = 4;

/** Calls that go on before those that are over; the given order (newest first) within. `more`: left out, going on. */
export function shownRisks(risks: readonly RiskView[]): { readonly shown: readonly RiskView[]; readonly more: number } {
  const live = risks.filter((risk) => !risk.over);
  const shown = [...live, ...risks.filter((risk) => risk.over)].slice(0, mostShown);
  return { shown, more: Math.max(0, live.length - mostShown) };
}
