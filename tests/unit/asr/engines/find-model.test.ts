import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findModel } from '../../../../asr/engines/sherpa/find-model.ts';

/** Looks like an ONNX file from outside, with one metadata entry at its end. */
function onnx(metadata: Readonly<Record<string, string>> = {}): Buffer {
  const entries = Object.entries(metadata).map(([key, value]) => {
    const inner = Buffer.concat([
      Buffer.from([0x0a, key.length]),
      Buffer.from(key),
      Buffer.from([0x12, value.length]),
      Buffer.from(value),
    ]);
    return Buffer.concat([Buffer.from([0x72, inner.length]), inner]);
  });
  return Buffer.concat([Buffer.from([0x08, 0x08]), Buffer.alloc(20_000), ...entries]);
}

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'find-model-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function folder(files: Readonly<Record<string, string | Buffer>>): Promise<ReturnType<typeof findModel>> {
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(dir, name), content);
  return findModel(dir);
}
const tokens = '<blk> 0\n我 1\n';
const at = (name: string): string => path.join(dir, name);

describe('findModel', () => {
  it('knows the committed demo model', async () => {
    expect(await findModel('asr/models/demo-zh-8k')).toMatchObject({
      ok: true,
      plan: {
        name: 'demo-zh-8k',
        sampleRateHz: 8000,
        files: { type: 'toneCtc' },
        wording: expect.stringMatching(/lm\.json$/),
      },
    });
  });

  it('knows a streaming transducer and prefers its int8 files', async () => {
    const files = {
      'encoder-a.onnx': onnx(),
      'encoder-a.int8.onnx': onnx(),
      'decoder-a.onnx': onnx(),
      'joiner-a.onnx': onnx(),
    };
    expect(await folder({ ...files, 'tokens.txt': tokens })).toMatchObject({
      ok: true,
      plan: {
        sampleRateHz: 16_000,
        wording: null,
        files: {
          type: 'transducer',
          encoder: at('encoder-a.int8.onnx'),
          decoder: at('decoder-a.onnx'),
          joiner: at('joiner-a.onnx'),
        },
      },
    });
  });

  it('knows a streaming paraformer', async () => {
    const files = { 'encoder.int8.onnx': onnx(), 'decoder.int8.onnx': onnx(), 'tokens.txt': tokens };
    expect(await folder(files)).toMatchObject({ ok: true, plan: { files: { type: 'paraformer' } } });
  });

  it.each([
    ['t-one by its metadata', 'model.onnx', { model_type: 't-one', state_dim: '100' }, 'toneCtc'],
    ['zipformer2 by its metadata', 'model.int8.onnx', { model_type: 'zipformer2' }, 'zipformer2Ctc'],
    [
      'zipformer2 by its chunk',
      'ctc-epoch-20-avg-1-chunk-16-left-128.onnx',
      { decode_chunk_len: '32' },
      'zipformer2Ctc',
    ],
    ['wenet by its name', 'model-streaming.int8.onnx', {}, 'wenetCtc'],
  ])('knows %s', async (_what, name, metadata, type) => {
    expect(await folder({ [name]: onnx(metadata), 'tokens.txt': tokens })).toMatchObject({
      ok: true,
      plan: { files: { type } },
    });
  });

  it.each([
    [
      'a whole-sentence model',
      { 'model.onnx': onnx({ model_type: 'sense_voice_ctc' }), 'tokens.txt': tokens },
      '不能边说边出字',
    ],
    ['a model that does not stream', { 'model.onnx': onnx(), 'tokens.txt': tokens }, '不像流式模型'],
    ['no token list', { 'model.onnx': onnx() }, '没有 tokens.txt'],
    ['no model', { 'tokens.txt': tokens }, '没有认得的流式模型'],
    [
      'an empty model file',
      { 'encoder.onnx': '', 'decoder.onnx': onnx(), 'tokens.txt': tokens },
      'encoder.onnx 不完整',
    ],
    ['a manifest that is no JSON', { 'model.json': '{' }, 'model.json 有误（全文）'],
    [
      'a manifest that points elsewhere',
      {
        'model.json': JSON.stringify({
          format: 1,
          name: 'x',
          description: 'x',
          sampleRateHz: 8000,
          type: 'toneCtc',
          units: 'characters',
          files: { model: '../../etc/passwd', tokens: 'tokens.txt' },
        }),
      },
      '同一目录',
    ],
  ])('refuses %s in plain words', async (_what, files, reason) => {
    expect(await folder(files)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});
