/** SDP of browser legs: what is taken out of a browser's offer and of werift's descriptions. Pure. */
import { describeAudio } from '../sdp/audio-description.ts';
import { negotiate } from '../sdp/offer-answer.ts';
import type { NegotiatedAudio } from '../sdp/offer-answer.ts';
import { attributeValue, parseSdp, serializeSdp } from '../sdp/session-description.ts';
import type { SdpAttribute, SdpMedia, SessionDescription } from '../sdp/session-description.ts';

export type BrowserSdp =
  | {
      readonly ok: true;
      /** The description with nothing but G.711 and telephone events. */
      readonly sdp: string;
      readonly negotiated: NegotiatedAudio;
      /** The far end's `a=setup`. */
      readonly setup: string;
    }
  | { readonly ok: false; readonly reason: string };

const perCodecAttributes: ReadonlySet<string> = new Set(['rtpmap', 'fmtp', 'rtcp-fb']);

/**
 * Reads a browser's description. werift matches codecs by name only and would take telephone-event at 48 kHz too,
 * so everything but PCMA, PCMU and the event at 8 kHz is removed before it sees the text.
 */
export function readBrowserSdp(text: string): BrowserSdp {
  const parsed = parseSdp(text);
  if (!parsed.ok) return parsed;
  const [media, ...others] = parsed.session.media;
  if (media?.kind !== 'audio' || others.length > 0) return { ok: false, reason: 'exactly one audio line is needed' };
  const audio = describeAudio(parsed.session, media);
  // The address of a browser's media line means nothing: candidates and ICE decide.
  const negotiated = negotiate({ ...audio, address: '127.0.0.1', rtcpMux: true });
  if (negotiated === undefined) return { ok: false, reason: 'the browser offers no G.711 audio' };
  if (fingerprintOf(parsed.session, media) === undefined) return { ok: false, reason: 'the SDP has no fingerprint' };
  const setup = attributeValue(media.attributes, 'setup') ?? attributeValue(parsed.session.attributes, 'setup');
  const keep = new Set(audio.codecs.filter((codec) => codec.law === 'pcma').map((codec) => codec.payloadType));
  if (keep.size === 0) keep.add(negotiated.codec.payloadType);
  if (audio.eventPayloadType !== undefined) keep.add(audio.eventPayloadType);
  const sdp = serializeSdp({ ...parsed.session, media: [onlyFormats(media, keep)] });
  return { ok: true, sdp, negotiated, setup: setup ?? 'actpass' };
}

export interface AdvertisedAddresses {
  readonly advertisedAddress: string;
}

/**
 * Leaves only the candidates a browser should try. werift offers every interface of the host; the advertised address
 * is what the city chose to show, and behind a one-to-one NAT the host does not even have it.
 */
export function advertiseCandidates(text: string, addresses: AdvertisedAddresses): string {
  const parsed = parseSdp(text);
  if (!parsed.ok) return text;
  const media = parsed.session.media.map((one) => ({
    ...one,
    attributes: chooseCandidates(one.attributes, addresses),
  }));
  return serializeSdp({ ...parsed.session, media });
}

function onlyFormats(media: SdpMedia, keep: ReadonlySet<number>): SdpMedia {
  const kept = (value: string | undefined): boolean => keep.has(Number.parseInt(value ?? '', 10));
  return {
    ...media,
    formats: media.formats.filter((format) => kept(format)),
    attributes: media.attributes.filter((one) => !perCodecAttributes.has(one.name) || kept(one.value)),
  };
}

function fingerprintOf(session: SessionDescription, media: SdpMedia): string | undefined {
  return attributeValue(media.attributes, 'fingerprint') ?? attributeValue(session.attributes, 'fingerprint');
}

function chooseCandidates(attributes: readonly SdpAttribute[], addresses: AdvertisedAddresses): SdpAttribute[] {
  const { advertisedAddress } = addresses;
  const hosts = attributes.filter((one) => isHostCandidate(one) && !isLoopback(candidateAddress(one)));
  // Without any other interface loopback is all there is.
  if (hosts.length === 0) return [...attributes];
  // werift binds its sockets to every interface, so what comes in on the loopback socket is answered from another
  // address than the browser asked, and the browser drops it. The machine's own address serves a page on it as well.
  const reachable = attributes.filter((one) => !isHostCandidate(one) || !isLoopback(candidateAddress(one)));
  if (isLoopback(advertisedAddress)) return reachable;
  const own = hosts.find((one) => candidateAddress(one) === advertisedAddress);
  if (own !== undefined) return reachable.filter((one) => !isHostCandidate(one) || one === own);
  // Behind a one-to-one NAT: the advertised address leads to the first own one, which pages inside may use directly.
  const [first] = hosts;
  const kept = reachable.filter((one) => !isHostCandidate(one) || one === first);
  return first === undefined ? kept : insertCandidate(kept, withAddress(first, advertisedAddress));
}

function insertCandidate(attributes: readonly SdpAttribute[], candidate: SdpAttribute): SdpAttribute[] {
  const end = attributes.findIndex((one) => one.name === 'end-of-candidates');
  const at = end < 0 ? attributes.length : end;
  return [...attributes.slice(0, at), candidate, ...attributes.slice(at)];
}

// candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> (RFC 8839 section 5.1)
function candidateAddress(attribute: SdpAttribute): string {
  return attribute.value?.split(' ')[4] ?? '';
}

function isHostCandidate(attribute: SdpAttribute): boolean {
  return attribute.name === 'candidate' && (attribute.value?.includes(' typ host') ?? false);
}

function withAddress(attribute: SdpAttribute, address: string): SdpAttribute {
  const parts = attribute.value?.split(' ') ?? [];
  parts[4] = address;
  return { name: attribute.name, value: parts.join(' ') };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
