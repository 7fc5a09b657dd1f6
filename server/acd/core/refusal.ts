/** Whether a queue takes one more caller. Pure. */
import type { JoinAnswer } from '../line-store.ts';
import type { QueueRules } from '../queue-rules.ts';

/** Undefined when it does. `estimateMs` is asked only where the rules want it: it costs a look at the queue. */
export function refusalOf(rules: QueueRules, length: number, estimateMs: () => number): JoinAnswer | undefined {
  const { maxLength, deflectAboveMs, overflow } = rules;
  if (length < maxLength && deflectAboveMs === 0) return undefined;
  const estimatedWaitMs = estimateMs();
  if (length >= maxLength) return { type: 'refused', reason: 'full', estimatedWaitMs, overflow };
  if (estimatedWaitMs <= deflectAboveMs) return undefined;
  return { type: 'refused', reason: 'wait-too-long', estimatedWaitMs, overflow };
}
