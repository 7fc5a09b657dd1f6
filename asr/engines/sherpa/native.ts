/** sherpa-onnx's node add-on, as far as we use it. Loaded in recogniser children only: a wrong model ends the process. */
import { createRequire } from 'node:module';
import type { ModelFiles, ModelPlan } from './model-plan.ts';

export interface NativeStream {
  acceptWaveform(audio: { readonly sampleRate: number; readonly samples: Float32Array }): void;
}

export interface NativeResult {
  readonly text: string;
  readonly tokens: readonly string[];
  /** Seconds since the stream began or was reset. */
  readonly timestamps: readonly number[];
  readonly num_trailing_blanks?: number;
}

export interface NativeRecognizer {
  createStream(): NativeStream;
  isReady(stream: NativeStream): boolean;
  decode(stream: NativeStream): void;
  /** Every one of them must be ready. */
  decodeStreams(streams: readonly NativeStream[]): void;
  isEndpoint(stream: NativeStream): boolean;
  reset(stream: NativeStream): void;
  getResult(stream: NativeStream): NativeResult;
}

interface NativeModule {
  readonly OnlineRecognizer: new (config: unknown) => NativeRecognizer;
}

const MIN_SILENCE_S = 0.7;
const LONG_SENTENCE_S = 12;

/** Loads the model; ends the process when the files are not what they seem. */
export function loadRecognizer(plan: ModelPlan): NativeRecognizer {
  const { OnlineRecognizer } = createRequire(import.meta.url)(plan.nativeModule ?? 'sherpa-onnx-node') as NativeModule;
  return new OnlineRecognizer(recognizerConfig(plan));
}

/** Only transducers search more than one path, and only they can be given hints. */
const HOT_WORD_SCORE = 1.5;

/** sherpa-onnx's OnlineRecognizerConfig. */
export function recognizerConfig(plan: ModelPlan): Readonly<Record<string, unknown>> {
  const hints = plan.files.type === 'transducer' ? plan.hotWordsFile : undefined;
  const modeling = hints === undefined ? {} : { modelingUnit: 'cjkchar' };
  return {
    featConfig: { sampleRate: plan.sampleRateHz, featureDim: 80 },
    modelConfig: {
      ...modelConfig(plan.files),
      ...modeling,
      tokens: plan.tokens,
      numThreads: 1,
      provider: 'cpu',
      debug: 0,
    },
    ...(hints === undefined
      ? { decodingMethod: 'greedy_search' }
      : {
          decodingMethod: 'modified_beam_search',
          maxActivePaths: 4,
          hotwordsFile: hints,
          hotwordsScore: HOT_WORD_SCORE,
        }),
    // T-one counts chunks as frames, so its own end-of-sentence rule never fires; see tone-decoder.ts.
    enableEndpoint: plan.files.type !== 'toneCtc',
    rule1MinTrailingSilence: 2.4,
    rule2MinTrailingSilence: MIN_SILENCE_S,
    rule3MinUtteranceLength: LONG_SENTENCE_S,
  };
}

function modelConfig(files: ModelFiles): Record<string, unknown> {
  switch (files.type) {
    case 'toneCtc':
      return { toneCtc: { model: files.model } };
    case 'zipformer2Ctc':
      return { zipformer2Ctc: { model: files.model } };
    case 'nemoCtc':
      return { nemoCtc: { model: files.model } };
    case 'wenetCtc':
      return { wenetCtc: { model: files.model, chunkSize: 16, numLeftChunks: 4 } };
    case 'paraformer':
      return { paraformer: { encoder: files.encoder, decoder: files.decoder } };
    case 'transducer':
      return { transducer: { encoder: files.encoder, decoder: files.decoder, joiner: files.joiner } };
  }
}
