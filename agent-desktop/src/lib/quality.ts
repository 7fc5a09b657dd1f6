/** Line quality in numbers and in one of three words. Pure. */

export interface MediaCounters {
  readonly atMs: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
}

export interface LineQuality {
  readonly grade: 'good' | 'fair' | 'poor' | 'silent';
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  /** Share of packets lost since the sample before. */
  readonly lossShare: number;
  /** How long nothing has come from the other side. */
  readonly silentMs: number;
}

/** Judges the stretch between two samples. */
export function judgeLine(before: MediaCounters | null, now: MediaCounters, silentBeforeMs: number): LineQuality {
  const received = now.packetsReceived - (before?.packetsReceived ?? 0);
  const lost = Math.max(0, now.packetsLost - (before?.packetsLost ?? 0));
  const silentMs = received > 0 || before === null ? 0 : silentBeforeMs + (now.atMs - before.atMs);
  const lossShare = received + lost > 0 ? lost / (received + lost) : 0;
  const { roundTripMs, jitterMs } = now;
  return { grade: grade(silentMs, roundTripMs ?? 0, lossShare), roundTripMs, jitterMs, lossShare, silentMs };
}

function grade(silentMs: number, roundTripMs: number, lossShare: number): LineQuality['grade'] {
  if (silentMs >= 4000) return 'silent';
  if (roundTripMs > 400 || lossShare > 0.05) return 'poor';
  if (roundTripMs > 200 || lossShare > 0.01) return 'fair';
  return 'good';
}

/** Reads what is needed from `RTCPeerConnection.getStats()`, given as plain objects. */
export function countersFrom(stats: Iterable<Readonly<Record<string, unknown>>>, atMs: number): MediaCounters {
  let packetsReceived = 0;
  let packetsLost = 0;
  let roundTripMs: number | null = null;
  let jitterMs: number | null = null;
  for (const s of stats) {
    if (s['type'] === 'inbound-rtp' && s['kind'] === 'audio') {
      packetsReceived += num(s['packetsReceived']) ?? 0;
      packetsLost += num(s['packetsLost']) ?? 0;
      jitterMs = scaled(num(s['jitter'])) ?? jitterMs;
    }
    if (s['type'] === 'remote-inbound-rtp') roundTripMs = scaled(num(s['roundTripTime'])) ?? roundTripMs;
    if (s['type'] === 'candidate-pair' && s['nominated'] === true) {
      roundTripMs ??= scaled(num(s['currentRoundTripTime']));
    }
  }
  return { atMs, packetsReceived, packetsLost, roundTripMs, jitterMs };
}

const num = (raw: unknown): number | null => (typeof raw === 'number' && Number.isFinite(raw) ? raw : null);
const scaled = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds * 1000));
