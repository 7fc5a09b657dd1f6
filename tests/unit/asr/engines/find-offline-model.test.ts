import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findOfflineModel } from '../../../../asr/engines/sherpa/find-offline-model.ts';
import { offlineConfig } from '../../../../asr/engines/sherpa/offline-plan.ts';

/** What an ONNX file looks like from outside; `meta`: its metadata at the end. */
function onnx(meta: Readonly<Record<string, string>> = {}): Buffer {
  const entries = Object.entries(meta).map(([key, value]) => {
    const body = Buffer.concat([
      Buffer.from([0x0a, key.length]),
      Buffer.from(key),
      Buffer.from([0x12, value.length]),
      Buffer.from(value),
    ]);
    return Buffer.concat([Buffer.from([0x72, body.length]), body]);
  });
  return Buffer.concat([Buffer.from([0x08, 0x07]), Buffer.alloc(20_000, 1), ...entries]);
}

describe('a folder with a model for the second pass', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'offline-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  async function folder(name: string, files: Readonly<Record<string, Buffer | string>>): Promise<string> {
    const dir = path.join(root, name);
    await mkdir(dir);
    for (const [file, content] of Object.entries(files)) await writeFile(path.join(dir, file), content);
    return dir;
  }
  const tokens = '<blk> 0\n我 1\n';

  it.each([
    ['by its metadata', 'a', { 'model.int8.onnx': onnx({ model_type: 'sense_voice_ctc' }) }, 'senseVoice'],
    ['by its name', 'sherpa-onnx-sense-voice-zh', { 'model.onnx': onnx() }, 'senseVoice'],
    ['TeleSpeech', 'sherpa-onnx-telespeech-ctc-int8-zh', { 'model.int8.onnx': onnx() }, 'teleSpeechCtc'],
    ['Dolphin', 'sherpa-onnx-dolphin-base-ctc', { 'model.int8.onnx': onnx() }, 'dolphin'],
    ['Paraformer', 'sherpa-onnx-paraformer-zh', { 'model.int8.onnx': onnx() }, 'paraformer'],
    [
      'FireRed',
      'sherpa-onnx-fire-red-asr-large',
      { 'encoder.int8.onnx': onnx(), 'decoder.int8.onnx': onnx() },
      'fireRedAsr',
    ],
  ])('is known: %s', async (_what, name, files, type) => {
    const found = await findOfflineModel(await folder(name, { ...files, 'tokens.txt': tokens }));
    expect(found).toMatchObject({ ok: true, plan: { kind: 'offline', files: { type } } });
    if (!found.ok || found.plan.kind !== 'offline') return;
    expect(JSON.stringify(offlineConfig(found.plan))).toContain(`"${type}":`);
  });

  it.each([
    ['a folder that is not there', undefined, /没有找到/],
    ['no tokens', { 'model.onnx': onnx() }, /没有 tokens\.txt/],
    ['no model', { 'tokens.txt': tokens }, /没有认得/],
    ['a pointer', { 'tokens.txt': tokens, 'model.onnx': 'version https://git-lfs' }, /太小/],
    ['rubbish', { 'tokens.txt': tokens, 'model.onnx': Buffer.alloc(50_000, 7) }, /不是 ONNX/],
    ['an unknown kind', { 'tokens.txt': tokens, 'model.onnx': onnx() }, /认不出/],
    ['a streaming model', { 'tokens.txt': tokens, 'model.onnx': onnx({ decode_chunk_len: '32' }) }, /流式模型/],
    [
      'a streaming transducer',
      { 'tokens.txt': tokens, 'encoder.onnx': onnx(), 'decoder.onnx': onnx(), 'joiner.onnx': onnx() },
      /流式模型/,
    ],
    ['no symbols', { 'tokens.txt': '', 'model.onnx': onnx({ model_type: 'paraformer' }) }, /tokens\.txt/],
  ])('is refused in plain words: %s', async (_what, files, reason) => {
    const dir = files === undefined ? path.join(root, 'nowhere') : await folder('x', files);
    const found = await findOfflineModel(dir);
    expect(found).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    expect(found).toMatchObject({ reason: expect.stringContaining('asr.secondPass.modelDir') });
  });
});
