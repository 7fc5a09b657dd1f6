import { describe, expect, it } from '@jest/globals';
import { DialectDesk } from '../../../../server/calls/dialect-desk.ts';
import type { LiveCall } from '../../../../server/calls/live-call.ts';
import { SpeechNotes } from '../../../../server/calls/speech-notes.ts';
import type { CallEventBody } from '../../../../server/timeline/events.ts';
import { city, engine } from '../../drafts/support.ts';

function stage(): { desk: DialectDesk; call: LiveCall; did: unknown[] } {
  const did: unknown[] = [];
  const call = {
    closed: false,
    notes: new SpeechNotes(engine, () => 0),
    draft: { hear: (input: unknown) => did.push(input) },
    runner: {
      callId: 'c1',
      input: (input: unknown) => did.push(input),
      speech: { setLanguage: (language: unknown) => did.push(language) },
    },
  } as unknown as LiveCall;
  const desk: DialectDesk = new DialectDesk({
    dialects: city.dialects,
    callOf: () => call,
    emit: (callId, event: CallEventBody) => {
      did.push(event);
      desk.hear({ ...event, callId, seq: 1, atMs: 0 });
    },
  });
  return { desk, call, did };
}

describe('the dialect of a call', () => {
  it('a guess reaches the draft, the line and the choice of the engine', () => {
    const { desk, did } = stage();
    desk.hear({ type: 'dialect.guessed', dialect: 'wu', confidence: 0.7, callId: 'c1', seq: 1, atMs: 0 });
    expect(did).toEqual([{ type: 'dialect', dialectId: 'wu' }, { type: 'dialect', dialect: 'wu' }, 'wuu']);
  });

  it('what the agent sets stands against later guesses; Mandarin takes everything back', () => {
    const { desk, call, did } = stage();
    expect(desk.set(call, '', 'a1')).toBe(true);
    expect(did).toEqual([
      { type: 'dialect.set', dialect: '', agentId: 'a1' },
      { type: 'dialect', dialectId: '' },
      { type: 'dialect', dialect: '' },
      undefined,
    ]);
    const said = { segmentId: 's', side: 'caller', rev: 1, final: true, startMs: 0, endMs: 1, tokens: [] } as const;
    const update = { ...said, text: '阿拉屋里向今朝勿来塞', syllables: [], engine: '', gapBeforeMs: 0 };
    expect(new SpeechNotes(engine, () => 0).hear(update).map((e) => e.type)).toEqual(['dialect.guessed']);
    expect(call.notes.hear(update)).toEqual([]);
    expect(call.notes.dialect).toEqual({ dialectId: '', name: '', confidence: 1, set: true });
  });

  it('refuses a dialect that the city does not have', () => {
    const { desk, call, did } = stage();
    expect(desk.set(call, 'klingon', 'a1')).toBe(false);
    expect(did).toEqual([]);
  });
});
