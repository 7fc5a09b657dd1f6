/** Offer and answer (RFC 3264) of one G.711 audio stream over RTP, plain or with keys in SDP (RFC 4568). Pure. */
import { cryptoOf, cryptoValue, type CryptoAttribute } from './crypto-attribute.ts';
import { answerDirection, describeAudio } from './audio-description.ts';
import type { AudioCodec, AudioDescription } from './audio-description.ts';
import { parseSdp, serializeSdp } from './session-description.ts';
import type { SdpAttribute, SdpMedia, SessionDescription } from './session-description.ts';

/** Our own side of a stream. */
export interface LocalAudio {
  /** In the order in which they are offered and chosen; A-law first when absent, because that is what our other legs speak. */
  readonly codecs?: readonly AudioCodec['law'][];
  /** Our key for SRTP, base64 of 30 bytes; without it secure lines are refused. */
  readonly srtpKey?: string;
  /** Offers RTP/SAVP, and takes nothing less for an answer. */
  readonly offersSrtp?: boolean;
  readonly address: string;
  readonly port: number;
  readonly rtcpPort: number;
  /** The `o=` line's session id, constant for a leg, and version, one more with every description (RFC 3264, 8). */
  readonly sessionId: number;
  readonly version: number;
}

/** What both sides agreed on, as far as sending and receiving audio is concerned. */
export interface NegotiatedAudio {
  readonly codec: AudioCodec;
  /** Payload type to send events with; `undefined` when the far end cannot take them. */
  readonly eventPayloadType: number | undefined;
  readonly ptimeMs: number;
  readonly farMaySend: boolean;
  readonly farMayReceive: boolean;
  readonly remote: { readonly address: string; readonly port: number } | undefined;
  readonly rtcpPort: number;
  readonly rtcpMux: boolean;
  /** The far end's key; undefined: plain RTP. */
  readonly crypto?: CryptoAttribute;
}

export type NegotiationResult =
  | { readonly ok: true; readonly sdp: string; readonly negotiated: NegotiatedAudio }
  | { readonly ok: false; readonly reason: string };

export type AnswerResult =
  { readonly ok: true; readonly negotiated: NegotiatedAudio } | { readonly ok: false; readonly reason: string };

/** Payload type of telephone-event in our own offers. */
export const offeredEventPayloadType = 101;

const plainProtocols: ReadonlySet<string> = new Set(['RTP/AVP', 'RTP/AVPF']);
const secureProtocols: ReadonlySet<string> = new Set(['RTP/SAVP', 'RTP/SAVPF']);

const USUAL_ORDER: readonly AudioCodec['law'][] = ['pcma', 'pcmu'];
/** RFC 3551 section 6. */
const PAYLOAD_TYPES = { pcma: 8, pcmu: 0 } as const;

/** Our offer: the codecs in our order, with telephone events. */
export function makeOffer(local: LocalAudio): string {
  const codecs = (local.codecs ?? USUAL_ORDER).map((law): AudioCodec => ({ payloadType: PAYLOAD_TYPES[law], law }));
  const isSecure = local.offersSrtp === true && local.srtpKey !== undefined;
  const protocol = isSecure ? 'RTP/SAVP' : 'RTP/AVP';
  const plain = ourMedia(local, { codecs, eventPayloadType: offeredEventPayloadType, protocol });
  const media = isSecure ? withCrypto(plain, local, 1) : plain;
  return serializeSdp(ourSession(local, [{ ...media, attributes: [...media.attributes, flag('sendrecv')] }]));
}

/** Our answer to an offer: the first audio line we can speak is taken, every other line is refused (port 0). */
export function answerOffer(offer: string, local: LocalAudio): NegotiationResult {
  const parsed = parseSdp(offer);
  if (!parsed.ok) return parsed;
  const { session } = parsed;
  const index = session.media.findIndex((media) =>
    isUsable(session, media, local.srtpKey === undefined ? 'plain' : 'any'),
  );
  const chosen = session.media[index];
  const negotiated = chosen === undefined ? undefined : agreed(session, chosen, local.codecs);
  if (chosen === undefined || negotiated === undefined) return { ok: false, reason: 'the offer has no G.711 audio' };
  const answered = answerMedia(local, { session, media: chosen, negotiated });
  const lines = session.media.map((media, at) => (at === index ? answered : refused(media)));
  return { ok: true, sdp: serializeSdp(ourSession(local, lines)), negotiated };
}

/** Takes the far end's answer to an offer of ours. */
export function acceptAnswer(answer: string, local: Pick<LocalAudio, 'codecs' | 'offersSrtp'> = {}): AnswerResult {
  const parsed = parseSdp(answer);
  if (!parsed.ok) return parsed;
  const { session } = parsed;
  const kind = local.offersSrtp === true ? 'secure' : 'plain';
  const chosen = session.media.find((media) => isUsable(session, media, kind));
  const negotiated = chosen === undefined ? undefined : agreed(session, chosen, local.codecs);
  return negotiated === undefined ? { ok: false, reason: 'the answer has no G.711 audio' } : { ok: true, negotiated };
}

/** Agreement with what the far end describes: the first of our order that it knows. */
export function negotiate(
  audio: AudioDescription,
  order: LocalAudio['codecs'] = USUAL_ORDER,
): NegotiatedAudio | undefined {
  const codec = order.flatMap((law) => audio.codecs.find((one) => one.law === law) ?? [])[0];
  if (codec === undefined) return undefined;
  // RFC 3264 section 8.4: an address of zeros means that the far end neither receives nor sends.
  const held = audio.address === undefined;
  return {
    codec,
    eventPayloadType: audio.eventPayloadType,
    ptimeMs: audio.ptimeMs,
    farMaySend: !held && (audio.direction === 'sendrecv' || audio.direction === 'sendonly'),
    farMayReceive: !held && (audio.direction === 'sendrecv' || audio.direction === 'recvonly'),
    remote: audio.address === undefined ? undefined : { address: audio.address, port: audio.port },
    rtcpPort: audio.rtcpMux ? audio.port : audio.rtcpPort,
    rtcpMux: audio.rtcpMux,
  };
}

/** What is agreed on with one media line, with its key when it is secure. */
function agreed(
  session: SessionDescription,
  media: SdpMedia,
  order: LocalAudio['codecs'],
): NegotiatedAudio | undefined {
  const negotiated = negotiate(describeAudio(session, media), order);
  const crypto = secureProtocols.has(media.protocol.toUpperCase()) ? cryptoOf(media) : undefined;
  return negotiated === undefined || crypto === undefined ? negotiated : { ...negotiated, crypto };
}

function withCrypto(media: SdpMedia, local: LocalAudio, tag: number): SdpMedia {
  const value = cryptoValue({ tag, inlineKey: local.srtpKey ?? '' });
  return { ...media, attributes: [...media.attributes, valued('crypto', value)] };
}

function protocolFits(media: SdpMedia, wanted: 'plain' | 'secure' | 'any'): boolean {
  const protocol = media.protocol.toUpperCase();
  if (wanted !== 'secure' && plainProtocols.has(protocol)) return true;
  return wanted !== 'plain' && secureProtocols.has(protocol) && cryptoOf(media) !== undefined;
}

function isUsable(session: SessionDescription, media: SdpMedia, wanted: 'plain' | 'secure' | 'any'): boolean {
  return (
    media.kind === 'audio' &&
    media.port > 0 &&
    protocolFits(media, wanted) &&
    describeAudio(session, media).codecs.length > 0
  );
}

function answerMedia(
  local: LocalAudio,
  offered: { session: SessionDescription; media: SdpMedia; negotiated: NegotiatedAudio },
): SdpMedia {
  const { negotiated } = offered;
  const theirs = describeAudio(offered.session, offered.media);
  const media = ourMedia(local, {
    codecs: [negotiated.codec],
    eventPayloadType: negotiated.eventPayloadType,
    protocol: offered.media.protocol,
  });
  const keyed = negotiated.crypto === undefined ? media : withCrypto(media, local, negotiated.crypto.tag);
  const attributes = [...keyed.attributes, flag(answerDirection(theirs.direction))];
  if (theirs.rtcpMux) attributes.push(flag('rtcp-mux'));
  return { ...media, attributes };
}

function ourMedia(
  local: LocalAudio,
  speaks: { codecs: readonly AudioCodec[]; eventPayloadType: number | undefined; protocol: string },
): SdpMedia {
  const event = speaks.eventPayloadType;
  const payloadTypes = [...speaks.codecs.map((codec) => codec.payloadType), ...(event === undefined ? [] : [event])];
  const attributes = [
    ...speaks.codecs.map((codec) => valued('rtpmap', `${codec.payloadType} ${codec.law.toUpperCase()}/8000`)),
    ...(event === undefined
      ? []
      : [valued('rtpmap', `${event} telephone-event/8000`), valued('fmtp', `${event} 0-15`)]),
    valued('ptime', '20'),
    valued('rtcp', String(local.rtcpPort)),
  ];
  return {
    kind: 'audio',
    port: local.port,
    protocol: speaks.protocol,
    formats: payloadTypes.map(String),
    address: undefined,
    attributes,
  };
}

function ourSession(local: LocalAudio, media: readonly SdpMedia[]): SessionDescription {
  const family = local.address.includes(':') ? 'IP6' : 'IP4';
  const origin = `- ${local.sessionId} ${local.version} IN ${family} ${local.address}`;
  return { origin, address: local.address, attributes: [], media };
}

function refused(media: SdpMedia): SdpMedia {
  const { kind, protocol, formats } = media;
  return { kind, port: 0, protocol, formats: formats.slice(0, 1), address: undefined, attributes: [] };
}

function flag(name: string): SdpAttribute {
  return { name, value: undefined };
}

function valued(name: string, value: string): SdpAttribute {
  return { name, value };
}
