/**
 * A recogniser child: loads one model, serves many streams, ends when its parent does.
 * May not: keep audio, log speech, live on without its parent.
 */
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { WordingModel, type WordingCounts } from '../../transcript/wording-model.ts';
import type { FromChild, ToChild } from './child-protocol.ts';
import { ChildWork } from './child-work.ts';
import { PlainDecoder, SAMPLE_RATE_HZ, ToneDecoder, type Decoder } from './decoder.ts';
import type { ModelPlan } from './model-plan.ts';
import { loadRecognizer } from './native.ts';

/** The first decoding allocates and is slow; it must not be the first caller's, and not be measured. */
const WARM_UP_S = 1;
const MEASURED_S = 6;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function load(plan: ModelPlan): ChildWork {
  // find-model.ts has checked the file's shape.
  const wording =
    plan.wording === null ? null : new WordingModel(JSON.parse(readFileSync(plan.wording, 'utf8')) as WordingCounts);
  const recognizer = loadRecognizer(plan);
  const decoder = (): Decoder =>
    plan.files.type === 'toneCtc' ? new ToneDecoder(recognizer) : new PlainDecoder(recognizer);
  decodeFor(decoder(), WARM_UP_S);
  const startMs = cpuMs();
  decodeFor(decoder(), MEASURED_S);
  const factor = (cpuMs() - startMs) / 1000 / MEASURED_S;
  return new ChildWork(
    { recognizer, decoder, wording, tell, cpuMs, schedule: setImmediate, rssBytes: () => process.memoryUsage.rss() },
    factor,
  );
}

function decodeFor(decoder: Decoder, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    decoder.accept(new Float32Array(SAMPLE_RATE_HZ));
    while (decoder.step()) decoder.heard();
  }
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

// Speech to text may wait; the audio of the calls may not.
setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
process.on('disconnect', () => {
  process.exit(0);
});
// Ctrl-C reaches the whole process group; the parent decides when this child ends.
process.on('SIGINT', () => undefined);

let work: ChildWork | undefined;
process.on('message', (received) => {
  const message = received as ToChild;
  switch (message.type) {
    case 'load':
      work = load(message.plan);
      tell({ type: 'ready', load: work.load });
      return;
    case 'open':
      work?.open(message.id);
      return;
    case 'audio':
      work?.audio(message.tick, message.parts, message.pcm);
      return;
    case 'final-only':
      work?.finalOnly(message.id, message.on);
      return;
    case 'pause':
      work?.pause(message.id);
      return;
    case 'end':
      work?.end(message.id);
  }
});
