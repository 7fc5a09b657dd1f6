/**
 * A call heard off line: the same recogniser code as in a call (`CallStream`), the same draft engine, as fast as the processor
 * allows. Both sides go on together, so that sentences come in the order in which they would on the line.
 */
import { readFileSync } from 'node:fs';
import type { SpeechSide, TranscriptUpdate } from '../../asr/ports.ts';
import { CallStream } from '../../asr/engines/sherpa/call-stream.ts';
import { PlainDecoder, ToneDecoder } from '../../asr/engines/sherpa/decoder.ts';
import { findModel } from '../../asr/engines/sherpa/find-model.ts';
import { loadRecognizer } from '../../asr/engines/sherpa/native.ts';
import { sentenceText } from '../../asr/transcript/sentence-text.ts';
import { WordingModel, type WordingCounts } from '../../asr/transcript/wording-model.ts';
import type { DraftEngine, DraftState } from '../../server/drafts/engine.ts';
import type { Draft } from '../../server/drafts/types.ts';
import type { EvalCall } from './call-file.ts';
import type { Conversation } from './conversation.ts';
import { inWords, syllablesToSay } from './pinyin.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = 160;

export interface Heard {
  readonly segments: readonly TranscriptUpdate[];
  readonly draft: Draft;
}

export interface Ear {
  readonly about: string;
  listen(conversation: Conversation): Heard;
}

/** Loads a model folder; rejects with plain words when it is none. */
export async function openEar(modelDir: string, drafts: DraftEngine): Promise<Ear> {
  const found = await findModel(modelDir);
  if (!found.ok) throw new Error(found.reason);
  const { plan } = found;
  // find-model.ts has checked the file's shape.
  const counts = plan.wording === null ? null : (JSON.parse(readFileSync(plan.wording, 'utf8')) as WordingCounts);
  const model = counts === null ? null : new WordingModel(counts);
  const recognizer = loadRecognizer(plan);
  const decoder = (): ToneDecoder | PlainDecoder =>
    plan.files.type === 'toneCtc' ? new ToneDecoder(recognizer) : new PlainDecoder(recognizer);

  return {
    about: plan.description,
    listen: (conversation) => {
      const segments: TranscriptUpdate[] = [];
      let state = begin(drafts, conversation.call);
      const open = (side: SpeechSide): CallStream =>
        new CallStream(decoder(), model, ({ sentence, ...rest }) => {
          if (!rest.final || rest.text === '') return;
          const segment = { ...rest, side, engine: 'sherpa', segmentId: `${side.charAt(0)}-${sentence}` };
          segments.push(segment);
          state = drafts.step(state, { type: 'speech', segment }).state;
        });
      const streams = { caller: open('caller'), agent: open('agent') };
      for (let i = 0; i < conversation.caller.length; i += FRAME_SAMPLES) {
        const atMs = (i / FRAME_SAMPLES) * FRAME_MS;
        for (const side of ['caller', 'agent'] as const) {
          streams[side].accept({ atMs, gapBeforeMs: 0, pcm: conversation[side].subarray(i, i + FRAME_SAMPLES) });
        }
      }
      streams.agent.finish();
      streams.caller.finish();
      return { segments, draft: state.draft };
    },
  };
}

function begin(drafts: DraftEngine, call: EvalCall): DraftState {
  const known = { type: 'call-known', callerNumber: call.callerNumber, callerName: '' } as const;
  return drafts.step(drafts.start(call.id), known).state;
}

/** The same call with a recogniser that makes no mistakes: what is wrong then is the draft's fault. */
export function readOnly(call: EvalCall, drafts: DraftEngine): Heard {
  let state = begin(drafts, call);
  let atMs = 0;
  const segments = call.lines.map((line, i): TranscriptUpdate => {
    const syllables = line.pinyin?.split(/\s+/) ?? syllablesToSay(line.text);
    const segment = wordFor(line.text, syllables, atMs);
    atMs = segment.endMs + line.pauseMs;
    return { ...segment, side: line.side, segmentId: `t-${i}` };
  });
  for (const segment of segments) state = drafts.step(state, { type: 'speech', segment }).state;
  return { segments, draft: state.draft };
}

const SYLLABLE_MS = 200;
const COMMA_MS = 600;

/** A line as a perfect recogniser would give it: numbers as digits, commas at pauses. */
function wordFor(line: string, said: readonly string[], fromMs: number): Omit<TranscriptUpdate, 'side' | 'segmentId'> {
  let atMs = fromMs;
  const pieces = Array.from(inWords(line)).flatMap((char) => {
    if (/[，。？！、；,.?!;\s]/.test(char)) atMs += COMMA_MS;
    if (!/[\u3400-\u9fff]/.test(char)) return [];
    const startMs = atMs;
    atMs += SYLLABLE_MS;
    return [{ text: char, startMs, endMs: atMs }];
  });
  const { text, tokens } = sentenceText(pieces, { final: true });
  const syllables = said.filter((s) => s !== ',');
  const rest = { rev: 1, final: true, engine: 'text', gapBeforeMs: 0 };
  return { ...rest, text, tokens, syllables, startMs: fromMs, endMs: atMs };
}
