/** Has this page's phone rung by the server, measures what arrives, and judges by the worst of it. */
import type { DeskSocket } from './desk-socket.ts';
import { mosOf, verdictOf, type LineVerdict } from './mos.ts';
import type { LineQuality } from './quality.ts';
import type { SoftPhone } from './soft-phone.ts';
import { createStore } from './store.ts';

export interface LineCheckView {
  readonly state: 'idle' | 'ringing' | 'measuring' | 'done' | 'silent' | 'refused';
  /** When the measuring ends, on this browser's clock. */
  readonly endsAtMs: number;
  readonly worst: LineQuality | null;
  readonly mos: number | null;
  readonly verdict: LineVerdict | null;
  /** What the server said when it would not; '' when it did not answer. */
  readonly refusal: string;
}

const before: LineCheckView = { state: 'idle', endsAtMs: 0, worst: null, mos: null, verdict: null, refusal: '' };
/** Nothing rings within this time: something is wrong with the line to the switch. */
const ringLimitMs = 9_000;

export interface LineCheckParts {
  readonly socket: Pick<DeskSocket, 'request'>;
  readonly phone: Pick<SoftPhone, 'view'>;
}

export class LineCheck {
  readonly view = createStore<LineCheckView>(before);
  readonly #parts: LineCheckParts;
  #lengthMs = 0;
  #ringTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: LineCheckParts) {
    this.#parts = parts;
    parts.phone.view.subscribe(() => {
      this.#onPhone();
    });
  }

  async start(): Promise<void> {
    this.view.set({ ...before, state: 'ringing' });
    clearTimeout(this.#ringTimer);
    this.#ringTimer = setTimeout(() => {
      this.#when('ringing', { state: 'silent' });
    }, ringLimitMs);
    const result = await this.#parts.socket.request('line-check.start', {});
    if (result.ok) this.#lengthMs = result.value.lengthMs;
    else this.#when('ringing', { state: 'refused', refusal: result.message });
  }

  #when(state: LineCheckView['state'], change: Partial<LineCheckView>): void {
    this.view.update((v) => (v.state === state ? { ...v, ...change } : v));
  }

  #onPhone(): void {
    const { session, quality } = this.#parts.phone.view.getSnapshot();
    const isUp = session?.isCheck === true && session.state === 'established';
    if (isUp) {
      clearTimeout(this.#ringTimer);
      this.#when('ringing', { state: 'measuring', endsAtMs: Date.now() + this.#lengthMs });
      if (quality !== null && quality.grade !== 'silent') this.#take(quality);
    } else if (this.view.getSnapshot().state === 'measuring') this.#end();
  }

  #take(quality: LineQuality): void {
    const { state, mos: known } = this.view.getSnapshot();
    const mos = mosOf(quality);
    if (state !== 'measuring' || (known !== null && known <= mos)) return;
    this.view.update((v) => ({ ...v, worst: quality, mos }));
  }

  #end(): void {
    const { worst, mos } = this.view.getSnapshot();
    if (worst === null || mos === null) {
      this.#when('measuring', { state: 'silent' });
      return;
    }
    this.#when('measuring', { state: 'done', verdict: verdictOf(mos) });
    const { roundTripMs, jitterMs, lossShare } = worst;
    void this.#parts.socket.request('line.report', { roundTripMs, jitterMs, lossShare, mos });
  }
}
