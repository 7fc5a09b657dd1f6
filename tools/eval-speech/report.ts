/** The report as data: shares by condition, voice and noise, and every call with what went wrong. Pure. */
import type { EvalCall } from './call-file.ts';
import type { Played, Result } from './run.ts';
import { sharesOf, type Judgement, type Shares } from './score.ts';

export interface ReportedCall {
  readonly id: string;
  readonly condition: string;
  readonly voice: string;
  readonly cer: number;
  readonly wrong: readonly Judgement[];
  readonly said: readonly string[];
  readonly heard: readonly string[];
  /** File beside the report, when it was kept. */
  readonly audio: string | null;
}

export interface Report {
  readonly about: string;
  readonly made: string;
  readonly model: string;
  readonly note: string;
  /** What the draft makes of the true words. */
  readonly text: Shares;
  readonly conditions: Readonly<Record<string, Shares>>;
  readonly voices: Readonly<Record<string, Shares>>;
  readonly noises: Readonly<Record<string, Shares>>;
  readonly calls: readonly ReportedCall[];
}

export const SYNTHETIC =
  'Voices are synthetic (espeak-ng), accents and noise are made by rule. These numbers say nothing about real people.';

export interface ReportParts {
  readonly about: string;
  readonly made: string;
  readonly model: string;
  readonly result: Result;
  readonly audioOf: (played: Played) => string | null;
}

const voiceOf = ({ callerVoice: { language, variant } }: EvalCall): string =>
  `${language}${variant === '' ? '' : `+${variant}`}`;

function grouped(played: readonly Played[], keyOf: (p: Played) => string | null): Record<string, Shares> {
  const groups = new Map<string, Played[]>();
  for (const one of played) {
    const key = keyOf(one);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return Object.fromEntries([...groups].map(([key, ones]) => [key, sharesOf(ones.map((p) => p.score))]));
}

function reported({ call, condition, heard, score }: Played, audio: string | null): ReportedCall {
  return {
    id: call.id,
    condition,
    voice: voiceOf(call),
    cer: score.wrongChars / Math.max(1, score.chars),
    wrong: score.judgements.filter((j) => j.verdict !== 'right' && j.verdict !== 'empty'),
    said: call.lines.map((line) => `${line.side === 'caller' ? 'C' : 'A'}: ${line.text}`),
    heard: heard.segments.map((s) => `${s.side === 'caller' ? 'C' : 'A'}: ${s.text}`),
    audio,
  };
}

export function reportOf({ about, made, model, result, audioOf }: ReportParts): Report {
  const { played, text } = result;
  const quiet = played.filter((p) => p.call.noise === null && p.call.accent === 'none');
  return {
    about,
    made,
    model,
    note: SYNTHETIC,
    text: sharesOf(text.map((p) => p.score)),
    conditions: grouped(played, (p) => p.condition),
    voices: grouped(quiet, (p) => voiceOf(p.call)),
    noises: grouped(played, ({ call: { noise } }) => (noise === null ? null : `${noise.kind} ${noise.snrDb} dB`)),
    calls: played.map((p) => reported(p, audioOf(p))),
  };
}

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '   –' : (share * 100).toFixed(1).padStart(5);

/** Columns of the table on the screen: `[heading, field]`. */
const columns = [
  'place',
  'placeParts',
  'classId',
  'classTop3',
  'kind',
  'departmentId',
  'callerName',
  'callbackNumber',
] as const;

/** A table for the terminal: recall in per cent by condition. */
export function tableOf({ text, conditions }: Report): string {
  const width = Math.max(...Object.keys(conditions).map((name) => name.length), 22);
  const row = (name: string, shares: Shares): string =>
    [
      name.padEnd(width),
      String(shares.calls).padStart(5),
      percent(shares.cer).padStart(7),
      ...columns.map((c) => percent(shares.fields[c]?.recall).padStart(Math.max(7, c.length + 1))),
    ].join(' ');
  const head = [
    '% right'.padEnd(width),
    'calls',
    '    CER',
    ...columns.map((c) => c.padStart(Math.max(7, c.length + 1))),
  ].join(' ');
  return [head, row('true words, no speech', text), ...Object.entries(conditions).map(([n, s]) => row(n, s))].join(
    '\n',
  );
}
