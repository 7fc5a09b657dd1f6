/**
 * How good a call sounds, estimated from what its packets tell: the E-model of ITU-T G.107, cut down to G.711 with
 * packet loss concealment, as recommended by G.113 for planning. Pure.
 */

/** R of a perfect narrow-band call with default values for everything that is not measured. */
const bestRating = 93.2;
/** G.113 appendix I: G.711 with concealment; the higher, the better it stands random loss. */
const lossRobustnessPct = 25.1;
/** One frame is gathered before it is sent, and one waits to be played. */
const framingDelayMs = 40;
/** A playout buffer holds about twice the jitter. */
const bufferPerJitter = 2;

export interface Impairments {
  /** Packets lost of those expected, 0-1. */
  readonly lossShare: number;
  readonly jitterMs: number;
  /** Zero when nobody has measured it. */
  readonly roundTripMs: number;
}

/** Transmission rating R, 0-100. */
export function ratingOf({ lossShare, jitterMs, roundTripMs }: Impairments): number {
  const delayMs = roundTripMs / 2 + bufferPerJitter * jitterMs + framingDelayMs;
  // G.107 in the well-known form of Cole and Rosenbluth: delay hurts more once people talk into each other.
  const delayImpairment = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const lossPct = 100 * Math.min(1, Math.max(0, lossShare));
  const lossImpairment = (95 * lossPct) / (lossPct + lossRobustnessPct);
  return Math.min(100, Math.max(0, bestRating - delayImpairment - lossImpairment));
}

/** Mean opinion score 1.0-4.5 (G.107 annex B). */
export function meanOpinionScore(impairments: Impairments): number {
  const r = ratingOf(impairments);
  const mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.min(4.5, Math.max(1, mos));
}
