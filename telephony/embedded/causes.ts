/** SIP status and Q.850 cause to and from our causes. */
import type { EndedBy, HangupCause } from '../ports/switch.ts';
import { mediaErrorCode } from './media/media-error.ts';
import type { SipEvent } from '../sip/core/types.ts';

const REJECT_STATUS: Readonly<Record<HangupCause, number>> = {
  normal: 480,
  busy: 486,
  rejected: 603,
  'no-answer': 480,
  cancelled: 480,
  'not-found': 404,
  unavailable: 480,
  'incompatible-media': 488,
  congestion: 503,
  'media-lost': 480,
  failed: 500,
  shutdown: 503,
};

const Q850: Readonly<Record<HangupCause, number>> = {
  normal: 16,
  busy: 17,
  rejected: 21,
  'no-answer': 19,
  cancelled: 16,
  'not-found': 1,
  unavailable: 20,
  'incompatible-media': 88,
  congestion: 42,
  'media-lost': 27,
  failed: 41,
  shutdown: 41,
};

/** Final answer to an inbound call that we do not take. */
export function rejectStatus(cause: HangupCause): number {
  return REJECT_STATUS[cause];
}

/** Seconds after which a call that we could not serve may be tried again (RFC 3261 section 21.5.4). */
const RETRY_AFTER_S = 5;

/** Value of Retry-After for an answer of 503. */
export function retryAfterS(cause: HangupCause): number | undefined {
  return rejectStatus(cause) === 503 ? RETRY_AFTER_S : undefined;
}

/** 488 only for what the far end described wrongly: a trunk takes a 488 for final and a 503 elsewhere. */
export function causeOfMediaError(error: unknown): HangupCause {
  return mediaErrorCode(error) === 'bad-sdp' ? 'incompatible-media' : 'congestion';
}

/** Reason header (RFC 3326). */
export function reasonHeader(cause: HangupCause): string {
  return `Q.850;cause=${Q850[cause]}`;
}

/** Cause of a final answer of 300 or above. */
export function causeOfStatus(status: number): HangupCause {
  if (status === 486 || status === 600) return 'busy';
  if ([401, 403, 407, 603, 607].includes(status)) return 'rejected';
  if ([404, 410, 414, 416, 484, 485, 604].includes(status)) return 'not-found';
  if (status === 480) return 'unavailable';
  if (status === 408) return 'no-answer';
  if (status === 487) return 'cancelled';
  if ([415, 488, 606].includes(status)) return 'incompatible-media';
  return status === 503 || status === 482 || status === 483 ? 'congestion' : 'failed';
}

/** Cause of an end that no command of ours asked for. */
export function causeOfEnd(event: Extract<SipEvent, { type: 'ended' }>): { cause: HangupCause; by: EndedBy } {
  switch (event.why) {
    case 'bye':
      return { cause: 'normal', by: 'remote' };
    case 'cancelled':
      return { cause: 'cancelled', by: 'remote' };
    case 'rejected':
      return { cause: causeOfStatus(event.status), by: 'remote' };
    case 'no-answer':
      return { cause: 'no-answer', by: 'local' };
    case 'unreachable':
      return { cause: 'unavailable', by: 'remote' };
    case 'no-ack':
      return { cause: 'failed', by: 'remote' };
    case 'expired':
      return { cause: 'media-lost', by: 'local' };
    case 'lost':
      return { cause: 'media-lost', by: 'remote' };
    case 'hung-up':
      return { cause: 'normal', by: 'local' };
  }
}
