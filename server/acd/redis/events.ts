/** Messages from the scripts to a server about its calls. What is not understood is passed over. */
import type { LineEvent } from '../line-store.ts';
import type { Overflow } from '../queue-rules.ts';
import { isRecord, nameOf, numberOf, parseJson, reservationFrom, textOf } from './replies.ts';

export function eventFrom(message: string, overflowOf: (queue: string) => Overflow): LineEvent | undefined {
  try {
    const event = parseJson(message);
    if (!isRecord(event)) return undefined;
    switch (event['type']) {
      case 'offered':
        return { type: 'offered', reservation: reservationFrom(event['reservation']) };
      case 'offer-lost': {
        const reason = event['reason'] === 'expired' ? 'expired' : 'agent-gone';
        return { type: 'offer-lost', reservation: reservationFrom(event['reservation']), reason };
      }
      case 'waited-too-long': {
        const queue = nameOf(event['queue']);
        const overflow = overflowOf(queue);
        return {
          ...{ type: 'waited-too-long', callId: textOf(event['callId']), queue },
          ...{ waitMs: numberOf(event['waitMs']), overflow },
        };
      }
      default:
        return undefined;
    }
  } catch {
    // Not ours, or of another version.
    return undefined;
  }
}
