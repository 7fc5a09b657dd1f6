/** Earlier tickets of the sample city, made up. */
import { displayOf } from '../../../server/drafts/display.ts';
import { draftFields, type DraftField } from '../../../server/drafts/types.ts';
import type { TicketRow } from '../../../server/store/ports.ts';
import { city } from './support.ts';

let made = 0;

/** A ticket that was made `daysAgo` days before `nowMs`. */
export function earlierTicket(
  values: Partial<Record<DraftField, string>> & { readonly callerNumber?: string; readonly daysAgo?: number },
  nowMs: number,
): TicketRow {
  const { callerNumber = '13700000000', daysAgo = 3, ...given } = values;
  made += 1;
  const named = draftFields.map((f) => [f, { value: given[f] ?? '', display: displayOf(city, f, given[f] ?? '') }]);
  return {
    id: `t${made}`,
    number: `JC20261101-${String(made).padStart(6, '0')}`,
    callId: `earlier-${made}`,
    createdAtMs: nowMs - daysAgo * 86_400_000,
    agentId: 'a9',
    status: 'accepted',
    fields: Object.fromEntries(named) as TicketRow['fields'],
    confidential: false,
    note: '',
    callerNumber,
  };
}
