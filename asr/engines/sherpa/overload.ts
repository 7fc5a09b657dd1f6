/**
 * More streams than the machine can follow live: whose text comes only by whole sentences? The agent's side first (the agent
 * knows what was said), then the callers of the oldest calls. Pure.
 */
import type { SpeechSide } from '../../ports.ts';

export interface LoadedStream {
  readonly id: number;
  readonly side: SpeechSide;
  /** By any clock; smaller is older. */
  readonly openedAtMs: number;
}

/** Processor share that recognition may fill before it falls behind. */
const USABLE = 0.85;
/** Audio that waits longer than this at a child: it cannot keep up, whatever was measured. */
const LAG_MS = 600;
/** Waiting longer than this, it is far from keeping up: audio of live streams is dropped after two seconds. */
const LONG_LAG_MS = 1200;
const LESS = 0.9;
const MUCH_LESS = 0.7;
const MORE = 1.02;
const FEWEST = 2;

/** Streams that one child can follow live. */
export function streamsFor(realTimeFactor: number): number {
  return realTimeFactor <= 0 ? Infinity : Math.max(FEWEST, Math.floor(USABLE / realTimeFactor + 1e-9));
}

/** A child's streams now. */
export interface Crowd {
  readonly open: number;
  /** Those with live text. */
  readonly live: number;
  /** The longest that audio of a live one waits. */
  readonly lagMs: number;
}

/** How many may be live now: less than before while audio waits, slowly more while it does not. */
export function liveLimit(before: number, measured: number, { open, live, lagMs }: Crowd): number {
  if (lagMs > LAG_MS) {
    const share = lagMs > LONG_LAG_MS ? MUCH_LESS : LESS;
    return Math.max(FEWEST, Math.floor(Math.min(before, live) * share));
  }
  // The crowd has gone: what was learnt from it says nothing about the next one.
  if (open <= before / 2) return Infinity;
  // What was measured with one stream is too little for many: only audio that waits takes live text away.
  return Math.max(measured, before + 1, Math.ceil(before * MORE));
}

/** Those that get whole sentences only. */
export function finalOnly(streams: readonly LoadedStream[], limit: number): ReadonlySet<number> {
  const excess = streams.length - limit;
  if (excess <= 0) return new Set();
  const rank = (stream: LoadedStream): number => (stream.side === 'agent' ? 0 : 1);
  const order = [...streams].sort((a, b) => rank(a) - rank(b) || a.openedAtMs - b.openedAtMs || a.id - b.id);
  return new Set(order.slice(0, excess).map(({ id }) => id));
}

/** In plain words for the page; nothing when all are live. */
export function degradedWords(streams: readonly LoadedStream[], degraded: ReadonlySet<number>): string | undefined {
  if (degraded.size === 0) return undefined;
  const callers = streams.filter(({ id, side }) => side === 'caller' && degraded.has(id)).length;
  return callers === 0
    ? '识别负荷高：坐席一侧只出整句文字'
    : `识别负荷高：坐席一侧和 ${String(callers)} 路来电只出整句文字`;
}
