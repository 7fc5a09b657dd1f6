/** RTP packets (RFC 3550 section 5.1). Pure: bytes in, values out; garbage gives `undefined`, never an exception. */

export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  /** Timestamp in ticks of the payload's clock (8 kHz for everything we speak). */
  readonly rtpTs: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

/** Length of the header that we write. */
export const rtpHeaderBytes = 12;

/** Larger than any Ethernet frame; nothing of ours comes near it. */
const maxPacketBytes = 2048;

/**
 * Reads one datagram; `undefined` when it is not a whole, well-formed RTP packet of version 2.
 * Octets are read one by one: a view for each of ten thousand packets a second costs more than all the rest.
 */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < rtpHeaderBytes || bytes.length > maxPacketBytes) return undefined;
  const first = bytes[0] ?? 0;
  if (first >> 6 !== 2) return undefined;
  const second = bytes[1] ?? 0;
  // RFC 5761 section 4: with RTP and RTCP on one port these values belong to RTCP (192-223 in the whole octet).
  if (second >= 192 && second <= 223) return undefined;
  const start = first === 0x80 ? rtpHeaderBytes : payloadStart(bytes, first);
  const end = first === 0x80 ? bytes.length : payloadEnd(bytes, first, start);
  if (start === undefined || end === undefined) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: readUint16(bytes, 2),
    rtpTs: readUint32(bytes, 4),
    ssrc: readUint32(bytes, 8),
    payload: bytes.subarray(start, end),
  };
}

/** Octets that `writeRtp` needs. */
export function rtpBytes(packet: RtpPacket): number {
  return rtpHeaderBytes + packet.payload.length;
}

/** Writes one packet without CSRC, extension or padding. */
export function writeRtp(packet: RtpPacket, into: Uint8Array): void {
  writeRtpHeader(packet, into);
  into.set(packet.payload, rtpHeaderBytes);
}

/** Writes the header only. */
export function writeRtpHeader(packet: RtpPacket, into: Uint8Array): void {
  into[0] = 0x80;
  into[1] = (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f);
  into[2] = packet.sequence >>> 8;
  into[3] = packet.sequence;
  writeUint32(into, 4, packet.rtpTs);
  writeUint32(into, 8, packet.ssrc);
}

/** One packet in bytes of its own. */
export function serializeRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(rtpBytes(packet));
  writeRtp(packet, bytes);
  return bytes;
}

/** The signed distance `later - earlier` of two sequence numbers, -32768..32767. */
export function sequenceDistance(later: number, earlier: number): number {
  return ((later - earlier) << 16) >> 16;
}

/** The signed distance `later - earlier` of two RTP timestamps, in ticks. */
export function rtpTsDistance(later: number, earlier: number): number {
  return (later - earlier) | 0;
}

function payloadStart(bytes: Uint8Array, first: number): number | undefined {
  let start = rtpHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (start + 4 > bytes.length) return undefined;
    start += 4 + readUint16(bytes, start + 2) * 4;
  }
  return start <= bytes.length ? start : undefined;
}

function payloadEnd(bytes: Uint8Array, first: number, start: number | undefined): number | undefined {
  if (start === undefined || (first & 0x20) === 0) return bytes.length;
  // RFC 3550 section 5.1: the last octet counts the padding octets, itself included.
  const padding = bytes.length > start ? (bytes[bytes.length - 1] ?? 0) : 0;
  return padding > 0 && start + padding <= bytes.length ? bytes.length - padding : undefined;
}

function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((readUint16(bytes, at) << 16) | readUint16(bytes, at + 2)) >>> 0;
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}
