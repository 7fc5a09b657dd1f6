/** Drafts of calls that are over (or from before a restart) and still wait to become tickets. */
import { dayOf } from '../drafts/day.ts';
import { callOfDraft, type Draft, type DraftPatch } from '../drafts/types.ts';
import type { Store } from '../store/ports.ts';
import type { DraftEngine } from '../drafts/engine.ts';
import { DraftKeeper } from './draft-keeper.ts';

export interface OpenDraftsOptions {
  readonly store: Store;
  readonly machine: DraftEngine;
  /** The draft of a call that is still in memory; its keeper goes on being the only one. */
  readonly live: (callId: string) => DraftKeeper | undefined;
  readonly onPatch: (agentId: string, patch: DraftPatch) => void;
  readonly onSaveFailed: (error: unknown) => void;
}

export class OpenDrafts {
  readonly #options: OpenDraftsOptions;
  readonly #keepers = new Map<string, DraftKeeper>();
  /** Set before the database is asked, so that two requests at once get the same keeper. */
  readonly #opening = new Map<string, Promise<DraftKeeper | undefined>>();

  constructor(options: OpenDraftsOptions) {
    this.#options = options;
  }

  /** Newest first. */
  async of(agentId: string): Promise<readonly Draft[]> {
    const stored = await this.#options.store.drafts.open(agentId);
    return stored.map((draft) => (this.#options.live(draft.callId) ?? this.#keepers.get(draft.callId))?.draft ?? draft);
  }

  /** The draft of an ended call, if it is this agent's. */
  async open(callId: string, agentId: string): Promise<DraftKeeper | undefined> {
    const known = this.#options.live(callId) ?? this.#keepers.get(callId);
    if (known !== undefined) return known.agentId === agentId ? known : undefined;
    const key = `${callId} ${agentId}`;
    const opening = this.#opening.get(key) ?? this.#load(callId, agentId);
    this.#opening.set(key, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(key);
    }
  }

  async #load(callId: string, agentId: string): Promise<DraftKeeper | undefined> {
    const { store, machine, onPatch, onSaveFailed } = this.#options;
    const draft = (await store.drafts.open(agentId)).find((d) => d.callId === callId);
    if (draft === undefined) return undefined;
    const ofCall = callOfDraft(callId);
    const [transcript, call] = await Promise.all([store.calls.transcript(ofCall), store.calls.call(ofCall)]);
    const state = machine.restore(draft, transcript, {
      callerNumber: call?.from ?? '',
      callerName: '',
      ...(call === undefined ? {} : { day: dayOf(call.arrivedAtMs) }),
    });
    const keeper = new DraftKeeper({
      state,
      machine,
      store: store.drafts,
      onSaveFailed,
      onPatch: (patch) => {
        onPatch(agentId, patch);
      },
    });
    keeper.agentId = agentId;
    this.#keepers.set(callId, keeper);
    return keeper;
  }

  /** The agent's wrap-up is over; the draft is read from the database from now on. */
  leave(callId: string): void {
    this.#keepers.delete(callId);
  }

  forget(callId: string): void {
    this.#keepers.delete(callId);
  }
}
