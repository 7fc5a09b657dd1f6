/** Plays a stretch of a call's recording, also while it is still being written. */
import { callOf } from './draft-id.ts';
import { createStore } from './store.ts';

export interface PlayerView {
  readonly callId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly state: 'loading' | 'playing' | 'failed';
}

/** Address of a call's recording. */
export function recordingUrl(callId: string): string {
  return `/api/calls/${encodeURIComponent(callId)}/recording`;
}

export class RecordingPlayer {
  readonly view = createStore<PlayerView | null>(null);
  readonly #audio = new Audio();
  #tries = 0;

  constructor() {
    this.#audio.addEventListener('loadedmetadata', () => {
      const now = this.view.getSnapshot();
      if (now !== null) this.#audio.currentTime = now.startMs / 1000;
    });
    this.#audio.addEventListener('playing', () => {
      this.view.update((v) => (v === null ? v : { ...v, state: 'playing' }));
    });
    this.#audio.addEventListener('timeupdate', () => {
      const now = this.view.getSnapshot();
      if (now !== null && this.#audio.currentTime * 1000 >= now.endMs) this.stop();
    });
    this.#audio.addEventListener('ended', () => {
      this.stop();
    });
    this.#audio.addEventListener('error', () => {
      this.view.update((v) => (v === null ? v : { ...v, state: 'failed' }));
    });
  }

  /** Plays `[startMs, endMs)` on the recording's clock. A second call for the same stretch stops it. */
  play(draftId: string, startMs: number, endMs: number): void {
    const callId = callOf(draftId);
    const now = this.view.getSnapshot();
    if (now !== null && now.state !== 'failed' && now.callId === callId && now.startMs === startMs) {
      this.stop();
      return;
    }
    this.view.set({ callId, startMs, endMs: Math.max(endMs, startMs + 500), state: 'loading' });
    // The file grows while the call goes on: a new query makes the browser fetch its present length.
    this.#tries += 1;
    this.#audio.src = `${recordingUrl(callId)}?n=${Date.now()}-${this.#tries}`;
    this.#audio.play().catch(() => {
      this.view.update((v) => (v?.state === 'loading' ? { ...v, state: 'failed' } : v));
    });
  }

  stop(): void {
    this.view.set(null);
    this.#audio.pause();
    this.#audio.removeAttribute('src');
  }
}
