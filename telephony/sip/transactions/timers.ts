/** Timer values of RFC 3261 table 4 and RFC 6026, milliseconds. */

export const timerNames = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M'] as const;
export type TimerName = (typeof timerNames)[number];

/** Round-trip estimate. */
export const T1_MS = 500;
/** Longest gap between two retransmissions of a non-INVITE request or an INVITE response. */
export const T2_MS = 4_000;
/** How long a message may stay in the network. */
export const T4_MS = 5_000;
/** Timers B, F, H, J, L, M. */
export const SIXTY_FOUR_T1_MS = 64 * T1_MS;
/** Timer C: how long a ringing INVITE may go without a further provisional response; "larger than 3 minutes". */
export const TIMER_C_MS = 185_000;
/** Timer D over an unreliable transport: "at least 32 seconds". */
export const TIMER_D_MS = 32_000;
