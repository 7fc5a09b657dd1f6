/** Models for whole sentences: which files, and how sherpa-onnx is to be told about them. */
import type { ModelPlan } from './model-plan.ts';

export type OfflineFiles =
  | { readonly type: 'senseVoice'; readonly model: string }
  | { readonly type: 'paraformer'; readonly model: string }
  | { readonly type: 'teleSpeechCtc'; readonly model: string }
  | { readonly type: 'dolphin'; readonly model: string }
  | { readonly type: 'fireRedAsr'; readonly encoder: string; readonly decoder: string };

export type OfflinePlan =
  | {
      readonly kind: 'offline';
      readonly name: string;
      readonly description: string;
      readonly files: OfflineFiles;
      readonly tokens: string;
    }
  /** A streaming model that is given the whole sentence at once. */
  | { readonly kind: 'streaming'; readonly name: string; readonly description: string; readonly plan: ModelPlan };

export type FoundOffline =
  { readonly ok: true; readonly plan: OfflinePlan } | { readonly ok: false; readonly reason: string };

/** sherpa-onnx's OfflineRecognizerConfig. */
export function offlineConfig({ files, tokens }: Extract<OfflinePlan, { kind: 'offline' }>): object {
  const { type, ...paths } = files;
  const inside =
    type === 'senseVoice'
      ? { senseVoice: { ...paths, language: 'auto', useInverseTextNormalization: 0 } }
      : type === 'teleSpeechCtc'
        ? { teleSpeechCtc: files.model }
        : { [type]: paths };
  return {
    featConfig: { sampleRate: 16_000, featureDim: type === 'teleSpeechCtc' ? 40 : 80 },
    modelConfig: { ...inside, tokens, numThreads: 1, provider: 'cpu', debug: 0 },
  };
}
