/** Which files make up a model and how sherpa-onnx is to be told about them. Types only. */

export type ModelFiles =
  | { readonly type: 'toneCtc'; readonly model: string }
  | { readonly type: 'zipformer2Ctc'; readonly model: string }
  | { readonly type: 'wenetCtc'; readonly model: string }
  | { readonly type: 'nemoCtc'; readonly model: string }
  | { readonly type: 'paraformer'; readonly encoder: string; readonly decoder: string }
  | { readonly type: 'transducer'; readonly encoder: string; readonly decoder: string; readonly joiner: string };

export interface ModelPlan {
  readonly name: string;
  readonly description: string;
  readonly languages: readonly string[];
  readonly sampleRateHz: number;
  readonly files: ModelFiles;
  readonly tokens: string;
  /** `lm.json` for models whose tokens are toned syllables; nothing for models that give characters. */
  readonly wording: string | null;
  /** A file of names and words to be expected, one in a line; for models that can be given hints. */
  readonly hotWordsFile?: string;
  /** Another module in place of sherpa-onnx-node, with the same interface. */
  readonly nativeModule?: string;
}

export type FoundModel =
  | { readonly ok: true; readonly plan: ModelPlan }
  /** `reason`: plain words, with what to do. */
  | { readonly ok: false; readonly reason: string };
