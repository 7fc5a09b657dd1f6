/**
 * Finds out which model lies in a folder: our own with `model.json`, or one downloaded for sherpa-onnx, known by its files.
 * Everything doubtful is refused here in plain words, because sherpa-onnx ends the process on a wrong file.
 */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { FoundModel, ModelFiles, ModelPlan } from './model-plan.ts';
import { readOnnxFacts } from './onnx-file.ts';

const manifestSchema = z.object({
  format: z.literal(1),
  name: z.string().min(1),
  description: z.string().min(1),
  sampleRateHz: z.number().int().min(8000).max(48_000),
  languages: z.array(z.string()).default([]),
  type: z.literal('toneCtc'),
  units: z.enum(['syllables', 'characters']),
  files: z.object({ model: z.string(), tokens: z.string(), wording: z.string().optional() }),
});

const ADVICE = '请按 docs/recognition.md 放好模型，或在配置 asr.modelDir 里写对目录，然后重新启动。';
const refuse = (what: string): FoundModel => ({ ok: false, reason: `${what}${ADVICE}` });

/** Looks into `dir`; never throws. */
export async function findModel(dir: string): Promise<FoundModel> {
  const folder = path.resolve(dir);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return refuse(`没有找到语音识别模型目录 ${dir}。`);
  const found = names.includes('model.json') ? await fromManifest(folder) : fromFiles(folder, names);
  if (!found.ok) return found;
  return (await faultOf(found.plan)) ?? (await withMetadata(found.plan));
}

async function fromManifest(folder: string): Promise<FoundModel> {
  const text = await readFile(path.join(folder, 'model.json'), 'utf8').catch(() => '');
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || '全文').join('、');
    return refuse(`模型说明 model.json 有误（${where}）。`);
  }
  const { files, units, name, description, languages, sampleRateHz, type } = parsed.data;
  if (units === 'syllables' && files.wording === undefined) return refuse('模型说明 model.json 缺少 files.wording。');
  const inside = [files.model, files.tokens, files.wording ?? ''].every((file) => path.basename(file) === file);
  if (!inside) return refuse('模型说明 model.json 里的文件必须在同一目录。');
  const at = (file: string): string => path.join(folder, file);
  const plan: ModelPlan = {
    name,
    description,
    languages,
    sampleRateHz,
    files: { type, model: at(files.model) },
    tokens: at(files.tokens),
    wording: units === 'syllables' && files.wording !== undefined ? at(files.wording) : null,
  };
  return { ok: true, plan };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // The schema says that it is not usable.
  }
}

/** Of several variants the int8 one: smaller and faster on a processor, nearly as good. */
function choose(names: readonly string[], pattern: RegExp): string | undefined {
  const fitting = names.filter((name) => pattern.test(name) && name.endsWith('.onnx')).sort();
  return fitting.find((name) => name.includes('int8')) ?? fitting[0];
}

function fromFiles(folder: string, names: readonly string[]): FoundModel {
  if (!names.includes('tokens.txt')) return refuse(`模型目录 ${folder} 里没有 tokens.txt。`);
  const files = layoutOf(folder, names);
  if (files === undefined) return refuse(`模型目录 ${folder} 里没有认得的流式模型文件（.onnx）。`);
  const name = path.basename(folder);
  const plan: ModelPlan = {
    name,
    description: `${name}（${files.type}）`,
    languages: ['zh-CN'],
    sampleRateHz: files.type === 'toneCtc' ? 8000 : 16_000,
    files,
    tokens: path.join(folder, 'tokens.txt'),
    wording: null,
  };
  return { ok: true, plan };
}

function layoutOf(folder: string, names: readonly string[]): ModelFiles | undefined {
  const encoder = choose(names, /encoder/);
  const decoder = choose(names, /decoder/);
  const joiner = choose(names, /joiner/);
  const at = (file: string): string => path.join(folder, file);
  if (encoder !== undefined && decoder !== undefined) {
    if (joiner !== undefined)
      return { type: 'transducer', encoder: at(encoder), decoder: at(decoder), joiner: at(joiner) };
    return { type: 'paraformer', encoder: at(encoder), decoder: at(decoder) };
  }
  const single = choose(names, /^(?!.*(encoder|decoder|joiner))/);
  if (single === undefined) return undefined;
  const model = at(single);
  const hint = `${path.basename(folder)}/${single}`.toLowerCase();
  if (/t-?one/.test(hint)) return { type: 'toneCtc', model };
  if (hint.includes('wenet') || single.startsWith('model-streaming')) return { type: 'wenetCtc', model };
  if (hint.includes('nemo')) return { type: 'nemoCtc', model };
  return { type: 'zipformer2Ctc', model };
}

async function faultOf(plan: ModelPlan): Promise<FoundModel | undefined> {
  const { type: _type, ...files } = plan.files;
  for (const file of Object.values(files)) {
    const facts = await readOnnxFacts(file);
    if (facts.ok) continue;
    const name = path.basename(file);
    switch (facts.fault) {
      case 'missing':
        return refuse(`模型文件 ${name} 不存在或读不了。`);
      case 'too-small':
        return refuse(`模型文件 ${name} 不完整（太小），可能只下载了指针文件。`);
      case 'not-onnx':
        return refuse(`模型文件 ${name} 不是 ONNX 模型，可能已损坏。`);
    }
  }
  const tokens = await readFile(plan.tokens, 'utf8').catch(() => '');
  const lines = tokens.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || !lines.every((line) => /\s\d+\s*$/.test(line))) {
    return refuse(`符号表 ${path.basename(plan.tokens)} 不对：每行应是“符号 编号”。`);
  }
  return plan.wording === null ? undefined : wordingFault(plan.wording);
}

async function wordingFault(file: string): Promise<FoundModel | undefined> {
  const counts = z.object({ lex: z.record(z.string(), z.record(z.string(), z.number())) });
  const text = await readFile(file, 'utf8').catch(() => '');
  return counts.safeParse(parseJson(text)).success ? undefined : refuse(`用字表 ${path.basename(file)} 缺失或已损坏。`);
}

/** The metadata of a single-file model says more than its name. */
async function withMetadata(plan: ModelPlan): Promise<FoundModel> {
  if (!('model' in plan.files)) return { ok: true, plan };
  const { model } = plan.files;
  const facts = await readOnnxFacts(model);
  const type = (facts.ok ? (facts.metadata('model_type') ?? '') : '').toLowerCase();
  if (/sense_voice|whisper|moonshine|telespeech|dolphin|fire_red|offline/.test(type)) {
    return refuse(`模型 ${plan.name} 只能识别整句，不能边说边出字，请换流式（streaming）模型。`);
  }
  if (plan.files.type === 'toneCtc' && (!facts.ok || facts.metadata('state_dim') === undefined)) {
    return refuse(`模型文件 ${path.basename(model)} 不是 T-one 流式模型（缺少 state_dim）。`);
  }
  if (type === 't-one') return { ok: true, plan: { ...plan, sampleRateHz: 8000, files: { type: 'toneCtc', model } } };
  if (type === 'zipformer2') return { ok: true, plan: { ...plan, files: { type: 'zipformer2Ctc', model } } };
  if (plan.files.type === 'zipformer2Ctc' && facts.ok && facts.metadata('decode_chunk_len') === undefined) {
    return refuse(`模型 ${plan.name} 不像流式模型（缺少 decode_chunk_len）。`);
  }
  return { ok: true, plan };
}
