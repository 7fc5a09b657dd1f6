/**
 * The draft of one call: the only caller of the draft engine's `step`. Typed words are durable before they are
 * acknowledged; what the machine finds is saved within a moment (it could be found again from the transcript).
 */
import type { DraftEngine, DraftState } from '../drafts/engine.ts';
import { isSecondDraft, type Draft, type DraftField, type DraftInput, type DraftPatch } from '../drafts/types.ts';
import type { MatterStart, SecondMatterFound } from '../drafts/second-matter.ts';
import type { DraftStore } from '../store/ports.ts';

export interface DraftKeeperOptions {
  readonly state: DraftState;
  readonly machine: DraftEngine;
  readonly store: Pick<DraftStore, 'save'>;
  readonly onPatch: (patch: DraftPatch, by: string) => void;
  readonly onSaveFailed: (error: unknown) => void;
}

type Noticed = Extract<DraftInput, { type: 'speech' | 'call-known' | 'dialect' | 'helper' }>;
export type DraftChange = Exclude<DraftInput, Noticed>;

const SAVE_DELAY_MS = 400;
const RETRY_MS = 2_000;

export class DraftKeeper {
  readonly #options: DraftKeeperOptions;
  #state: DraftState;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #savedRev: number;
  /** Whose draft it is; null until an agent has the call. */
  agentId: string | null = null;
  dropped = false;
  /** Of the call's second matter, once somebody has divided it; hears what this one hears. */
  second: DraftKeeper | null = null;

  constructor(options: DraftKeeperOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#savedRev = options.state.draft.rev;
  }

  get draft(): Draft {
    return this.#state.draft;
  }

  /** False for a value that the engine would leave out: whoever typed it must be told. */
  accepts(input: DraftChange): boolean {
    return input.type !== 'edit' || this.#options.machine.isAllowed(input.field, input.value);
  }

  missing(): readonly DraftField[] {
    return this.#options.machine.missing(this.draft);
  }

  /** From the call or from recognised speech. */
  hear(input: Noticed): void {
    if (this.#apply(input, input.type === 'speech' ? 'asr' : 'call')) this.#saveSoon();
    this.second?.hear(input);
  }

  /** From the agent; durable when it resolves. */
  async change(input: DraftChange, agentId: string): Promise<number> {
    this.agentId = agentId;
    this.#apply(input, agentId);
    await this.save();
    return this.draft.rev;
  }

  #apply(input: DraftInput, by: string): boolean {
    const { state, patch } = this.#options.machine.step(this.#state, input);
    this.#state = state;
    if (patch !== null) this.#options.onPatch(patch, by);
    return patch !== null;
  }

  /** A second matter that the call seems to have. */
  secondMatter(): SecondMatterFound | null {
    return this.second === null && !isSecondDraft(this.draft.callId)
      ? this.#options.machine.secondMatter(this.#state)
      : null;
  }

  /**
   * Two drafts from here on. The second is durable before the first gives its part away: whatever ends this process, what
   * was said stands in one of them.
   */
  async split(start: MatterStart, agentId: string): Promise<DraftKeeper> {
    if (this.second !== null) return this.second;
    const { machine, onPatch } = this.#options;
    const { second } = machine.split(this.#state, start);
    const keeper = this.takeUpSecond(second, agentId);
    const { callId, rev, fields } = second.draft;
    onPatch({ callId, rev, fields }, agentId);
    await keeper.assign(agentId);
    // More may have been said meanwhile.
    const { first } = machine.split(this.#state, start);
    this.#state = first.state;
    if (first.patch !== null) onPatch(first.patch, agentId);
    await this.save();
    return keeper;
  }

  /** The second draft of an earlier process goes on with this one. */
  takeUpSecond(state: DraftState, agentId: string | null): DraftKeeper {
    const keeper = new DraftKeeper({ ...this.#options, state });
    keeper.agentId = agentId;
    this.second = keeper;
    return keeper;
  }

  /** Whether everything, the owner included, is in the database. */
  get isSaved(): boolean {
    return this.#savedRev >= this.draft.rev && this.second?.isSaved !== false;
  }

  #saveSoon(delayMs = SAVE_DELAY_MS): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.save().catch((error: unknown) => {
        this.#failed(error);
      });
    }, delayMs);
  }

  /** The database may be back in a moment; until then the draft lives here. */
  #failed(error: unknown): void {
    this.#options.onSaveFailed(error);
    this.#saveSoon(RETRY_MS);
  }

  /** Resolves when the draft as it stood at the call is durable. */
  async save(): Promise<void> {
    const rev = this.draft.rev;
    while (this.#saving !== undefined) await this.#saving.catch(() => undefined);
    if (this.#savedRev >= rev && (rev > 0 || this.agentId === null)) return;
    this.#saving = this.#write();
    try {
      await this.#saving;
    } finally {
      this.#saving = undefined;
    }
  }

  async #write(): Promise<void> {
    const draft = this.draft;
    await this.#options.store.save(draft, this.agentId);
    this.#savedRev = draft.rev;
  }

  /** Saves the owner together with the draft, even when nothing else has changed. */
  async assign(agentId: string): Promise<void> {
    this.agentId = agentId;
    this.#savedRev = -1;
    await this.save().catch((error: unknown) => {
      this.#failed(error);
    });
    await this.second?.assign(agentId);
  }

  /** Saves at once; a failure is tried again in the background. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.save().catch((error: unknown) => {
      this.#failed(error);
    });
    await this.second?.close();
  }
}
