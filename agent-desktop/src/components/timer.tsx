import type { ReactElement } from 'react';
import { clockText } from '../lib/format.ts';
import { useNow } from './use-store.ts';

/** Counts up from a moment. */
export function Elapsed({ sinceMs }: { readonly sinceMs: number }): ReactElement {
  return <span className="num">{clockText(useNow() - sinceMs)}</span>;
}

export interface RingProps {
  readonly untilMs: number;
  /** The whole stretch, for the share that is left. */
  readonly totalMs: number;
  readonly size: number;
  /** Below this the ring turns amber. */
  readonly warnMs: number;
  readonly label: string;
}

/** A ring that empties, with the seconds in it: the number says what the colour says. */
export function CountdownRing({ untilMs, totalMs, size, warnMs, label }: RingProps): ReactElement {
  const leftMs = Math.max(0, untilMs - useNow());
  const radius = size / 2 - 4;
  const length = 2 * Math.PI * radius;
  const share = Math.min(1, leftMs / Math.max(1, totalMs));
  return (
    <span className={`ring ${leftMs <= warnMs ? 'ring-warn' : ''}`} role="timer" aria-label={label}>
      <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
        <circle className="ring-ground" cx={size / 2} cy={size / 2} r={radius} />
        <circle
          className="ring-left"
          cx={size / 2}
          cy={size / 2}
          r={radius}
          strokeDasharray={`${length * share} ${length}`}
          transform={`rotate(-90 ${size / 2} ${size / 2})`}
        />
      </svg>
      <span className="ring-text num">{Math.ceil(leftMs / 1000)}</span>
    </span>
  );
}
