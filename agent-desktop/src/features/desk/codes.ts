/** The closed lists of the form, in the order of the buttons; `satisfies` keeps them equal to the server's. */
import type { TicketKind, Urgency } from '../../lib/types.ts';

export const ticketKinds = [
  'consult',
  'help',
  'complaint',
  'report',
  'suggestion',
  'praise',
] as const satisfies readonly TicketKind[];
export const urgencyCodes = ['normal', 'urgent', 'critical'] as const satisfies readonly Urgency[];
export const pauseReasons = ['rest', 'meal', 'meeting', 'training', 'work', 'other'] as const;
