/** What SIP tells of a call, given to the part of the switch that it concerns. */
import type { Logger } from 'pino';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import type { SipEvent } from '../sip/core/types.ts';
import { causeOfEnd } from './causes.ts';
import type { LegTable } from './leg.ts';
import type { LegEnding } from './leg-ending.ts';
import { transferRequested, type InboundLegs } from './legs-in.ts';
import type { OutboundLegs } from './legs-out.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { Parties } from './parties.ts';

export interface CallEventsParts {
  readonly legs: LegTable;
  readonly media: MediaEngine;
  readonly emitter: SwitchEmitter;
  readonly logger: Logger;
  readonly inbound: InboundLegs;
  readonly outbound: OutboundLegs;
  readonly parties: Parties;
  readonly ending: LegEnding;
}

export class CallEvents {
  readonly #parts: CallEventsParts;

  constructor(parts: CallEventsParts) {
    this.#parts = parts;
  }

  take(event: Extract<SipEvent, { readonly call: string }>): void {
    const leg = this.#parts.legs.findByCall(event.call);
    if (leg === undefined || leg.ended) return;
    switch (event.type) {
      case 'incoming':
        break;
      case 'progress':
        this.#parts.outbound.onProgress(leg);
        break;
      case 'accepted':
        void this.#parts.outbound.onAccepted(leg, event);
        break;
      case 'acknowledged':
        void this.#parts.inbound.onAnswerInAck(leg, event.answer);
        break;
      case 'reoffer':
        void this.#parts.inbound.onReoffer(leg, event);
        break;
      case 'refer':
        this.#parts.emitter.emit(transferRequested(event));
        break;
      case 'reanswered':
        void this.#parts.inbound.onReanswered(leg, event.answer);
        break;
      case 'reoffer-refused':
        break; // The switch makes no offers but refreshes, and they tell by themselves.
      case 'digit':
        this.#onInfoDigit(event);
        break;
      case 'ended': {
        if (this.#parts.outbound.triesOn(leg, event)) break;
        const end = causeOfEnd(event);
        const cause = end.by === 'local' ? (leg.endCause ?? end.cause) : end.cause;
        this.#parts.ending.end(leg, { cause, by: end.by, sipStatus: event.status });
        break;
      }
    }
  }

  /** Digits in INFO join those in RTP; a bridged far end gets them as RTP events. */
  #onInfoDigit({ call, digit, durationMs }: Extract<SipEvent, { type: 'digit' }>): void {
    const leg = this.#parts.legs.findByCall(call);
    if (leg === undefined) return;
    this.#parts.emitter.emit({ type: 'leg.digit', legId: leg.legId, digit, durationMs });
    for (const listener of this.#parts.parties.listenersOf(leg)) {
      this.#parts.media.sendDigit(listener.legId, digit).catch((error: unknown) => {
        this.#parts.logger.debug({ err: error }, 'digit could not be passed on');
      });
    }
  }
}
