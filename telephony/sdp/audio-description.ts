/** What one audio media line says, in our terms: codecs, direction, where to send. Pure. */
import { attributeValue } from './session-description.ts';
import type { SdpAttribute, SdpMedia, SessionDescription } from './session-description.ts';

export type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface AudioCodec {
  readonly payloadType: number;
  readonly law: 'pcma' | 'pcmu';
}

export interface AudioDescription {
  /** G.711 codecs in the far end's order of preference. */
  readonly codecs: readonly AudioCodec[];
  /** Payload type of telephone-event at 8 kHz. */
  readonly eventPayloadType: number | undefined;
  readonly comfortNoise: boolean;
  readonly ptimeMs: number;
  /** As the far end says it. */
  readonly direction: SdpDirection;
  /** `undefined` when it gives no usable address (old-style hold: `c=0.0.0.0`). */
  readonly address: string | undefined;
  readonly port: number;
  readonly rtcpMux: boolean;
  readonly rtcpPort: number;
}

const directions: readonly SdpDirection[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
const minPtimeMs = 10;
const maxPtimeMs = 60;
const defaultPtimeMs = 20;

/** Reads what we need of a media line. */
export function describeAudio(session: SessionDescription, media: SdpMedia): AudioDescription {
  const address = media.address ?? session.address;
  const usable = address !== undefined && address !== '0.0.0.0' && address !== '::' ? address : undefined;
  const names = formatNames(media);
  return {
    codecs: codecsOf(media, names),
    eventPayloadType: payloadTypeOf(names, 'telephone-event/8000'),
    comfortNoise: media.formats.includes('13'),
    ptimeMs: ptimeOf(media.attributes),
    direction: directionOf(session, media),
    address: usable,
    port: media.port,
    rtcpMux: attributeValue(media.attributes, 'rtcp-mux') !== undefined,
    rtcpPort: rtcpPortOf(media),
  };
}

/** The direction of a media line; the session's one where it has none (RFC 8866 section 6.7). */
export function directionOf(session: SessionDescription, media: SdpMedia): SdpDirection {
  const find = (attributes: readonly SdpAttribute[]): SdpDirection | undefined =>
    directions.find((direction) => attributeValue(attributes, direction) !== undefined);
  return find(media.attributes) ?? find(session.attributes) ?? 'sendrecv';
}

/** What we answer to their direction (RFC 3264 section 6.1); we ourselves are always willing to do both. */
export function answerDirection(theirs: SdpDirection): SdpDirection {
  switch (theirs) {
    case 'sendrecv':
      return 'sendrecv';
    case 'sendonly':
      return 'recvonly';
    case 'recvonly':
      return 'sendonly';
    case 'inactive':
      return 'inactive';
  }
}

function formatNames(media: SdpMedia): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  if (media.formats.includes('0')) names.set(0, 'pcmu/8000');
  if (media.formats.includes('8')) names.set(8, 'pcma/8000');
  for (const { name, value } of media.attributes) {
    const match = name === 'rtpmap' ? /^(\d{1,3})\s+([\w-]+\/\d+)/.exec(value ?? '') : null;
    const [, payloadType, encoding] = match ?? [];
    if (payloadType === undefined || encoding === undefined || !media.formats.includes(payloadType)) continue;
    if (Number(payloadType) <= 127) names.set(Number(payloadType), encoding.toLowerCase());
  }
  return names;
}

function codecsOf(media: SdpMedia, names: ReadonlyMap<number, string>): AudioCodec[] {
  return media.formats.flatMap((format): AudioCodec[] => {
    const name = names.get(Number(format));
    if (name === 'pcma/8000') return [{ payloadType: Number(format), law: 'pcma' }];
    return name === 'pcmu/8000' ? [{ payloadType: Number(format), law: 'pcmu' }] : [];
  });
}

function payloadTypeOf(names: ReadonlyMap<number, string>, wanted: string): number | undefined {
  return [...names].find(([, name]) => name === wanted)?.[0];
}

function ptimeOf(attributes: readonly SdpAttribute[]): number {
  const ptimeMs = Number(attributeValue(attributes, 'ptime') ?? Number.NaN);
  return ptimeMs >= minPtimeMs && ptimeMs <= maxPtimeMs ? ptimeMs : defaultPtimeMs;
}

function rtcpPortOf(media: SdpMedia): number {
  const port = Number.parseInt(attributeValue(media.attributes, 'rtcp') ?? '', 10);
  return port > 0 && port <= 65_535 ? port : media.port + 1;
}
