/** RTCP sender and receiver reports (RFC 3550 section 6). Pure; unknown packet types are stepped over. */

export interface ReportBlock {
  readonly ssrc: number;
  /** Fraction lost since the last report, 0-255 in 1/256. */
  readonly fractionLost: number;
  /** Cumulative packets lost; may be negative when packets were duplicated. */
  readonly packetsLost: number;
  readonly highestSequence: number;
  /** Interarrival jitter in timestamp ticks. */
  readonly jitterTicks: number;
  /** Middle 32 bits of the NTP time of the last sender report, 0 if none. */
  readonly lastSr: number;
  /** Delay since that report in 1/65536 s. */
  readonly delaySinceLastSr: number;
}

export interface SenderInfo {
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  readonly rtpTs: number;
  readonly packetCount: number;
  readonly octetCount: number;
}

export type RtcpItem =
  | {
      readonly type: 'sender-report';
      readonly ssrc: number;
      readonly sender: SenderInfo;
      readonly blocks: readonly ReportBlock[];
    }
  | { readonly type: 'receiver-report'; readonly ssrc: number; readonly blocks: readonly ReportBlock[] }
  | { readonly type: 'bye'; readonly ssrc: number };

const typeSr = 200;
const typeRr = 201;
const typeSdes = 202;
const typeBye = 203;
const blockBytes = 24;
const maxItems = 32;

/** Reads a compound packet; what is not understood is left out, a broken length ends the reading. */
export function parseRtcp(bytes: Uint8Array): readonly RtcpItem[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items: RtcpItem[] = [];
  let at = 0;
  while (at + 4 <= view.byteLength && items.length < maxItems) {
    const lengthBytes = (view.getUint16(at + 2) + 1) * 4;
    if (view.getUint8(at) >> 6 !== 2 || at + lengthBytes > view.byteLength) break;
    const item = parseOne(view, at, lengthBytes);
    if (item !== undefined) items.push(item);
    at += lengthBytes;
  }
  return items;
}

/** True when a datagram on a shared port is RTCP and not RTP (RFC 5761 section 4). */
export function looksLikeRtcp(bytes: Uint8Array): boolean {
  const second = bytes[1] ?? 0;
  return bytes.length >= 8 && (bytes[0] ?? 0) >> 6 === 2 && second >= 192 && second <= 223;
}

export interface ReportToSend {
  readonly ssrc: number;
  /** RFC 3550 section 6.5.1: every compound packet carries a CNAME. */
  readonly cname: string;
  /** Present when we have sent audio since our last report. */
  readonly sender?: SenderInfo;
  readonly blocks: readonly ReportBlock[];
}

/** A compound packet: SR or RR, then SDES with the CNAME. */
export function serializeReport(report: ReportToSend): Uint8Array {
  const blocks = report.blocks.slice(0, 31);
  const reportBytes = 8 + (report.sender === undefined ? 0 : 20) + blocks.length * blockBytes;
  const cname = new TextEncoder().encode(report.cname).subarray(0, 255);
  const sdesBytes = Math.ceil((4 + 4 + 2 + cname.length + 1) / 4) * 4;
  const bytes = new Uint8Array(reportBytes + sdesBytes);
  const view = new DataView(bytes.buffer);
  writeHeader(view, 0, { count: blocks.length, type: report.sender === undefined ? typeRr : typeSr, reportBytes });
  view.setUint32(4, report.ssrc);
  let at = 8;
  if (report.sender !== undefined) at = writeSender(view, at, report.sender);
  for (const block of blocks) at = writeBlock(view, at, block);
  writeHeader(view, at, { count: 1, type: typeSdes, reportBytes: sdesBytes });
  view.setUint32(at + 4, report.ssrc);
  view.setUint8(at + 8, 1);
  view.setUint8(at + 9, cname.length);
  bytes.set(cname, at + 10);
  return bytes;
}

function parseOne(view: DataView, at: number, lengthBytes: number): RtcpItem | undefined {
  const count = view.getUint8(at) & 0x1f;
  const type = view.getUint8(at + 1);
  if (lengthBytes < 8) return undefined;
  const ssrc = view.getUint32(at + 4);
  if (type === typeBye) return { type: 'bye', ssrc };
  if (type === typeRr) {
    return { type: 'receiver-report', ssrc, blocks: parseBlocks(view, { from: at + 8, end: at + lengthBytes, count }) };
  }
  if (type !== typeSr || lengthBytes < 28) return undefined;
  const sender = {
    ntpSeconds: view.getUint32(at + 8),
    ntpFraction: view.getUint32(at + 12),
    rtpTs: view.getUint32(at + 16),
    packetCount: view.getUint32(at + 20),
    octetCount: view.getUint32(at + 24),
  };
  const blocks = parseBlocks(view, { from: at + 28, end: at + lengthBytes, count });
  return { type: 'sender-report', ssrc, sender, blocks };
}

function parseBlocks(view: DataView, range: { from: number; end: number; count: number }): ReportBlock[] {
  const blocks: ReportBlock[] = [];
  for (let i = 0, at = range.from; i < range.count && at + blockBytes <= range.end; i += 1, at += blockBytes) {
    const lost = view.getUint32(at + 4) & 0xffffff;
    blocks.push({
      ssrc: view.getUint32(at),
      fractionLost: view.getUint8(at + 4),
      packetsLost: (lost << 8) >> 8,
      highestSequence: view.getUint32(at + 8),
      jitterTicks: view.getUint32(at + 12),
      lastSr: view.getUint32(at + 16),
      delaySinceLastSr: view.getUint32(at + 20),
    });
  }
  return blocks;
}

function writeHeader(view: DataView, at: number, head: { count: number; type: number; reportBytes: number }): void {
  view.setUint8(at, 0x80 | head.count);
  view.setUint8(at + 1, head.type);
  view.setUint16(at + 2, head.reportBytes / 4 - 1);
}

function writeSender(view: DataView, at: number, sender: SenderInfo): number {
  view.setUint32(at, sender.ntpSeconds);
  view.setUint32(at + 4, sender.ntpFraction);
  view.setUint32(at + 8, sender.rtpTs);
  view.setUint32(at + 12, sender.packetCount);
  view.setUint32(at + 16, sender.octetCount);
  return at + 20;
}

function writeBlock(view: DataView, at: number, block: ReportBlock): number {
  view.setUint32(at, block.ssrc);
  const lost = Math.max(-0x800000, Math.min(0x7fffff, block.packetsLost)) & 0xffffff;
  view.setUint32(at + 4, ((block.fractionLost & 0xff) << 24) | lost);
  view.setUint32(at + 8, block.highestSequence);
  view.setUint32(at + 12, block.jitterTicks);
  view.setUint32(at + 16, block.lastSr);
  view.setUint32(at + 20, block.delaySinceLastSr);
  return at + blockBytes;
}
