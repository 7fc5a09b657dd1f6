/** Why nobody came to the telephone that was rung, from how its leg ended. Pure. */
import type { HangupCause } from '../../../telephony/ports/switch.ts';

export const reasonOf: Readonly<Record<HangupCause, 'declined' | 'no-answer' | 'unreachable'>> = {
  normal: 'declined',
  busy: 'declined',
  rejected: 'declined',
  'no-answer': 'no-answer',
  cancelled: 'no-answer',
  'not-found': 'unreachable',
  unavailable: 'unreachable',
  'incompatible-media': 'unreachable',
  congestion: 'unreachable',
  'media-lost': 'unreachable',
  failed: 'unreachable',
  shutdown: 'unreachable',
};
