/** Confirmed tickets as rows to learn from. Confidential ones stay out of it. */
import type { CatalogueClass } from '../../config/city.ts';
import type { Row } from '../drafts/classify/model.ts';
import type { CallStore, TicketRow, TicketStore } from '../store/ports.ts';
import { withoutNumbers } from './history-file.ts';

export interface TicketRowsOptions {
  readonly tickets: Pick<TicketStore, 'recent'>;
  readonly calls: Pick<CallStore, 'transcript'>;
  readonly catalogue: readonly CatalogueClass[];
  /** The newest so many. */
  readonly limit: number;
}

const MAX_CHARS = 4_000;
/** A caller who said less than this is better told by the summary. */
const LEAST_SAID_CHARS = 12;

/** What was said in a call with two tickets is about both: then the summary tells more. */
async function textOf(ticket: TicketRow, isAlone: boolean, calls: Pick<CallStore, 'transcript'>): Promise<string> {
  const said = (await calls.transcript(ticket.callId))
    .filter((segment) => segment.side === 'caller')
    .map((segment) => segment.text)
    .join('，');
  const text = isAlone && said.length >= LEAST_SAID_CHARS ? said : ticket.fields.summary.value;
  return withoutNumbers(text).slice(0, MAX_CHARS);
}

/** One after another: the database has calls to serve meanwhile. */
export async function* ticketRows({ tickets, calls, catalogue, limit }: TicketRowsOptions): AsyncGenerator<Row> {
  const topOf = new Map(catalogue.map((leaf) => [leaf.id, leaf.path[0]]));
  const newest = await tickets.recent(limit);
  const perCall = new Map<string, number>();
  for (const { callId } of newest) perCall.set(callId, (perCall.get(callId) ?? 0) + 1);
  for (const ticket of newest) {
    const label = ticket.fields.classId.value;
    const top = topOf.get(label);
    if (ticket.confidential || top === undefined) continue;
    const text = await textOf(ticket, perCall.get(ticket.callId) === 1, calls);
    if (text.trim() !== '') yield { text, label, top };
  }
}
