/**
 * Plays voices into many streams at the speed of speech, 20 ms at a time, each stream a little later than the one before. The
 * same for both subjects; how late the clock itself was is told.
 */
const FRAME_MS = 20;
export const FRAME_SAMPLES = 160;
/** Streams begin spread over this time, in steps that no chunk is a multiple of. */
const SPREAD_MS = 1000;
const STEP_MS = 37;

export interface FeedPlan {
  readonly streams: number;
  readonly voices: readonly Int16Array[];
  readonly forMs: number;
}

export interface Fed {
  /** When sample 0 of each stream was given, by performance.now(). */
  readonly startsAtMs: readonly number[];
}

export type Give = (stream: number, atMs: number, pcm: Int16Array) => void;

/** Resolves when the time is over. */
export function feed({ streams, voices, forMs }: FeedPlan, give: Give): Promise<Fed> {
  const beginMs = performance.now() + 50;
  const startsAtMs = Array.from({ length: streams }, (_, i) => beginMs + ((i * STEP_MS) % SPREAD_MS));
  const given = new Array<number>(streams).fill(0);
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const nowMs = performance.now();
      for (let stream = 0; stream < streams; stream++) {
        const voice = voices[stream % voices.length] ?? new Int16Array(FRAME_SAMPLES);
        // A frame is given when its last sample was spoken.
        const due = Math.floor((nowMs - (startsAtMs[stream] ?? 0)) / FRAME_MS);
        while ((given[stream] ?? 0) < due) {
          const frame = given[stream] ?? 0;
          const at = (frame * FRAME_SAMPLES) % (voice.length - FRAME_SAMPLES);
          give(stream, frame * FRAME_MS, voice.subarray(at, at + FRAME_SAMPLES));
          given[stream] = frame + 1;
        }
      }
      if (nowMs - beginMs < forMs) return;
      clearInterval(timer);
      resolve({ startsAtMs });
    }, FRAME_MS / 2);
  });
}
