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

const fixedHeaderBytes = 12;
/** Larger than any Ethernet frame; nothing of ours comes near it. */
const maxPacketBytes = 2048;

/** Reads one datagram; `undefined` when it is not a whole, well-formed RTP packet of version 2. */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < fixedHeaderBytes || bytes.length > maxPacketBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return undefined;
  const second = view.getUint8(1);
  // RFC 5761 section 4: with RTP and RTCP on one port these values belong to RTCP (192-223 in the whole octet).
  if (second >= 192 && second <= 223) return undefined;
  const start = payloadStart(view, first);
  const end = start === undefined ? undefined : payloadEnd(view, first, start);
  if (start === undefined || end === undefined) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: view.getUint16(2),
    rtpTs: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: bytes.subarray(start, end),
  };
}

/** Writes one packet without CSRC, extension or padding. */
export function serializeRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(fixedHeaderBytes + packet.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f));
  view.setUint16(2, packet.sequence & 0xffff);
  view.setUint32(4, packet.rtpTs >>> 0);
  view.setUint32(8, packet.ssrc >>> 0);
  bytes.set(packet.payload, fixedHeaderBytes);
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

function payloadStart(view: DataView, first: number): number | undefined {
  let start = fixedHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (start + 4 > view.byteLength) return undefined;
    start += 4 + view.getUint16(start + 2) * 4;
  }
  return start <= view.byteLength ? start : undefined;
}

function payloadEnd(view: DataView, first: number, start: number): number | undefined {
  if ((first & 0x20) === 0) return view.byteLength;
  // RFC 3550 section 5.1: the last octet counts the padding octets, itself included.
  const padding = view.byteLength > start ? view.getUint8(view.byteLength - 1) : 0;
  return padding > 0 && start + padding <= view.byteLength ? view.byteLength - padding : undefined;
}
