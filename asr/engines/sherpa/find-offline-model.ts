/** Finds out which model for whole sentences lies in a folder; refuses everything doubtful in plain words. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { findModel } from './find-model.ts';
import type { FoundOffline, OfflineFiles } from './offline-plan.ts';
import { readOnnxFacts } from './onnx-file.ts';

const ADVICE = '请按 docs/recognition.md 放好模型，或在配置 asr.secondPass.modelDir 里写对目录，然后重新启动。';
const refuse = (what: string): FoundOffline => ({ ok: false, reason: `${what}${ADVICE}` });

/** Of several variants the int8 one. */
function choose(names: readonly string[], pattern: RegExp): string | undefined {
  const fitting = names.filter((name) => pattern.test(name) && name.endsWith('.onnx')).sort();
  return fitting.find((name) => name.includes('int8')) ?? fitting[0];
}

/** Looks into `dir`; never throws. */
export async function findOfflineModel(dir: string): Promise<FoundOffline> {
  const folder = path.resolve(dir);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return refuse(`没有找到第二遍识别的模型目录 ${dir}。`);
  if (names.includes('model.json')) return ourOwn(folder);
  if (!names.includes('tokens.txt')) return refuse(`模型目录 ${folder} 里没有 tokens.txt。`);
  const name = path.basename(folder);
  const files = await filesOf(folder, names);
  if (files === 'streaming') return refuse(`模型 ${name} 是流式模型，第二遍要用识别整句的模型。`);
  if (typeof files === 'string') return refuse(files);
  const tokens = path.join(folder, 'tokens.txt');
  const lines = (await readFile(tokens, 'utf8').catch(() => '')).split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return refuse('符号表 tokens.txt 是空的。');
  return { ok: true, plan: { kind: 'offline', name, description: `${name}（${files.type}）`, files, tokens } };
}

/** Our own models are streaming ones; they can be given a whole sentence as well. */
async function ourOwn(folder: string): Promise<FoundOffline> {
  const found = await findModel(folder);
  if (!found.ok) return { ok: false, reason: found.reason.replaceAll('asr.modelDir', 'asr.secondPass.modelDir') };
  const { plan } = found;
  if (plan.wording !== null) return refuse(`模型 ${plan.name} 给出的是音节，第二遍要用给出汉字的模型。`);
  return { ok: true, plan: { kind: 'streaming', name: plan.name, description: plan.description, plan } };
}

/** The files, or what is wrong with them. */
async function filesOf(folder: string, names: readonly string[]): Promise<OfflineFiles | string> {
  const encoder = choose(names, /encoder/);
  const decoder = choose(names, /decoder/);
  const at = (file: string): string => path.join(folder, file);
  if (encoder !== undefined && decoder !== undefined) {
    const fault = (await faultOf(at(encoder))) ?? (await faultOf(at(decoder)));
    if (fault !== undefined) return fault;
    if (choose(names, /joiner/) !== undefined || !/fire-?_?red/i.test(path.basename(folder) + encoder))
      return 'streaming';
    return { type: 'fireRedAsr', encoder: at(encoder), decoder: at(decoder) };
  }
  const single = choose(names, /^(?!.*(encoder|decoder|joiner))/);
  if (single === undefined) return `模型目录 ${folder} 里没有认得的模型文件（.onnx）。`;
  return (await faultOf(at(single))) ?? singleFile(at(single), path.basename(folder));
}

async function singleFile(model: string, folderName: string): Promise<OfflineFiles | string> {
  const facts = await readOnnxFacts(model);
  const type = (facts.ok ? (facts.metadata('model_type') ?? '') : '').toLowerCase();
  const hint = `${type} ${folderName}/${path.basename(model)}`.toLowerCase();
  if (/t-one|decode_chunk_len|streaming/.test(hint) || (facts.ok && facts.metadata('decode_chunk_len') !== undefined)) {
    return 'streaming';
  }
  if (/sense[_-]?voice/.test(hint)) return { type: 'senseVoice', model };
  if (/tele-?speech/.test(hint)) return { type: 'teleSpeechCtc', model };
  if (hint.includes('dolphin')) return { type: 'dolphin', model };
  if (hint.includes('paraformer')) return { type: 'paraformer', model };
  return `认不出模型 ${folderName} 是哪一种（认得 SenseVoice、TeleSpeech、Dolphin、FireRed、Paraformer）。`;
}

async function faultOf(file: string): Promise<string | undefined> {
  const facts = await readOnnxFacts(file);
  if (facts.ok) return undefined;
  const name = path.basename(file);
  switch (facts.fault) {
    case 'missing':
      return `模型文件 ${name} 不存在或读不了。`;
    case 'too-small':
      return `模型文件 ${name} 不完整（太小），可能只下载了指针文件。`;
    case 'not-onnx':
      return `模型文件 ${name} 不是 ONNX 模型，可能已损坏。`;
  }
}
