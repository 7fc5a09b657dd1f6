/** One stream to a remote engine: audio gathered, bounded and timed on the way out; sentences made on the way back. */
import type { AudioFrame, RecognizerStream, RecognizerStreamOptions } from '../../ports.ts';
import { RecordingClock } from '../../transcript/recording-clock.ts';
import { SentenceTracker, type TrackedSentence } from '../../transcript/sentence-tracker.ts';
import { BurstLimit } from './burst-limit.ts';
import type { Heard, SpeechChannel } from './channel.ts';
import { heardSentence, type RunningSentence } from './heard-sentence.ts';
import { joinSamples } from './samples.ts';

const SAMPLES_PER_MS = 8;
const PACKET_SAMPLES = 100 * SAMPLES_PER_MS;
const MAX_FRAME_SAMPLES = 1000 * SAMPLES_PER_MS;
const CLOCK_SLACK_MS = 30;
const END_LIMIT_MS = 2000;
/** No audio for this long: silence is sent in its place, so that the server ends the sentence. */
const IDLE_MS = 1000;
const SILENCE_SAMPLES = 1200 * SAMPLES_PER_MS;
/** Word times outside of this, seen from the audio sent so far, are no times of this stream. */
const TIME_SLACK_MS = 1000;
const LATEST_ANSWER_MS = 8000;
/** Packets that may wait unanswered at a server that answers each. */
const MAX_UNTAKEN = 20;

export interface RemoteStreamOptions extends RecognizerStreamOptions {
  readonly engine: string;
  /** The server answers every packet. */
  readonly acknowledges: boolean;
  readonly nowMs: () => number;
  readonly openChannel: (onHeard: (heard: Heard) => void) => SpeechChannel;
  readonly onClosed: (reason: 'ended' | 'failed', detail: string) => void;
}

export class RemoteStream implements RecognizerStream {
  readonly #options: RemoteStreamOptions;
  readonly #channel: SpeechChannel;
  readonly #clock = new RecordingClock();
  readonly #tracker = new SentenceTracker(null);
  readonly #burst = new BurstLimit();
  #gathered: Int16Array[] = [];
  #gatheredSamples = 0;
  #packetAtMs = 0;
  #sentSamples = 0;
  #untaken = 0;
  #lostMs = 0;
  #running: RunningSentence | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #idle: NodeJS.Timeout | undefined;
  #ending: Promise<void> | undefined;
  #ended: () => void = () => undefined;
  /** When the server last answered while something was waiting for an answer. */
  #answeredAtMs: number;

  constructor(options: RemoteStreamOptions) {
    this.#options = options;
    this.#answeredAtMs = options.nowMs();
    this.#channel = options.openChannel((heard) => {
      this.#hear(heard);
    });
  }

  push(frame: AudioFrame): void {
    if (this.#state !== 'open') return;
    const expectedMs = this.#packetAtMs + this.#gatheredSamples / SAMPLES_PER_MS;
    const jumps = frame.gapBeforeMs > 0 || Math.abs(expectedMs - frame.atMs) > CLOCK_SLACK_MS;
    if (this.#gatheredSamples > 0 && jumps) this.#flush();
    const pcm = frame.pcm.slice(0, MAX_FRAME_SAMPLES);
    this.#lostMs += frame.gapBeforeMs;
    const crowded = this.#options.acknowledges && this.#untaken >= MAX_UNTAKEN;
    if (crowded || !this.#burst.take(pcm.length / SAMPLES_PER_MS, this.#options.nowMs())) {
      this.#lostMs += pcm.length / SAMPLES_PER_MS;
      return;
    }
    this.#tellLoss();
    if (this.#gatheredSamples === 0) this.#packetAtMs = frame.atMs;
    this.#gathered.push(pcm);
    this.#gatheredSamples += pcm.length;
    if (this.#gatheredSamples >= PACKET_SAMPLES) this.#flush();
    this.#watchIdle();
  }

  end(): Promise<void> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  /** Ends a stream whose server has not answered for too long. */
  check(nowMs: number, limitMs: number): void {
    if (!this.#options.acknowledges || this.#untaken === 0) this.#answeredAtMs = nowMs;
    else if (nowMs - this.#answeredAtMs > limitMs) this.close('failed', 'no answer');
  }

  close(reason: 'ended' | 'failed', detail: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#idle);
    this.#channel.close();
    this.#options.onClosed(reason, detail);
    this.#options.onEnd(reason);
    this.#ended();
  }

  async #finish(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#flush();
    this.#state = 'ending';
    const done = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    const timer = setTimeout(() => {
      this.#over();
    }, END_LIMIT_MS);
    this.#channel.finish();
    await done;
    clearTimeout(timer);
  }

  /** What was shown and never finished is finished as it stands. */
  #over(): void {
    if (this.#running !== undefined) this.#say({ type: 'final', text: this.#running.text, words: this.#running.words });
    this.close('ended', '');
  }

  #hear(heard: Heard): void {
    if (this.#state === 'closed') return;
    this.#answeredAtMs = this.#options.nowMs();
    switch (heard.type) {
      case 'partial':
      case 'final':
        this.#say(heard);
        return;
      case 'taken':
        this.#untaken = Math.max(0, this.#untaken - 1);
        return;
      case 'over':
        if (this.#state === 'ending') this.#over();
        else this.close('failed', 'closed by the server');
        return;
      case 'fault':
        this.close('failed', heard.detail);
    }
  }

  #say(heard: Extract<Heard, { type: 'partial' | 'final' }>): void {
    const final = heard.type === 'final';
    const before = this.#running;
    // A final without words after words were shown: they stay.
    const { text, words } = heard.text === '' && before !== undefined ? before : heard;
    if (text === '' && !final) return;
    const nowMs = this.#clock.atMs(this.#sentSamples);
    const endMs = text === before?.text ? before.endMs : nowMs;
    this.#running = { text, words, startMs: before?.startMs ?? nowMs, endMs };
    const sentence = heardSentence(this.#plausible(this.#running), (ms) => this.#clock.atMs(ms * SAMPLES_PER_MS));
    const update = this.#tracker.hear(sentence, final);
    const confidence = final ? heard.confidence : undefined;
    if (update !== undefined) this.#emit(update, confidence);
    if (!final) return;
    this.#running = undefined;
    this.#clock.forgetBefore(this.#sentSamples - END_LIMIT_MS * SAMPLES_PER_MS);
    this.#tellLoss();
  }

  /** Times that cannot be are left out: some servers count from the sentence, not from the beginning. */
  #plausible(running: RunningSentence): RunningSentence {
    const sentMs = this.#sentSamples / SAMPLES_PER_MS;
    const lastMs = running.words.at(-1)?.endMs ?? sentMs;
    const fits = lastMs <= sentMs + TIME_SLACK_MS && lastMs >= sentMs - LATEST_ANSWER_MS;
    return fits ? running : { ...running, words: [] };
  }

  #emit({ sentence, ...rest }: TrackedSentence, confidence: number | undefined): void {
    const { streamId, side, engine, onUpdate } = this.#options;
    const sure = confidence === undefined ? {} : { confidence: Math.min(1, Math.max(0, confidence)) };
    onUpdate({ ...rest, ...sure, segmentId: `${streamId}-${sentence}`, side, engine });
  }

  /** A gap belongs to the sentence after it; one that is being said is finished first. */
  #tellLoss(): void {
    if (this.#lostMs === 0 || this.#tracker.open) return;
    this.#tracker.lost(this.#lostMs);
    this.#lostMs = 0;
  }

  #flush(): void {
    if (this.#gatheredSamples === 0) return;
    const pcm = joinSamples(this.#gathered, this.#gatheredSamples);
    this.#gathered = [];
    this.#gatheredSamples = 0;
    this.#clock.note(this.#sentSamples, this.#packetAtMs);
    this.#send(pcm);
  }

  #send(pcm: Int16Array): void {
    if (this.#untaken === 0) this.#answeredAtMs = this.#options.nowMs();
    this.#sentSamples += pcm.length;
    this.#untaken++;
    this.#channel.send(pcm);
  }

  #watchIdle(): void {
    if (this.#idle !== undefined) {
      this.#idle.refresh();
      return;
    }
    this.#idle = setTimeout(() => {
      if (this.#state !== 'open') return;
      this.#flush();
      if (this.#running !== undefined) this.#send(new Int16Array(SILENCE_SAMPLES));
    }, IDLE_MS);
    this.#idle.unref();
  }
}
