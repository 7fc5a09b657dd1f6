/** The calls the core knows, by handle and by dialog. */
import { dialogKey, type Dialog } from './dialog.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { Credentials } from '../auth/digest-client.ts';
import type { Essentials } from '../message/types.ts';
import type { Replaces } from '../message/replaces.ts';
import type { Referral } from './referrals.ts';
import type { ReliableState } from './reliable.ts';
import type { SessionAgreement } from './session-timer.ts';
import type { CallEndReason, RetryAdvice } from './types.ts';

/** A 200 of ours that waits for its ACK; repeated until then, over any transport (RFC 3261 section 13.3.1.4). */
export interface PendingAnswer {
  readonly seq: number;
  readonly timerId: string;
  readonly giveUpTimerId: string;
}

/** A re-INVITE or UPDATE of ours that waits for its answer; `sdp` undefined: a refresh. */
export interface OwnOffer {
  readonly sdp: string | undefined;
}

export interface Call {
  readonly id: string;
  readonly direction: 'in' | 'out';
  /** `ended`: the user was told; what is left (ACK, CANCEL, BYE) is between us and the far end. */
  phase: 'early' | 'confirmed' | 'ended';
  endpointId: string | undefined;
  dialog: Dialog | undefined;
  /** Initial INVITE or re-INVITE that has no final answer yet. */
  invite: ServerTransaction | undefined;
  /** INVITEs and UPDATEs handed up for an answer, by token. */
  readonly reoffers: Map<string, ServerTransaction>;
  pendingAnswer: PendingAnswer | undefined;
  /** Hung up between our 200 and its ACK: BYE follows the ACK (section 15). */
  byeWhenAcked: boolean;
  /** Value of the Reason header of our BYE, or ''. */
  byeReason: string;
  /** Number of the initial INVITE of an inbound call. */
  inviteSeq: number;
  reliable: ReliableState | undefined;
  session: SessionAgreement | undefined;
  /** Least interval that a 422 of the far end asked for. */
  minSeS: number;
  /** What we wrote last into SDP, for refreshes by re-INVITE. */
  localSdp: string | undefined;
  peerAllowsUpdate: boolean;
  ownOffer: OwnOffer | undefined;
  referral: Referral | undefined;
  /** For challenges within the dialog. */
  credentials: Credentials | undefined;
  /** Dialogs of an outbound call that reliable provisional answers made, by the far end's tag. */
  readonly early: Map<string, Dialog>;
}

/** A call without a dialog. */
export function newCall(id: string, direction: 'in' | 'out', endpointId: string | undefined): Call {
  return {
    id,
    direction,
    phase: 'early',
    endpointId,
    dialog: undefined,
    invite: undefined,
    reoffers: new Map(),
    pendingAnswer: undefined,
    byeWhenAcked: false,
    byeReason: '',
    inviteSeq: 0,
    reliable: undefined,
    session: undefined,
    minSeS: 0,
    localSdp: undefined,
    peerAllowsUpdate: false,
    ownOffer: undefined,
    referral: undefined,
    credentials: undefined,
    early: new Map(),
  };
}

export class CallBook {
  readonly #runtime: CoreRuntime;
  readonly #byId = new Map<string, Call>();
  readonly #byDialog = new Map<string, Call>();
  /** Inbound calls by what names their INVITE whichever way it came. */
  readonly #byInvite = new Map<string, Call>();

  constructor(runtime: CoreRuntime) {
    this.#runtime = runtime;
  }

  get size(): number {
    return this.#byId.size;
  }

  add(call: Call): void {
    this.#byId.set(call.id, call);
  }

  get(id: string): Call | undefined {
    return this.#byId.get(id);
  }

  /** The inbound call of this INVITE, CANCEL or ACK, by Call-ID, From tag and number. */
  byInvite(essentials: Essentials): Call | undefined {
    return this.#byInvite.get(inviteKey(essentials));
  }

  addInvite(call: Call, essentials: Essentials): void {
    call.inviteSeq = essentials.cseq.number;
    this.#byInvite.set(inviteKey(essentials), call);
  }

  addEarly(call: Call, dialog: Dialog): void {
    call.early.set(dialog.remoteTag, dialog);
    this.#byDialog.set(keyOf(dialog), call);
  }

  /** The call that a Replaces names. Some phones write the two tags the wrong way round. */
  byReplaces({ callId, toTag, fromTag }: Replaces): Call | undefined {
    return this.byDialog(callId, toTag, fromTag) ?? this.byDialog(callId, fromTag, toTag);
  }

  all(): Call[] {
    return [...this.#byId.values()];
  }

  setDialog(call: Call, dialog: Dialog): void {
    call.dialog = dialog;
    this.#byDialog.set(keyOf(dialog), call);
  }

  byDialog(callId: string, localTag: string, remoteTag: string): Call | undefined {
    return this.#byDialog.get(dialogKey(callId, localTag, remoteTag));
  }

  /** Tells the user once that the call is over. */
  end(call: Call, by: 'remote' | 'local', why: CallEndReason, outcome: number | FinalOutcome = 0): void {
    if (call.phase === 'ended') return;
    call.phase = 'ended';
    this.#runtime.stopTimer(ringTimerId(call));
    const final = typeof outcome === 'number' ? { status: outcome } : outcome;
    this.#runtime.emit({ type: 'ended', call: call.id, by, why, ...final });
  }

  /** Forgets the call; nothing is owed to the far end any more. */
  remove(call: Call): void {
    this.#byId.delete(call.id);
    const dialogs = call.dialog === undefined ? call.early.values() : [...call.early.values(), call.dialog];
    for (const dialog of dialogs) this.#byDialog.delete(keyOf(dialog));
    if (call.direction === 'in' && call.dialog !== undefined) {
      const { callId, remoteTag } = call.dialog;
      this.#byInvite.delete(`${callId}|${remoteTag}|${call.inviteSeq}`);
    }
    if (call.pendingAnswer !== undefined) {
      this.#runtime.stopTimer(call.pendingAnswer.timerId);
      this.#runtime.stopTimer(call.pendingAnswer.giveUpTimerId);
    }
    for (const name of CALL_TIMERS) this.#runtime.stopTimer(`call|${call.id}|${name}`);
  }
}

export interface FinalOutcome {
  readonly status: number;
  readonly retry: RetryAdvice;
}

/** The dialog of the call that a message names: the established one, or an early one of an outbound call. */
export function dialogOf(call: Call, remoteTag: string): Dialog | undefined {
  return call.dialog?.remoteTag === remoteTag ? call.dialog : call.early.get(remoteTag);
}

function inviteKey({ callId, fromTag, cseq }: Essentials): string {
  return `${callId}|${fromTag}|${cseq.number}`;
}

/** Timers of one of which a call has at most one. */
const CALL_TIMERS = ['ring', 'cancel', 'rel1xx', 'no-prack', 'refresh', 'expire', 'offer', 'refer'] as const;

function keyOf(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}

/** Timer of an outbound call's ringing. */
export function ringTimerId(call: Call): string {
  return `call|${call.id}|ring`;
}

/** Timer of an offer of ours that has to wait. */
export function offerTimerId(call: Call): string {
  return `call|${call.id}|offer`;
}

/** Timer of a REFER that waits for its outcome. */
export function referTimerId(call: Call): string {
  return `call|${call.id}|refer`;
}

/** Timers of the session (RFC 4028). */
export function sessionTimerIds(call: Call): { readonly refresh: string; readonly expire: string } {
  return { refresh: `call|${call.id}|refresh`, expire: `call|${call.id}|expire` };
}

/** Timer that ends the wait for a final answer after CANCEL. */
export function cancelTimerId(call: Call): string {
  return `call|${call.id}|cancel`;
}
