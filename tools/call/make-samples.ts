/**
 * Makes the committed sample voices (`sample-caller.wav`, `sample-agent.wav`) with espeak-ng:
 * `npx tsx tools/call/make-samples.ts`. Synthetic voices; nothing here is a recording of a person.
 */
import { execFileSync } from 'node:child_process';
import { pinyin } from 'pinyin-pro';
import { encodeG711 } from '../../telephony/rtp/g711.ts';
import { readWav8k } from '../../telephony/rtp/wav.ts';
import { writeFile } from 'node:fs/promises';

const CALLER =
  '您好，我要投诉。滨江街道锦绣社区旁边的工地，天天半夜还在施工，挖掘机声音很大，老人孩子都睡不着。我姓王，谢谢。';
const AGENT =
  '您好，很高兴为您服务。请您说一下具体的地址。好的，我已经记录下来了，会尽快转给有关部门处理，请您保持电话畅通。';

/** Numbered pinyin for espeak's `cmn-latn-pinyin` voice; its own reading of characters is not to be trusted. */
function toPinyin(text: string): string {
  const sentences = text.split(/[，。]/).filter((part) => part !== '');
  const spell = (part: string): string =>
    pinyin(part, { toneType: 'num', type: 'array' })
      .map((syllable) => syllable.replace(/0$/, '5'))
      .join(' ');
  return sentences.map(spell).join(', ');
}

/** A-law WAV (format tag 6), half the size of PCM. */
function alawWav(pcm: Int16Array): Buffer {
  const data = encodeG711('pcma', pcm);
  const header = Buffer.alloc(46);
  header.write('RIFF', 0);
  header.writeUInt32LE(38 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(6, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(8_000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 38);
  header.writeUInt32LE(data.length, 42);
  return Buffer.concat([header, data]);
}

async function make(name: string, text: string, voice: readonly string[]): Promise<void> {
  const wav = execFileSync('espeak-ng', [...voice, '--stdout', toPinyin(text)], { maxBuffer: 16_000_000 });
  const read = readWav8k(wav);
  if (!read.ok) throw new Error(`espeak-ng gave no usable WAV: ${read.reason}`);
  await writeFile(new URL(name, import.meta.url), alawWav(read.pcm));
}

await make('sample-caller.wav', CALLER, ['-v', 'cmn-latn-pinyin', '-s', '185', '-p', '45']);
await make('sample-agent.wav', AGENT, ['-v', 'cmn-latn-pinyin+f3', '-s', '165', '-p', '60']);
