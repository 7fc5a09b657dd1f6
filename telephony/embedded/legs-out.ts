/** Outbound legs: dialling endpoints and SIP URIs. */
import { lookup } from 'node:dns/promises';
import type { Logger } from 'pino';
import { SwitchError, type OriginateRequest } from '../ports/switch.ts';
import { isIpv4 } from '../sip/core/dialog.ts';
import type { SipCore } from '../sip/core/sip-core.ts';
import { udpFlow, type Flow, type SipEvent } from '../sip/core/types.ts';
import { parseUri } from '../sip/message/uri.ts';
import { SdpError } from '../sdp/sdp-error.ts';
import { causeOfMediaError } from './causes.ts';
import { isToken } from '../sip/message/tokens.ts';
import type { SwitchEmitter } from '../ports/switch-emitter.ts';
import { checkMarks, createLeg, mediaOptions, type Leg, type LegTable } from './leg.ts';
import type { LegEnding } from './leg-ending.ts';
import type { MediaEngine } from './media/media-engine.ts';
import type { SipRunner } from './sip-runner.ts';
import type { Hanger } from './hanger.ts';

interface Way {
  readonly uri: string;
  readonly flow: Flow;
  readonly endpointId: string | undefined;
}

export interface OutboundParts {
  readonly legs: LegTable;
  readonly media: MediaEngine;
  readonly emitter: SwitchEmitter;
  readonly logger: Logger;
  readonly sip: SipRunner;
  readonly core: SipCore;
  readonly hanger: Hanger;
  readonly ending: LegEnding;
}

export class OutboundLegs {
  readonly #parts: OutboundParts;

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
    const way = await this.#wayTo(target, reach);
    if (leg.ended) return;
    if (way === undefined) this.#parts.ending.end(leg, { cause: 'unavailable', by: 'local', sipStatus: 0 });
    else await this.#dial(leg, request, way);
  }

  async #wayTo(
    target: OriginateRequest['target'],
    reach: { uri: string; flow: Flow } | undefined,
  ): Promise<Way | undefined> {
    if (target.type === 'endpoint')
      return reach === undefined ? undefined : { ...reach, endpointId: target.endpointId };
    const uri = parseUri(target.uri);
    if (uri === undefined || uri.scheme === 'tel') return undefined;
    const address = isIpv4(uri.host) ? uri.host : await this.#resolve(uri.host);
    return address === undefined
      ? undefined
      : { uri: target.uri, flow: udpFlow(address, uri.port ?? 5060), endpointId: undefined };
  }

  async #resolve(host: string): Promise<string | undefined> {
    try {
      return (await lookup(host, { family: 4 })).address;
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'host of a dialled address cannot be resolved');
      return undefined;
    }
  }

  async #dial(leg: Leg, request: OriginateRequest, way: Way): Promise<void> {
    leg.hasMedia = true;
    let offer: string;
    try {
      offer = await this.#parts.media.createOffer(mediaOptions(leg));
    } catch (error) {
      this.#parts.logger.error({ err: error, legId: leg.legId }, 'media of an outbound leg cannot be made');
      this.#parts.ending.end(leg, { cause: 'failed', by: 'local', sipStatus: 0 });
      return;
    }
    if (leg.ended) {
      await this.#parts.media.closeLeg(leg.legId);
      return;
    }
    leg.localSdp = offer;
    this.#parts.sip.command((core, nowMs) =>
      core.dial(
        {
          call: leg.legId,
          ...way,
          from: { user: request.from.user, displayName: request.from.displayName ?? '' },
          headers: Object.entries(request.headers ?? {}),
          offer,
          ringMs: request.ringMs,
          credentials: undefined,
        },
        nowMs,
      ),
    );
  }

  onProgress(leg: Leg): void {
    if (leg.state !== 'dialling') return;
    leg.state = 'ringing';
    this.#parts.emitter.emit({ type: 'leg.ringing', legId: leg.legId });
  }

  async onAccepted(leg: Leg, event: Extract<SipEvent, { type: 'accepted' }>): Promise<void> {
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
