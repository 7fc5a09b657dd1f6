/**
 * How a line sounds, 1 to 4.5: the E-model of ITU-T G.107 with the values of G.711 with loss concealment
 * (G.113 appendix I: Ie = 0, Bpl = 25.1). Pure.
 */

export interface LineMeasure {
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  readonly lossShare: number;
}

const packetMs = 20;
/** Encoding, packetising and playing out. */
const fixedDelayMs = 40;
const robustness = 25.1;

export function mosOf({ roundTripMs, jitterMs, lossShare }: LineMeasure): number {
  // A jitter buffer holds about twice the jitter back.
  const delayMs = (roundTripMs ?? 0) / 2 + 2 * (jitterMs ?? 0) + fixedDelayMs + packetMs;
  const delayImpairment = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const lossPercent = Math.min(1, Math.max(0, lossShare)) * 100;
  const lossImpairment = (95 * lossPercent) / (lossPercent + robustness);
  const r = 93.2 - delayImpairment - lossImpairment;
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  const mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.min(4.5, Math.max(1, mos));
}

export type LineVerdict = 'good' | 'usable' | 'poor';

/** From 3.6 on most people are content (G.107 annex B); below 3.1 many are not. */
export function verdictOf(mos: number): LineVerdict {
  return mos >= 3.6 ? 'good' : mos >= 3.1 ? 'usable' : 'poor';
}
