/** Hangs legs up by our own decision. */
import type { HangupCause } from '../ports/switch.ts';
import { reasonHeader, rejectStatus, retryAfterS } from './causes.ts';
import type { Leg } from './leg.ts';
import type { LegEnding } from './leg-ending.ts';
import type { SipRunner } from './sip-runner.ts';

export interface Hanger {
  hangUp(leg: Leg, cause: HangupCause): void;
}

/** Remembers the cause, then lets SIP end the call; a leg that SIP does not know yet ends here. */
export function createHanger(sip: () => SipRunner, ending: LegEnding): Hanger {
  return {
    hangUp: (leg, cause) => {
      if (leg.ended) return;
      leg.endCause ??= cause;
      const how = {
        rejectStatus: rejectStatus(cause),
        reason: reasonHeader(cause),
        retryAfterS: retryAfterS(cause),
      };
      sip().command((core, nowMs) => core.hangUp(leg.sipCall, how, nowMs));
      // If the core knew the call its `ended` event has ended the leg by now or will, when this is nested in another.
      queueMicrotask(() => {
        ending.end(leg, { cause, by: 'local', sipStatus: 0 });
      });
    },
  };
}
