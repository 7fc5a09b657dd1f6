/** Figures of a stretch of time, by whatever is asked. The events come in pages, so that calls are not kept waiting. */
import type { CallEvent, EpochMs } from '../../timeline/events.ts';
import type { SeatLevel } from '../queue-rules.ts';
import { countsBy, dayOf, figuresOf, formulas, type Figures } from './figures.ts';
import { addCounts, noCounts, Tally, type Counts, type TallyRow } from './tally.ts';

export type { SeatLevel };
export const reportKeys = ['queue', 'skill', 'seat', 'slot', 'day'] as const;
export type ReportKey = (typeof reportKeys)[number];

export interface ReportRow {
  /** Queue, skill ('' = none needed), seat level (`none`: nobody answered), start of five minutes (ms), or day. */
  readonly key: string;
  readonly counts: Counts;
  readonly figures: Figures;
}

export interface Report {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly by: ReportKey;
  readonly formulas: typeof formulas;
  readonly total: Omit<ReportRow, 'key'>;
  readonly rows: readonly ReportRow[];
}

export interface ReportOptions {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly by: ReportKey;
  /** Events of calls that came in that time: those of one call together and in order. */
  readonly pages: AsyncIterable<readonly CallEvent[]>;
  readonly seatLevelOf: (agentId: string) => SeatLevel;
  /** `Date.getTimezoneOffset` of the city. */
  readonly offsetMinutes: number;
}

export async function reportOf(options: ReportOptions): Promise<Report> {
  const { fromMs, toMs, by, pages, seatLevelOf } = options;
  const tally = new Tally({ seatLevelOf });
  for await (const page of pages) {
    for (const event of page) tally.add(event);
    for (const callId of new Set(page.map((e) => e.callId))) tally.forget(callId);
  }
  const rows = tally.rows().filter((row) => row.slotMs >= fromMs && row.slotMs < toMs);
  const sums = [...countsBy(rows, (row) => keyOf(row, options))];
  const total = rows.reduce((sum, row) => addCounts(sum, row), noCounts());
  return {
    ...{ fromMs, toMs, by, formulas },
    total: { counts: total, figures: figuresOf(total) },
    rows: sums
      .map(([key, counts]) => ({ key, counts, figures: figuresOf(counts) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function keyOf(row: TallyRow, { by, offsetMinutes }: ReportOptions): string {
  switch (by) {
    case 'queue':
      return row.queue;
    case 'skill':
      return row.skill;
    case 'seat':
      return row.answerer;
    case 'slot':
      return String(row.slotMs);
    case 'day':
      return dayOf(row.slotMs, offsetMinutes);
  }
}
