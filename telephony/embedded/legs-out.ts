/** Outbound legs: dialling endpoints and SIP URIs. */
import type { Logger } from 'pino';
import { SwitchError, type OriginateRequest } from '../ports/switch.ts';
import type { SipCore } from '../sip/core/sip-core.ts';
import type { SipEvent } from '../sip/core/types.ts';
import { parseUri } from '../sip/message/uri.ts';
import { SdpError } from '../sdp/sdp-error.ts';
import { causeOfMediaError } from './causes.ts';
import { isToken } from '../sip/message/tokens.ts';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import { healthOfEnd, mayTryNext, type DialPlan, type Way } from './dial-plan.ts';
import { callOfTry, checkMarks, createLeg, trunkMedia, mediaOptions, type Leg, type LegTable } from './leg.ts';
import type { LegEnding } from './leg-ending.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { SipRunner } from './sip-runner.ts';
import type { Hanger } from './hanger.ts';

/** A call that has not been answered yet, with the ways that are left. */
interface Trying {
  readonly request: OriginateRequest;
  readonly way: Way;
  readonly others: readonly Way[];
  readonly number: number;
  readonly redirects: number;
  readonly startedAtMs: number;
}

const MAX_REDIRECTS = 3;

export interface OutboundParts {
  readonly legs: LegTable;
  readonly media: MediaEngine;
  readonly emitter: SwitchEmitter;
  readonly logger: Logger;
  readonly sip: SipRunner;
  readonly core: SipCore;
  readonly plan: DialPlan;
  readonly hanger: Hanger;
  readonly ending: LegEnding;
}

export class OutboundLegs {
  readonly #parts: OutboundParts;
  readonly #trying = new Map<Leg, Trying>();

  constructor(parts: OutboundParts) {
    this.#parts = parts;
  }

  async originate(request: OriginateRequest): Promise<void> {
    checkRequest(request);
    if (this.#parts.legs.find(request.legId) !== undefined)
      throw new SwitchError('bad-request', 'the leg id is in use');
    const { target } = request;
    const reach = target.type === 'endpoint' ? this.#parts.core.reach(target.endpointId) : undefined;
    const leg = createLeg({
      legId: request.legId,
      direction: 'outbound',
      kind: reach?.flow.transport === 'WS' ? 'webrtc' : 'rtp',
      mediaTimeoutMs: request.mediaTimeoutMs,
      marks: request.marks ?? {},
      offer: undefined,
    });
    this.#parts.legs.add(leg);
    const [way, ...others] = await this.#parts.plan.waysTo(target);
    if (leg.ended) return;
    if (way === undefined) this.#parts.ending.end(leg, { cause: 'unavailable', by: 'local', sipStatus: 0 });
    else await this.#begin(leg, { request, way, others, number: 1, redirects: 0, startedAtMs: performance.now() });
  }

  async #begin(leg: Leg, trying: Trying): Promise<void> {
    leg.hasMedia = true;
    Object.assign(leg, trunkMedia(trying.way.trunk?.trunk));
    try {
      leg.localSdp = await this.#parts.media.createOffer(mediaOptions(leg));
    } catch (error) {
      this.#parts.logger.error({ err: error, legId: leg.legId }, 'media of an outbound leg cannot be made');
      this.#parts.ending.end(leg, { cause: 'failed', by: 'local', sipStatus: 0 });
      return;
    }
    if (leg.ended) await this.#parts.media.closeLeg(leg.legId);
    else this.#dial(leg, trying);
  }

  #dial(leg: Leg, trying: Trying): void {
    const { request, way } = trying;
    leg.sipCall = callOfTry(leg.legId, trying.number);
    this.#trying.set(leg, trying);
    this.#parts.sip.command((core, nowMs) =>
      core.dial(
        {
          call: leg.sipCall,
          uri: way.uri,
          flow: way.flow,
          endpointId: way.endpointId,
          from: { user: way.callerNumber ?? request.from.user, displayName: request.from.displayName ?? '' },
          headers: Object.entries(request.headers ?? {}),
          offer: leg.localSdp,
          ringMs: Math.max(1_000, request.ringMs - (performance.now() - trying.startedAtMs)),
          credentials: way.credentials,
          domain: way.domain,
          // Where there is nowhere else to go, a slow far end gets all the time it wants.
          answerWithinMs: trying.others.length === 0 ? undefined : way.answerWithinMs,
        },
        nowMs,
      ),
    );
  }

  /** A try has ended without an answer: whether there is another one, which has begun then. */
  triesOn(leg: Leg, event: Extract<SipEvent, { type: 'ended' }>): boolean {
    const trying = this.#trying.get(leg);
    this.#trying.delete(leg);
    if (trying === undefined) return false;
    const health = healthOfEnd(event);
    if (health !== undefined) this.#parts.plan.report(trying.way, health);
    if (leg.endCause !== undefined) return false;
    const next = this.#next(leg, trying, event);
    if (next === undefined) return false;
    this.#parts.logger.info(
      { legId: leg.legId, status: event.status, number: next.number },
      'a call is tried elsewhere',
    );
    this.#dial(leg, next);
    return true;
  }

  #next(leg: Leg, trying: Trying, event: Extract<SipEvent, { type: 'ended' }>): Trying | undefined {
    const number = trying.number + 1;
    const redirects = event.retry?.redirects ?? [];
    if (redirects.length > 0 && trying.redirects < MAX_REDIRECTS) {
      const [way, ...more] = this.#parts.plan.redirected(trying.way, redirects);
      if (way === undefined) return undefined;
      return { ...trying, way, others: [...more, ...trying.others], number, redirects: trying.redirects + 1 };
    }
    const [way, ...others] = trying.others;
    if (way === undefined || leg.state !== 'dialling' || !mayTryNext(event)) return undefined;
    return { ...trying, way, others, number };
  }

  onProgress(leg: Leg): void {
    if (leg.state !== 'dialling') return;
    leg.state = 'ringing';
    this.#parts.emitter.emit({ type: 'leg.ringing', legId: leg.legId });
  }

  async onAccepted(leg: Leg, event: Extract<SipEvent, { type: 'accepted' }>): Promise<void> {
    const trying = this.#trying.get(leg);
    this.#trying.delete(leg);
    if (trying !== undefined) this.#parts.plan.report(trying.way, { type: 'call-answered' });
    try {
      if (event.answer === undefined) throw new SdpError('the answer carries no SDP');
      await this.#parts.media.acceptAnswer(leg.legId, event.answer);
    } catch (error) {
      if (leg.ended) return;
      this.#parts.logger.warn({ err: error, legId: leg.legId }, 'answer of the far end cannot be used');
      this.#parts.hanger.hangUp(leg, causeOfMediaError(error));
      return;
    }
    if (leg.ended) return;
    leg.state = 'parked';
    this.#parts.emitter.emit({ type: 'leg.answered', legId: leg.legId });
  }
}

function checkRequest(request: OriginateRequest): void {
  if (request.marks !== undefined) checkMarks(request.marks);
  const badHeader = Object.keys(request.headers ?? {}).some((name) => !/^X-/i.test(name) || !isToken(name));
  if (badHeader) throw new SwitchError('bad-request', 'names of extra headers begin with X-');
  if (request.target.type !== 'uri') return;
  const uri = parseUri(request.target.uri);
  if (uri?.scheme !== 'sip') throw new SwitchError('bad-request', 'only sip: addresses can be dialled');
}
