import type { CallerView } from '../../lib/types.ts';

/** Where the caller's last matter was: the best guess at a place before anyone has spoken. */
export function placeOf(caller: CallerView): string {
  const last = caller.history.tickets[0];
  if (last === undefined) return '';
  return [last.fields.streetId.display, last.fields.communityId.display].filter((s) => s !== '').join(' · ');
}
