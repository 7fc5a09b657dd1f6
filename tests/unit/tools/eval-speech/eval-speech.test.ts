import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../asr/training/sentences/random.ts';
import { loadCity } from '../../../../config/load-city.ts';
import { createDraftEngine } from '../../../../server/drafts/engine.ts';
import { accented, accents } from '../../../../tools/eval-speech/accents.ts';
import { parseCallFile, type EvalCall } from '../../../../tools/eval-speech/call-file.ts';
import { readOnly } from '../../../../tools/eval-speech/listen.ts';
import { inWords, syllablesToSay } from '../../../../tools/eval-speech/pinyin.ts';
import { pageOf } from '../../../../tools/eval-speech/page.ts';
import { reportOf } from '../../../../tools/eval-speech/report.ts';
import { resolveCall } from '../../../../tools/eval-speech/resolve.ts';
import { editDistance, scoreCall, sharesOf, written } from '../../../../tools/eval-speech/score.ts';
import { throughLine } from '../../../../tools/eval-speech/telephone.ts';
import { matters } from '../../../../tools/eval-speech/writing/matters.ts';
import { writeCalls } from '../../../../tools/eval-speech/writing/write-calls.ts';

const city = await loadCity('config/sample/jiangcheng');
const drafts = createDraftEngine(city);

function callOf(json: object): EvalCall {
  const parsed = parseCallFile(JSON.stringify({ calls: [json] }));
  const [call] = parsed.ok ? parsed.file.calls : [];
  if (call === undefined) throw new Error(JSON.stringify(parsed));
  return call;
}

const oil = {
  id: 'oil',
  lines: [
    { side: 'agent', text: '您好' },
    { side: 'caller', text: '我要投诉，楼下烧烤店油烟太大了，在滨江街道锦绣花园三号楼' },
    { side: 'caller', text: '我的电话是13812345678' },
  ],
  fields: {
    kind: '投诉',
    classId: '生态环境›大气污染›餐饮油烟',
    streetId: '滨江街道',
    communityId: '锦绣社区',
    placeParts: ['锦绣花园', '3号楼'],
    callbackNumber: '13812345678',
    callerName: '',
  },
};

describe('calls written by others', () => {
  it('are completed and their values resolved', () => {
    const resolved = resolveCall(city, callOf(oil));
    expect(resolved).toMatchObject({
      ok: true,
      value: { accent: 'none', noise: null, fields: { kind: 'complaint', classId: 'c010101', streetId: 'binjiang' } },
    });
  });

  it.each([
    ['an unknown key', { ...oil, speed: 3 }, /calls\.0.*speed|Unrecognized/],
    ['a field that there is not', { ...oil, fields: { colour: 'red' } }, /colour/],
    ['no lines', { ...oil, lines: [] }, /lines/],
    ['a voice that is a command', { ...oil, callerVoice: { variant: 'f3 -w /etc' } }, /variant/],
  ])('are refused with %s', (_name, json, reason) => {
    const parsed = parseCallFile(JSON.stringify({ calls: [json] }));
    expect(parsed.ok ? '' : parsed.faults.join('\n')).toMatch(reason);
  });

  it('are refused when the city does not have a place, or the accent is unknown', () => {
    const elsewhere = resolveCall(city, callOf({ ...oil, fields: { streetId: '南京路街道' } }));
    expect(elsewhere).toMatchObject({ ok: false, reason: expect.stringContaining('南京路街道') });
    expect(resolveCall(city, callOf({ ...oil, accent: 'martian' }))).toMatchObject({ ok: false });
  });
});

describe('the writer', () => {
  const calls = writeCalls(city, 40, 7);

  it('gives the same calls for the same seed, in the documented form', () => {
    expect(writeCalls(city, 40, 7)).toEqual(calls);
    expect(writeCalls(city, 40, 8)).not.toEqual(calls);
    expect(parseCallFile(JSON.stringify({ calls }))).toMatchObject({ ok: true });
    for (const call of calls) expect(resolveCall(city, call)).toEqual({ ok: true, value: call });
  });

  it('says the number that it holds for true, and no class that the city lacks', () => {
    for (const { lines, fields } of calls) {
      const said = lines.map((l) => written(l.text)).join('');
      expect(said).toContain(fields.callbackNumber);
    }
    expect(matters.filter((m) => !city.catalogue.some((c) => c.id === m.classId))).toEqual([]);
  });
});

describe('what is said', () => {
  it('reads digits as people do', () => {
    expect(inWords('18号，电话13812345678')).toBe('十八号，电话幺三八幺二三四五六七八');
    expect(syllablesToSay('停水了，110')).toEqual(['ting2', 'shui3', 'le5', ',', 'yi4', 'bai3', 'yi1', 'shi2']);
  });

  it('changes the sounds of an accent and leaves pauses and tones alone', () => {
    const always = { about: '', changes: { flat: 1, 'n-l': 1, 'ing-in': 1 } };
    expect(accented(['shi4', ',', 'nan2', 'jing1'], always, seededRandom(1))).toEqual(['si4', ',', 'lan2', 'jin1']);
    expect(accented(['shi4'], accents['none'] ?? always, seededRandom(1))).toEqual(['shi4']);
  });
});

describe('the line', () => {
  const speech = Int16Array.from({ length: 8_000 }, (_, i) =>
    Math.round(8_000 * Math.sin((i * 2 * Math.PI * 1_000) / 8_000)),
  );
  const level = (pcm: Int16Array): number => Math.sqrt(pcm.reduce((sum, s) => sum + s * s, 0) / pcm.length);
  const line = { random: seededRandom(2), spoken: new Uint8Array(8_000).fill(1), voices: speech };

  it('lets the middle of the band through, and not what lies below', () => {
    const low = Int16Array.from({ length: 8_000 }, (_, i) =>
      Math.round(8_000 * Math.sin((i * 2 * Math.PI * 60) / 8_000)),
    );
    expect(level(throughLine(speech, { ...line, noise: null })) / level(speech)).toBeCloseTo(1, 1);
    expect(level(throughLine(low, { ...line, noise: null })) / level(low)).toBeLessThan(0.1);
  });

  it.each(['street', 'white', 'babble'] as const)('adds %s noise at the level asked for', (kind) => {
    const without = throughLine(speech, { ...line, noise: null });
    const withNoise = throughLine(speech, { ...line, noise: { kind, snrDb: 10 } });
    const rest = level(withNoise.map((s, i) => s - (without[i] ?? 0)));
    expect(20 * Math.log10(level(without) / rest)).toBeCloseTo(10, 0);
  });
});

describe('scores', () => {
  it('counts changes of characters', () => {
    expect(editDistance(Array.from('停水三天'), Array.from('停水山天了'))).toBe(2);
    expect(written('三号楼，幺三八幺二三四五六七八')).toBe('3号楼13812345678');
  });

  it('finds true words right, and what was changed wrong', () => {
    const resolved = resolveCall(city, callOf(oil));
    if (!resolved.ok) throw new Error(resolved.reason);
    const call = resolved.value;
    const score = scoreCall(call, readOnly(call, drafts));
    expect(score.wrongChars).toBe(0);
    expect(score.judgements.filter((j) => j.verdict !== 'right' && j.verdict !== 'empty')).toEqual([]);
    const other = scoreCall(
      { ...call, fields: { ...call.fields, callbackNumber: '13812345679', kind: 'praise' } },
      readOnly(call, drafts),
    );
    expect(other.judgements.filter((j) => j.verdict === 'wrong').map((j) => j.field)).toEqual([
      'kind',
      'callbackNumber',
    ]);
    const shares = sharesOf([score, other]);
    expect(shares.fields.kind).toEqual({ precision: 0.5, recall: 0.5, wanted: 2, filled: 2, right: 1 });
    expect(shares.fields.callerName).toMatchObject({ precision: null, recall: null });
  });

  it('come as a page that shows them and trusts no text', () => {
    const call = callOf({
      ...oil,
      id: 'x',
      lines: [{ side: 'caller', text: '<script>停水' }],
      fields: { kind: 'help' },
    });
    const heard = readOnly(call, drafts);
    const played = [{ condition: 'clean', call, heard, score: scoreCall(call, heard) }];
    const report = reportOf({
      about: 'a',
      made: 'b',
      model: 'c',
      result: { played, text: played },
      audioOf: () => 'audio/x.wav',
    });
    expect(pageOf(report)).toContain('&lt;script&gt;停水');
    expect(pageOf(report)).toContain('src="audio/x.wav"');
    expect(pageOf(report)).not.toContain('<script>停水');
  });
});
