/** The calls the core knows, by handle and by dialog. */
import { dialogKey, type Dialog } from './dialog.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { CallEndReason } from './types.ts';

/** A 200 of ours that waits for its ACK; repeated until then, over any transport (RFC 3261 section 13.3.1.4). */
export interface PendingAnswer {
  readonly seq: number;
  readonly timerId: string;
  readonly giveUpTimerId: string;
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
  };
}

export class CallBook {
  readonly #runtime: CoreRuntime;
  readonly #byId = new Map<string, Call>();
  readonly #byDialog = new Map<string, Call>();

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

  /** The open INVITE with this transaction key. */
  byInviteKey(key: string): Call | undefined {
    return this.all().find((call) => call.invite?.key === key);
  }

  /** Tells the user once that the call is over. */
  end(call: Call, by: 'remote' | 'local', why: CallEndReason, status = 0): void {
    if (call.phase === 'ended') return;
    call.phase = 'ended';
    this.#runtime.stopTimer(ringTimerId(call));
    this.#runtime.emit({ type: 'ended', call: call.id, by, why, status });
  }

  /** Forgets the call; nothing is owed to the far end any more. */
  remove(call: Call): void {
    this.#byId.delete(call.id);
    if (call.dialog !== undefined) this.#byDialog.delete(keyOf(call.dialog));
    if (call.pendingAnswer !== undefined) {
      this.#runtime.stopTimer(call.pendingAnswer.timerId);
      this.#runtime.stopTimer(call.pendingAnswer.giveUpTimerId);
    }
    this.#runtime.stopTimer(ringTimerId(call));
    this.#runtime.stopTimer(cancelTimerId(call));
  }
}

function keyOf(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}

/** Timer of an outbound call's ringing. */
export function ringTimerId(call: Call): string {
  return `call|${call.id}|ring`;
}

/** Timer that ends the wait for a final answer after CANCEL. */
export function cancelTimerId(call: Call): string {
  return `call|${call.id}|cancel`;
}
