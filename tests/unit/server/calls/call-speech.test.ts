import { describe, expect, it } from '@jest/globals';
import type { AudioFrame, Recognizer, RecognizerState, RecognizerStreamOptions } from '../../../../asr/ports.ts';
import { CallSpeech } from '../../../../server/calls/call-speech.ts';

/** A recogniser that only remembers what it was given. */
function recorder(): {
  recognizer: Recognizer;
  frames: Record<string, AudioFrame[]>;
  opened: RecognizerStreamOptions[];
  set: (state: RecognizerState) => void;
} {
  const frames: Record<string, AudioFrame[]> = { caller: [], agent: [] };
  const opened: RecognizerStreamOptions[] = [];
  let state: RecognizerState = { type: 'ready' };
  let listener: (state: RecognizerState) => void = () => undefined;
  const recognizer: Recognizer = {
    name: 'recorder',
    description: '',
    capabilities: {
      partials: true,
      tokenTimes: true,
      syllables: false,
      revisedFinals: false,
      confidence: false,
      hotWords: false,
      sampleRateHz: 8_000,
      languages: [],
    },
    get state() {
      return state;
    },
    start: () => Promise.resolve(),
    onState: (told) => {
      listener = told;
      return () => undefined;
    },
    open: (options) => {
      opened.push(options);
      return { push: (frame) => frames[options.side]?.push(frame), end: () => Promise.resolve() };
    },
    close: () => Promise.resolve(),
    report: () => [],
  };
  const set = (next: RecognizerState): void => {
    state = next;
    listener(next);
  };
  return { recognizer, frames, opened, set };
}

const pcm = new Int16Array(480);

describe('the speech of a call', () => {
  it('puts audio on the clock of the recording, each side apart', () => {
    const { recognizer, frames } = recorder();
    const speech = new CallSpeech({ callId: 'c1', recognizer, onUpdate: () => undefined, onState: () => undefined });
    speech.listen(true);
    speech.frame({ side: 'said', atMs: 900, pcm, gapBeforeMs: 0 });
    speech.setRecordingStart(1_000);
    speech.frame({ side: 'said', atMs: 1_060, pcm, gapBeforeMs: 0 });
    speech.frame({ side: 'heard', atMs: 1_060, pcm, gapBeforeMs: 0 });
    expect(frames['caller']?.map((f) => f.atMs)).toEqual([60]);
    expect(frames['agent']).toHaveLength(1);
  });

  it('marks lost audio, but not a hold', () => {
    const { recognizer, frames } = recorder();
    const speech = new CallSpeech({ callId: 'c1', recognizer, onUpdate: () => undefined, onState: () => undefined });
    speech.setRecordingStart(0);
    speech.listen(true);
    speech.frame({ side: 'said', atMs: 0, pcm, gapBeforeMs: 0 });
    speech.frame({ side: 'said', atMs: 560, pcm, gapBeforeMs: 0 });
    speech.listen(false);
    speech.frame({ side: 'said', atMs: 2_000, pcm, gapBeforeMs: 0 });
    speech.listen(true);
    speech.frame({ side: 'said', atMs: 9_000, pcm, gapBeforeMs: 0 });
    expect(frames['caller']?.map((f) => f.gapBeforeMs)).toEqual([0, 500, 0]);
  });

  it('tells when the recogniser is gone and opens new streams when it is back', () => {
    const { recognizer, opened, set } = recorder();
    const told: string[] = [];
    const speech = new CallSpeech({
      callId: 'c1',
      recognizer,
      onUpdate: () => undefined,
      onState: (state) => told.push(state),
    });
    speech.listen(true);
    set({ type: 'off', reason: 'killed' });
    for (const stream of opened) stream.onEnd('failed');
    set({ type: 'ready' });
    expect(told).toEqual(['on', 'off', 'on']);
    expect(opened.map((o) => o.streamId)).toEqual(['c1:c1-', 'c1:a1-', 'c1:c2-', 'c1:a2-']);
  });

  it('begins its own clock when there is no recording', () => {
    const { recognizer, frames } = recorder();
    const speech = new CallSpeech({ callId: 'c1', recognizer, onUpdate: () => undefined, onState: () => undefined });
    speech.listen(true);
    speech.withoutRecording();
    speech.frame({ side: 'said', atMs: 5_000, pcm, gapBeforeMs: 0 });
    expect(frames['caller']?.map((f) => f.atMs)).toEqual([0]);
  });

  it('lets another engine hear the next sentence when the language is known and engines are chosen by it', () => {
    const { recognizer, opened } = recorder();
    const asked: unknown[] = [];
    const chosen: Recognizer = {
      ...recognizer,
      state: { type: 'ready' },
      hearsAlike: (a, b, side) => asked.push([a, b, side]) < 0,
    };
    const told: string[] = [];
    const onUpdate = (update: { readonly segmentId: string }): void => void told.push(update.segmentId);
    const speech = new CallSpeech({ callId: 'c1', recognizer: chosen, onUpdate, onState: () => undefined });
    speech.setRecordingStart(0);
    speech.listen(true);
    const sentence = { segmentId: 's', side: 'caller', rev: 1, text: '喂', startMs: 0, endMs: 1, tokens: [] } as const;
    const say = (at: number, final: boolean): void => {
      opened[at]?.onUpdate({ ...sentence, final, syllables: [], engine: '', gapBeforeMs: 0 });
    };
    say(0, false);
    speech.setLanguage('wuu');
    expect(opened).toHaveLength(2);
    say(0, true);
    expect(asked).toEqual([[undefined, 'wuu', 'caller']]);
    expect(opened.map((o) => [o.side, o.language])).toEqual([
      ['caller', undefined],
      ['agent', undefined],
      ['caller', 'wuu'],
    ]);
    say(2, true);
    expect(told).toEqual(['c1-s', 'c1-s', 'c2-s']);
    expect(opened).toHaveLength(3);
  });

  it('stays with its engine where all languages are heard by one', () => {
    const { recognizer, opened } = recorder();
    const speech = new CallSpeech({ callId: 'c1', recognizer, onUpdate: () => undefined, onState: () => undefined });
    speech.setRecordingStart(0);
    speech.listen(true);
    speech.setLanguage('yue');
    expect(opened).toHaveLength(2);
  });
});
