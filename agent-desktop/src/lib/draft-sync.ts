/** Sends typed words as they are typed and never forgets one before the server has it. */
import { serverNowMs } from './clock.ts';
import type { DeskSocket } from './desk-socket.ts';
import type { SavedChange } from './desk-state.ts';
import { createStore } from './store.ts';
import type { Result } from './types.ts';
import {
  dueEdits,
  editKey,
  markAllDue,
  markFailed,
  markSaved,
  markSending,
  parseUnsent,
  withEdit,
  withoutEdit,
} from './unsent-edits.ts';
import type { EditTarget, UnsentEdit } from './unsent-edits.ts';
import { parseUnsaved, withoutUnsaved, withUnsaved } from './unsaved-words.ts';
import type { UnsavedWords } from './unsaved-words.ts';

const storageKey = 'hotline.unsent';
const unsavedStorageKey = 'hotline.unsaved-words';

export interface DraftSyncView {
  readonly unsent: readonly UnsentEdit[];
  /** When the server last said that it has an edit, and of which draft; null before the first one. */
  readonly saved: { readonly callId: string; readonly atMs: number } | null;
  /** The server refused an edit for good, in its words; '' when none. */
  readonly refused: string;
  /** Words that were refused for good, until the agent dismisses them. */
  readonly unsaved: readonly UnsavedWords[];
}

export class DraftSync {
  readonly view = createStore<DraftSyncView>({ unsent: [], saved: null, refused: '', unsaved: [] });
  readonly #socket: DeskSocket;
  readonly #unsentKey: string;
  readonly #unsavedKey: string;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `userId`: what one agent typed and could not save is neither sent nor shown by the next one at this desk. */
  constructor(socket: DeskSocket, userId: string) {
    this.#socket = socket;
    this.#unsentKey = `${storageKey}.${userId}`;
    this.#unsavedKey = `${unsavedStorageKey}.${userId}`;
  }

  /** Takes up what a reloaded page left behind. */
  start(): void {
    this.#setUnsent(parseUnsent(sessionStorage.getItem(this.#unsentKey)));
    this.#setUnsaved(parseUnsaved(sessionStorage.getItem(this.#unsavedKey)));
    this.#timer ??= setInterval(() => {
      this.#send();
    }, 100);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  edit(callId: string, target: EditTarget, value: string): void {
    this.#setUnsent(withEdit(this.view.getSnapshot().unsent, { callId, target, value }, Date.now()));
  }

  /** The agent has seen to these words. */
  dismissUnsaved(key: string): void {
    this.#setUnsaved(withoutUnsaved(this.view.getSnapshot().unsaved, key));
  }

  /** The socket is back. */
  resume(): void {
    this.#setUnsent(markAllDue(this.view.getSnapshot().unsent));
    this.#send();
  }

  /** Sends what waits and tells whether the server has everything of this call. */
  async flush(callId: string): Promise<boolean> {
    const deadlineMs = Date.now() + 5000;
    this.#setUnsent(this.view.getSnapshot().unsent.map((e) => (e.sending ? e : { ...e, notBeforeMs: 0 })));
    while (this.#waits(callId)) {
      this.#send();
      if (Date.now() > deadlineMs) return false;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    return true;
  }

  #waits(callId: string): boolean {
    return this.view.getSnapshot().unsent.some((e) => e.callId === callId);
  }

  #send(): void {
    if (!this.#socket.connected) return;
    for (const edit of dueEdits(this.view.getSnapshot().unsent, Date.now())) {
      const key = editKey(edit.callId, edit.target);
      this.#setUnsent(markSending(this.view.getSnapshot().unsent, key));
      void this.#request(edit).then((result) => {
        this.#onResult(edit, key, result);
      });
    }
  }

  #request({ callId, target, value }: UnsentEdit): Promise<Result<{ readonly rev: number }>> {
    switch (target.type) {
      case 'field':
        return this.#socket.request('draft.edit', { callId, field: target.field, value });
      case 'note':
        return this.#socket.request('draft.note', { callId, note: value });
      case 'confidential':
        return this.#socket.request('draft.confidential', { callId, confidential: value === 'true' });
    }
  }

  #onResult(edit: UnsentEdit, key: string, result: Result<{ readonly rev: number }>): void {
    const { unsent } = this.view.getSnapshot();
    if (result.ok) {
      this.#socket.fold({ type: 'edit-saved', callId: edit.callId, rev: result.value.rev, change: savedChange(edit) });
      this.#setUnsent(markSaved(unsent, key, edit.value, Date.now()));
      this.view.update((v) => ({ ...v, saved: { callId: edit.callId, atMs: serverNowMs() }, refused: '' }));
      return;
    }
    if (result.code === 'unavailable' || result.code === 'too-many-requests') {
      this.#setUnsent(markFailed(unsent, key, Date.now()));
      return;
    }
    // What was typed since the request left is refused as well: the newest words are the ones to keep.
    const newest = unsent.find((e) => editKey(e.callId, e.target) === key) ?? edit;
    this.#setUnsaved(withUnsaved(this.view.getSnapshot().unsaved, newest));
    this.#setUnsent(withoutEdit(unsent, key));
    this.view.update((v) => ({ ...v, refused: result.message }));
  }

  #setUnsent(unsent: readonly UnsentEdit[]): void {
    this.view.update((v) => ({ ...v, unsent }));
    if (unsent.length === 0) sessionStorage.removeItem(this.#unsentKey);
    else sessionStorage.setItem(this.#unsentKey, JSON.stringify(unsent));
  }

  #setUnsaved(unsaved: readonly UnsavedWords[]): void {
    this.view.update((v) => ({ ...v, unsaved }));
    if (unsaved.length === 0) sessionStorage.removeItem(this.#unsavedKey);
    else sessionStorage.setItem(this.#unsavedKey, JSON.stringify(unsaved));
  }
}

function savedChange({ target, value }: UnsentEdit): SavedChange {
  switch (target.type) {
    case 'field':
      return { type: 'field', field: target.field, value };
    case 'note':
      return { type: 'note', note: value };
    case 'confidential':
      return { type: 'confidential', confidential: value === 'true' };
  }
}
