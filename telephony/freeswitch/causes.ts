/** FreeSWITCH's hang-up causes to and from ours. */
import type { EndedBy, HangupCause } from '../ports/switch.ts';

/** What `uuid_kill` is told; for an unanswered caller it decides the SIP status as well. */
const TO_FREESWITCH: Readonly<Record<HangupCause, string>> = {
  normal: 'NORMAL_CLEARING',
  busy: 'USER_BUSY',
  rejected: 'CALL_REJECTED',
  'no-answer': 'NO_ANSWER',
  cancelled: 'ORIGINATOR_CANCEL',
  'not-found': 'UNALLOCATED_NUMBER',
  unavailable: 'NO_USER_RESPONSE',
  'incompatible-media': 'INCOMPATIBLE_DESTINATION',
  congestion: 'SWITCH_CONGESTION',
  'media-lost': 'MEDIA_TIMEOUT',
  failed: 'NORMAL_TEMPORARY_FAILURE',
  shutdown: 'SYSTEM_SHUTDOWN',
};

const FROM_FREESWITCH: Readonly<Record<string, HangupCause>> = {
  NORMAL_CLEARING: 'normal',
  NORMAL_UNSPECIFIED: 'normal',
  ATTENDED_TRANSFER: 'normal',
  BLIND_TRANSFER: 'normal',
  PICKED_OFF: 'normal',
  MANAGER_REQUEST: 'normal',
  USER_BUSY: 'busy',
  CALL_REJECTED: 'rejected',
  OUTGOING_CALL_BARRED: 'rejected',
  INCOMING_CALL_BARRED: 'rejected',
  NO_ANSWER: 'no-answer',
  ALLOTTED_TIMEOUT: 'no-answer',
  RECOVERY_ON_TIMER_EXPIRE: 'no-answer',
  PROGRESS_TIMEOUT: 'no-answer',
  ORIGINATOR_CANCEL: 'cancelled',
  LOSE_RACE: 'cancelled',
  UNALLOCATED_NUMBER: 'not-found',
  NO_ROUTE_DESTINATION: 'not-found',
  INVALID_NUMBER_FORMAT: 'not-found',
  NUMBER_CHANGED: 'not-found',
  NO_USER_RESPONSE: 'unavailable',
  SUBSCRIBER_ABSENT: 'unavailable',
  USER_NOT_REGISTERED: 'unavailable',
  DESTINATION_OUT_OF_ORDER: 'unavailable',
  GATEWAY_DOWN: 'unavailable',
  INCOMPATIBLE_DESTINATION: 'incompatible-media',
  BEARERCAPABILITY_NOTAVAIL: 'incompatible-media',
  BEARERCAPABILITY_NOTIMPL: 'incompatible-media',
  SWITCH_CONGESTION: 'congestion',
  NORMAL_CIRCUIT_CONGESTION: 'congestion',
  MEDIA_TIMEOUT: 'media-lost',
  SYSTEM_SHUTDOWN: 'shutdown',
};

/** The cause to end a channel with. */
export function killCause(cause: HangupCause): string {
  return TO_FREESWITCH[cause];
}

/** Our word for a cause of FreeSWITCH. */
export function causeOf(name: string): HangupCause {
  return FROM_FREESWITCH[name] ?? 'failed';
}

/** How a channel ended. */
export interface ChannelEnd {
  readonly cause: HangupCause;
  readonly by: EndedBy;
  readonly sipStatus: number;
}

/**
 * Reads HANGUP_COMPLETE. `asked` is the cause of our own command to end it, if there was one; when the far end was
 * quicker its word stands.
 */
export function channelEnd(fields: Readonly<Record<string, string>>, asked: HangupCause | undefined): ChannelEnd {
  const disposition = fields['variable_sip_hangup_disposition'] ?? '';
  const cause = causeOf(fields['Hangup-Cause'] ?? '');
  const byRemote =
    disposition.startsWith('recv_') || (disposition === '' && asked === undefined && cause !== 'media-lost');
  if (!byRemote) return { cause: asked ?? cause, by: 'local', sipStatus: 0 };
  const sipStatus = failureStatus(fields);
  return { cause: sipStatus >= 300 ? causeOfStatus(sipStatus, cause) : cause, by: 'remote', sipStatus };
}

/** The far end's own final answer; a call that was answered has none. */
function failureStatus(fields: Readonly<Record<string, string>>): number {
  const text = fields['variable_sip_invite_failure_status'] ?? '';
  return /^[3-6]\d\d$/.test(text) ? Number(text) : 0;
}

/** FreeSWITCH folds several statuses into one cause (480 and no answer at all, 500 and 503). */
function causeOfStatus(status: number, fallback: HangupCause): HangupCause {
  if (status === 480) return 'unavailable';
  if (status === 503) return 'congestion';
  return fallback;
}
