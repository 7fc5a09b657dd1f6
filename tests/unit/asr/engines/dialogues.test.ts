import { describe, expect, it } from '@jest/globals';
import { funasrDialogue } from '../../../../asr/engines/funasr/funasr-dialogue.ts';
import { explain, responseSchema, spokenWords } from '../../../../asr/engines/google/google-answers.ts';
import { heardSentence, withoutBlanks } from '../../../../asr/engines/remote/heard-sentence.ts';
import { BurstLimit } from '../../../../asr/engines/remote/burst-limit.ts';
import { voskDialogue } from '../../../../asr/engines/vosk/vosk-dialogue.ts';

describe('the dialogue with vosk-server', () => {
  const dialogue = voskDialogue();

  it('asks for 8 kHz and words, and says goodbye letter by letter', () => {
    expect(JSON.parse(dialogue.greeting[0] ?? '')).toEqual({
      config: { sample_rate: 8000, words: true, max_alternatives: 0 },
    });
    expect(dialogue.farewell).toBe('{"eof" : 1}');
  });

  it('counts every answer as one packet taken', () => {
    expect(dialogue.hear('{"partial" : "我 要"}')).toEqual([
      { type: 'partial', text: '我 要', words: [] },
      { type: 'taken' },
    ]);
    expect(
      dialogue.hear(
        '{"result":[{"conf":0.5,"end":1.5,"start":1,"word":"我要"},{"conf":1,"end":2,"start":1.5,"word":"投诉"}],"text":"我要 投诉"}',
      ),
    ).toEqual([
      {
        type: 'final',
        text: '我要 投诉',
        words: [
          { text: '我要', startMs: 1000, endMs: 1500 },
          { text: '投诉', startMs: 1500, endMs: 2000 },
        ],
        confidence: 0.75,
      },
      { type: 'taken' },
    ]);
    expect(dialogue.hear('{"text":""}')[0]).toMatchObject({ type: 'final', text: '', words: [] });
  });

  it.each(['', '[]', '{"alternatives":[]}', '<html>', '{"partial":7}'])('takes %j for a fault', (message) => {
    expect(dialogue.hear(message)[0]).toEqual({ type: 'fault', detail: 'not an answer of vosk-server' });
  });
});

describe('the dialogue with FunASR', () => {
  it('gives hot words and times as JSON in a string, adds pieces up and replaces them', () => {
    const dialogue = funasrDialogue({ hotWords: ['滨江大道'] });
    const { hotwords } = JSON.parse(dialogue.greeting[0] ?? '') as { hotwords: string };
    expect(JSON.parse(hotwords)).toEqual({ 滨江大道: 20 });
    const online = (text: string): string => JSON.stringify({ mode: '2pass-online', text, is_final: true });
    expect(dialogue.hear(online('我要'))).toEqual([{ type: 'partial', text: '我要', words: [] }]);
    expect(dialogue.hear(online('头速'))).toEqual([{ type: 'partial', text: '我要头速', words: [] }]);
    expect(dialogue.hear(online(''))).toEqual([]);
    const offline = { mode: '2pass-offline', text: '我要，投诉。', is_final: false };
    const timestamp = '[[0,200],[200,400],[500,700],[700,900]]';
    expect(dialogue.hear(JSON.stringify({ ...offline, timestamp }))).toMatchObject([
      {
        type: 'final',
        text: '我要，投诉。',
        words: [{ text: '我' }, { text: '要' }, { text: '，' }, { text: '投', startMs: 500 }, {}, {}],
      },
    ]);
    expect(dialogue.hear(online('好'))).toEqual([{ type: 'partial', text: '好', words: [] }]);
    expect(dialogue.farewell).toBe('{"is_speaking":false}');
    expect(dialogue.hear(JSON.stringify({ ...offline, is_final: true, timestamp: 'nonsense' }))).toEqual([
      { type: 'final', text: '我要，投诉。', words: [] },
      { type: 'over' },
    ]);
  });

  it.each(['', '{}', '{"mode":"2pass","text":""}'])('takes %j for a fault', (message) => {
    expect(funasrDialogue({ hotWords: [] }).hear(message)).toEqual([
      { type: 'fault', detail: 'not a message of FunASR' },
    ]);
  });
});

describe('answers of Google', () => {
  it('are read however the client gives durations', () => {
    const words = [
      { word: '我|wo', startTime: { seconds: '1', nanos: 5e8 }, endTime: { seconds: { low: 1 }, nanos: 7e8 } },
      { word: '要', startTime: null, endTime: { seconds: 2 } },
    ];
    const { results } = responseSchema.parse({
      results: [
        {
          alternatives: [{ transcript: '我要', confidence: 0.9, words }],
          isFinal: true,
          resultEndTime: { seconds: 2 },
        },
      ],
    });
    expect(results[0]).toMatchObject({ transcript: '我要', isFinal: true, endMs: 2000 });
    expect(spokenWords(results[0]?.words ?? [], 10_000)).toEqual([
      { text: '我', startMs: 11_500, endMs: 11_700 },
      { text: '要', startMs: 10_000, endMs: 12_000 },
    ]);
    expect(responseSchema.parse({}).results).toEqual([]);
  });

  it.each([
    [11, 'too-long'],
    [14, 'passing'],
    [13, 'passing'],
    [8, 'quota'],
    [7, 'refused'],
    [16, 'refused'],
    [3, 'refused'],
  ])('status %d is %s', (code, kind) => {
    expect(explain(code).kind).toBe(kind);
  });
});

describe('what all servers have in common', () => {
  it.each([
    ['我 要 投诉', '我要投诉'],
    [' ok 我要 wifi 密码 ', 'ok我要wifi密码'],
    ['hello world', 'hello world'],
    ['138 0000 1234', '13800001234'],
  ])('%j without blanks is %j', (text, expected) => {
    expect(withoutBlanks(text)).toBe(expected);
  });

  it('spreads a text over the time it took when there are no times', () => {
    const running = { text: '我要投诉', words: [], startMs: 1400, endMs: 2000 };
    expect(heardSentence(running, (ms) => ms).heardMs).toEqual([1250, 1500, 1750, 2000]);
  });

  it('lets audio come four times as fast as it was spoken, two seconds at once', () => {
    const limit = new BurstLimit();
    expect([limit.take(1000, 0), limit.take(1000, 0), limit.take(20, 0)]).toEqual([true, true, false]);
    expect([limit.take(400, 100), limit.take(20, 100)]).toEqual([true, false]);
  });
});
