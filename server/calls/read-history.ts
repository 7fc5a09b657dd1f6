/** What the store knows of a caller, for the pages and for the draft. */
import type { CallCenterOptions } from './call-center-options.ts';
import { dayOf } from '../drafts/day.ts';
import type { LiveCall } from './live-call.ts';
import { historyFor } from './views.ts';

/** Reads the history of a number into the call; a store that cannot answer is no reason to disturb it. */
export async function readHistory(
  call: LiveCall,
  from: string,
  { store, logger }: Pick<CallCenterOptions, 'store' | 'logger'>,
): Promise<void> {
  try {
    if (from !== '') call.history = await store.calls.history(from);
  } catch (error) {
    logger.warn({ err: error, callId: call.runner.callId }, 'caller history not read');
  }
  // A database that answers after the call was over has nothing to tell any more.
  if (call.closed) return;
  call.draft.hear({
    type: 'call-known',
    callerNumber: from,
    callerName: historyFor(call.history, null).callerName,
    day: dayOf(call.runner.state.facts.arrivedAtMs),
  });
}
