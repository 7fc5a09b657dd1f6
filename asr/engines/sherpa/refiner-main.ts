/**
 * A second-pass child: hears one finished sentence after the other with an offline model.
 * May not: keep audio, log speech, live on without its parent.
 */
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { ToneDecoder, PlainDecoder, SAMPLE_RATE_HZ } from './decoder.ts';
import { loadRecognizer } from './native.ts';
import { offlineConfig, type OfflinePlan } from './offline-plan.ts';
import type { FromRefiner, ToRefiner } from './refiner-protocol.ts';

interface Sentence {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly heardMs: readonly number[];
}
type Hear = (samples: Float32Array) => Sentence;

interface NativeOffline {
  createStream(): { acceptWaveform(audio: { sampleRate: number; samples: Float32Array }): void };
  decode(stream: unknown): void;
  getResult(stream: unknown): { text: string; tokens?: string[]; timestamps?: number[] };
}

function load(plan: OfflinePlan): Hear {
  return plan.kind === 'offline' ? offlineEar(plan) : streamingEar(plan);
}

function offlineEar(plan: Extract<OfflinePlan, { kind: 'offline' }>): Hear {
  const { OfflineRecognizer } = createRequire(import.meta.url)('sherpa-onnx-node') as {
    OfflineRecognizer: new (config: object) => NativeOffline;
  };
  const recognizer = new OfflineRecognizer(offlineConfig(plan));
  return (samples) => {
    const stream = recognizer.createStream();
    stream.acceptWaveform({ sampleRate: SAMPLE_RATE_HZ, samples });
    recognizer.decode(stream);
    const { text, tokens = [], timestamps = [] } = recognizer.getResult(stream);
    return { text, tokens, heardMs: timestamps.map((s) => s * 1000) };
  };
}

function streamingEar({ plan }: Extract<OfflinePlan, { kind: 'streaming' }>): Hear {
  const recognizer = loadRecognizer(plan);
  return (samples) => {
    const decoder = plan.files.type === 'toneCtc' ? new ToneDecoder(recognizer) : new PlainDecoder(recognizer);
    decoder.accept(samples);
    decoder.flush();
    while (decoder.step());
    const { text, tokens, timesMs } = decoder.heard();
    return { text, tokens, heardMs: timesMs };
  };
}

function tell(message: FromRefiner): void {
  if (process.connected) process.send?.(message);
}

process.on('disconnect', () => {
  process.exit(0);
});
process.on('SIGINT', () => undefined);

const NICE = 14;

let hear: Hear | undefined;
process.on('message', (message: ToRefiner) => {
  switch (message.type) {
    case 'load':
      hear = load(message.plan);
      // After live text (10), and far after the audio of the calls.
      setPriority(0, NICE);
      tell({ type: 'ready' });
      return;
    case 'refine': {
      const samples = Float32Array.from(message.pcm, (sample) => sample / 32_768);
      const sentence = hear?.(samples) ?? { text: '', tokens: [], heardMs: [] };
      tell({ type: 'refined', id: message.id, ...sentence });
    }
  }
});
