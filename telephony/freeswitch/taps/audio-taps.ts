/** What the adapter asks of a way to hear both sides of a leg. */
import type { TapFrame } from '../../ports/switch.ts';

export type OnTapFrame = (frame: TapFrame) => void;

export interface AudioTaps {
  readonly kind: 'fork' | 'legs';
  start(): Promise<void>;
  /** `clockMs` is the leg's media clock. */
  begin(legId: string, clockMs: () => number, onFrame: OnTapFrame): Promise<void>;
  /** Harmless on a leg that is not tapped. */
  end(legId: string): Promise<void>;
  /** FreeSWITCH says that the stream broke. */
  lost(legId: string): void;
  /** The link to FreeSWITCH was down or FreeSWITCH was restarted: makes sure that what should flow flows. */
  renew(): void;
  /** The leg has ended: nothing more to send to FreeSWITCH. */
  forget(legId: string): void;
  close(): Promise<void>;
  readonly size: number;
}

/** Waits between tries to get a broken tap back. */
export const TAP_RETRY_MS: readonly number[] = [100, 300, 1_000, 3_000];

export function retryDelayMs(tries: number): number {
  return TAP_RETRY_MS[Math.min(tries, TAP_RETRY_MS.length - 1)] ?? 3_000;
}
