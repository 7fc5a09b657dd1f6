/**
 * A city's history as a CSV file: columns `text`, `class` and optionally `time`, named in the first line, in any order,
 * others ignored; UTF-8 with or without a byte-order mark, comma, quotes doubled. Bad rows are listed, never guessed.
 */
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import type { Row } from '../drafts/classify/model.ts';
import type { Label } from './labels.ts';

export interface HistoryRow extends Row {
  /** 0 when the history does not tell. */
  readonly atMs: number;
}

export interface BadRow {
  readonly line: number;
  readonly why: string;
}

export interface History {
  readonly rows: readonly HistoryRow[];
  readonly bad: readonly BadRow[];
}

const MAX_ROWS = 2_000_000;
const MAX_TEXT_CHARS = 20_000;
const LEAST_CHARS = 4;

const cells = z.object({
  text: z.string(),
  class: z.string(),
  time: z.string().optional(),
});
const parsed = z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) });

export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** As spreadsheets write it: `2026/5/1 8:30`, `2026-05-01 08:30:15`, or ISO 8601. NaN when it cannot be read. */
function timeOf(text: string): number {
  if (text === '') return 0;
  const [, year = '', month = '', day = '', rest = ''] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(.*)$/.exec(text) ?? [];
  if (year === '') return Number.NaN;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const clock = rest.trim().replace(/^T/, '');
  return Date.parse(clock === '' ? date : `${date}T${/^\d:/.test(clock) ? '0' : ''}${clock}`);
}

type Read = { readonly ok: true; readonly row: HistoryRow } | { readonly ok: false; readonly why: string };

function readRow(record: Readonly<Record<string, string>>, labelOf: (cell: string) => Label | undefined): Read {
  const found = cells.safeParse(record);
  if (!found.success) return { ok: false, why: 'the columns text and class are needed' };
  const { text, class: cell, time = '' } = found.data;
  const trimmed = text.trim().slice(0, MAX_TEXT_CHARS);
  if (trimmed.length < LEAST_CHARS) return { ok: false, why: 'text is empty or too short' };
  const label = labelOf(cell);
  if (label === undefined)
    return { ok: false, why: `class "${cell.slice(0, 40)}" is not in the catalogue, or means several` };
  const atMs = timeOf(time.trim());
  if (Number.isNaN(atMs)) return { ok: false, why: `time "${time.slice(0, 30)}" cannot be read` };
  return { ok: true, row: { text: trimmed, ...label, atMs } };
}

/** Reads the file row by row. Throws `HistoryError` for a file that is no such CSV at all. */
export async function readHistory(path: string, labelOf: (cell: string) => Label | undefined): Promise<History> {
  const rows: HistoryRow[] = [];
  const bad: BadRow[] = [];
  const parser = createReadStream(path).pipe(
    parse({
      ...{ bom: true, columns: (names: string[]) => names.map((n) => n.trim().toLowerCase()), info: true },
      ...{ skip_empty_lines: true, relax_column_count: true, max_record_size: 1_000_000 },
    }),
  );
  try {
    for await (const one of parser) {
      const { record, info } = parsed.parse(one);
      const read = readRow(record, labelOf);
      if (read.ok) rows.push(read.row);
      else bad.push({ line: info.lines, why: read.why });
      if (rows.length > MAX_ROWS) throw new HistoryError(`more than ${String(MAX_ROWS)} rows`);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new HistoryError(error.message, { cause: error });
    throw error;
  }
  return { rows, bad };
}
