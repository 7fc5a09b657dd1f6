/** Inbound legs: ringing, answering, and new offers of the far end on any leg. */
import type { Logger } from 'pino';
import { SwitchError, type SwitchEvent } from '../ports/switch.ts';
import type { SipEvent } from '../sip/core/types.ts';
import { SdpError } from '../sdp/sdp-error.ts';
import { causeOfMediaError, rejectStatus } from './causes.ts';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import { createLeg, mediaOptions, type Leg, type LegTable, type TrunkMedia } from './leg.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { SipRunner } from './sip-runner.ts';
import type { Hanger } from './hanger.ts';

/** What the far end's REFER asks for, in the port's terms. */
export function transferRequested(event: Extract<SipEvent, { type: 'refer' }>): SwitchEvent {
  const { call: legId, toUser: to, replaces: replacesLegId } = event;
  return { type: 'leg.transfer-requested', legId, to, replacesLegId };
}

export interface InboundParts {
  readonly legs: LegTable;
  readonly media: MediaEngine;
  readonly emitter: SwitchEmitter;
  readonly logger: Logger;
  readonly sip: SipRunner;
  readonly hanger: Hanger;
  readonly mediaTimeoutMs: { readonly rtp: number; readonly webrtc: number };
  /** What a trunk wants of the media of its calls. */
  readonly mediaOf: (trunk: string) => TrunkMedia;
}

export class InboundLegs {
  readonly #parts: InboundParts;

  constructor(parts: InboundParts) {
    this.#parts = parts;
  }

  onIncoming(event: Extract<SipEvent, { type: 'incoming' }>): void {
    if (event.replaces !== undefined) {
      // Taking a call over by INVITE with Replaces is for phones that were sent a REFER; we send none.
      const refusal = { rejectStatus: rejectStatus('rejected'), reason: '' };
      this.#parts.sip.command((core, nowMs) => core.hangUp(event.call, refusal, nowMs));
      return;
    }
    const kind = event.flow.transport === 'WS' ? 'webrtc' : 'rtp';
    const leg = createLeg({
      legId: event.call,
      direction: 'inbound',
      kind,
      mediaTimeoutMs: this.#parts.mediaTimeoutMs[kind],
      ...(event.origin.type === 'trusted' ? this.#parts.mediaOf(event.origin.name) : {}),
      marks: {},
      offer: event.offer,
    });
    this.#parts.legs.add(leg);
    const origin =
      event.origin.type === 'trusted'
        ? ({ type: 'trunk', trunk: event.origin.name } as const)
        : ({ type: 'endpoint', endpointId: event.origin.endpointId } as const);
    this.#parts.emitter.emit({
      type: 'leg.incoming',
      legId: leg.legId,
      from: event.fromUser,
      fromDisplayName: event.fromDisplayName,
      to: event.toUser,
      origin,
      callerIdentity: event.callerIdentity,
      diversions: event.diversions,
      headers: event.headers,
    });
  }

  ring(leg: Leg): void {
    if (leg.direction !== 'inbound') throw new SwitchError('wrong-state', 'only an inbound leg can be told it rings');
    if (leg.state !== 'incoming') return;
    this.#parts.sip.command((core, nowMs) => core.ring(leg.sipCall, nowMs));
  }

  answer(leg: Leg): Promise<void> {
    if (leg.direction !== 'inbound') throw new SwitchError('wrong-state', 'only an inbound leg can be answered');
    leg.answering ??= this.#answer(leg);
    return leg.answering;
  }

  /** 183 with our answer: prompts reach the caller, who is not yet charged. Harmless after the answer. */
  async openEarly(leg: Leg): Promise<void> {
    if (leg.direction !== 'inbound') throw new SwitchError('wrong-state', 'only an inbound leg can be opened early');
    if (leg.answering !== undefined) {
      await leg.answering;
      return;
    }
    // Without an offer ours would have to go into a reliable 183, which few callers understand.
    if (leg.offer === undefined) throw new SwitchError('wrong-state', 'the caller has made no offer');
    leg.opening ??= this.#open(leg);
    await leg.opening;
  }

  async #open(leg: Leg): Promise<void> {
    leg.localSdp = await this.#describe(leg);
    this.#parts.sip.command((core, nowMs) => core.progress(leg.sipCall, leg.localSdp, nowMs));
  }

  async #answer(leg: Leg): Promise<void> {
    // The 200 says what the 183 said (RFC 3261 section 13.2.1).
    if (leg.opening === undefined) leg.localSdp = await this.#describe(leg);
    else await leg.opening;
    const sdp = leg.localSdp;
    leg.awaitsAnswerInAck = leg.offer === undefined;
    this.#parts.sip.command((core, nowMs) => core.answer(leg.sipCall, sdp, nowMs));
    if (!leg.awaitsAnswerInAck) this.#becomeAnswered(leg);
  }

  /** Our description for a caller: the answer to its offer, or an offer of ours. */
  async #describe(leg: Leg): Promise<string> {
    const { media } = this.#parts;
    let sdp: string;
    leg.hasMedia = true;
    try {
      if (leg.offer === undefined) sdp = await media.createOffer(mediaOptions(leg));
      else sdp = await media.answerOffer(mediaOptions(leg), leg.offer);
    } catch (error) {
      if (leg.ended) throw new SwitchError('no-such-leg', 'the caller hung up', { cause: error });
      this.#parts.logger.warn({ err: error, legId: leg.legId }, 'a caller cannot be given media');
      this.#parts.hanger.hangUp(leg, causeOfMediaError(error));
      throw new SwitchError('media-failed', 'the caller cannot be given media', { cause: error });
    }
    if (leg.ended) {
      await this.#discard(leg);
      throw new SwitchError('no-such-leg', 'the caller hung up');
    }
    return sdp;
  }

  /** The leg ended while the engine was making its SDP, so it was closed before it existed. */
  async #discard(leg: Leg): Promise<void> {
    try {
      await this.#parts.media.closeLeg(leg.legId);
    } catch (error) {
      this.#parts.logger.debug({ err: error, legId: leg.legId }, 'media was closed already');
    }
  }

  #becomeAnswered(leg: Leg): void {
    leg.state = 'parked';
    this.#parts.emitter.emit({ type: 'leg.answered', legId: leg.legId });
  }

  /** ACK with the answer to an offer of ours. */
  async onAnswerInAck(leg: Leg, answer: string | undefined): Promise<void> {
    const initial = leg.awaitsAnswerInAck;
    leg.awaitsAnswerInAck = false;
    if (answer === undefined && !initial) return;
    try {
      if (answer === undefined) throw new SdpError('the ACK carries no answer');
      await this.#parts.media.acceptAnswer(leg.legId, answer);
    } catch (error) {
      this.#parts.logger.warn({ err: error, legId: leg.legId }, 'answer in an ACK cannot be used');
      if (initial) this.#parts.hanger.hangUp(leg, causeOfMediaError(error));
      return;
    }
    if (initial && !leg.ended) this.#becomeAnswered(leg);
  }

  /** The far end described itself anew in the answer to a refresh of ours. */
  async onReanswered(leg: Leg, answer: string | undefined): Promise<void> {
    if (answer === undefined || leg.kind === 'webrtc') return;
    try {
      await this.#parts.media.acceptAnswer(leg.legId, answer);
    } catch (error) {
      this.#parts.logger.warn({ err: error, legId: leg.legId }, 'answer to a refresh cannot be used');
    }
  }

  /** Re-INVITE or UPDATE: hold, resume, ICE restart, new address. */
  async onReoffer(leg: Leg, event: Extract<SipEvent, { type: 'reoffer' }>): Promise<void> {
    const { media, sip, logger } = this.#parts;
    const refuse = (status: number): void => {
      sip.command((core, nowMs) => core.rejectReoffer(leg.sipCall, event.token, status, nowMs));
    };
    if (event.offer === undefined) {
      // Without an offer the far end asks for ours. What we said last still holds for RTP; WebRTC would need new ICE.
      if (leg.kind === 'webrtc') refuse(488);
      else sip.command((core, nowMs) => core.answerReoffer(leg.sipCall, event.token, leg.localSdp, nowMs));
      return;
    }
    try {
      const sdp = await media.answerOffer(mediaOptions(leg), event.offer);
      leg.localSdp = sdp;
      sip.command((core, nowMs) => core.answerReoffer(leg.sipCall, event.token, sdp, nowMs));
    } catch (error) {
      logger.warn({ err: error, legId: leg.legId }, 'new offer of the far end refused');
      refuse(rejectStatus(causeOfMediaError(error)));
    }
  }
}
