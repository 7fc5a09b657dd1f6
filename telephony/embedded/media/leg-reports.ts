/** RTCP of one leg: what we report every five seconds, and what the far end reports about us. */
import type { OutgoingStream } from '../../rtp/outgoing-stream.ts';
import { ReceptionStats } from '../../rtp/reception-stats.ts';
import type { ReceptionSnapshot } from '../../rtp/reception-stats.ts';
import { parseRtcp, serializeReport } from '../../rtp/rtcp-packet.ts';
import type { ReportBlock, SenderInfo } from '../../rtp/rtcp-packet.ts';
import type { RtpPacket } from '../../rtp/rtp-packet.ts';

/** Quality of a leg so far, for reports. */
export interface LegQuality {
  readonly received: ReceptionSnapshot;
  readonly packetsSent: number;
  /** As the far end reports it; `undefined` before its first report. */
  readonly remote:
    { readonly packetsLost: number; readonly fractionLost: number; readonly jitterMs: number } | undefined;
  readonly roundTripMs: number | undefined;
  readonly ignoredPackets: number;
}

const reportEveryMs = 5000;
/** Seconds between the NTP epoch (1900) and the Unix epoch. */
const ntpOffsetSeconds = 2_208_988_800;

export class LegReports {
  readonly stats = new ReceptionStats();
  readonly #ssrc: number;
  readonly #cname: string;
  #packetsSent = 0;
  #octetsSent = 0;
  #sentAtLastReport = 0;
  #nextReportMs: number;
  #lastSr: { compactNtp: number; atMs: number } | undefined;
  #remote: LegQuality['remote'];
  #roundTripMs: number | undefined;

  constructor(identity: { ssrc: number; cname: string }, nowMs: number) {
    this.#ssrc = identity.ssrc;
    this.#cname = identity.cname;
    // The first one soon, so that the far end sees a live peer and a round trip can be measured.
    this.#nextReportMs = nowMs + 1000;
  }

  sent(packet: RtpPacket): void {
    this.#packetsSent += 1;
    this.#octetsSent += packet.payload.length;
  }

  received(bytes: Uint8Array, nowMs: number): void {
    for (const item of parseRtcp(bytes)) {
      if (item.type === 'bye') continue;
      if (item.type === 'sender-report') {
        const { ntpSeconds, ntpFraction } = item.sender;
        this.#lastSr = { compactNtp: compact(ntpSeconds, ntpFraction), atMs: nowMs };
      }
      const block = item.blocks.find((one) => one.ssrc === this.#ssrc);
      if (block !== undefined) this.#noteBlock(block);
    }
  }

  /** The report that is due, if one is. */
  due(nowMs: number, stream: { out: OutgoingStream; nowSample: number }): Uint8Array | undefined {
    if (nowMs < this.#nextReportMs) return undefined;
    this.#nextReportMs = nowMs + reportEveryMs;
    const sending = this.#packetsSent > this.#sentAtLastReport;
    this.#sentAtLastReport = this.#packetsSent;
    const sender: SenderInfo | undefined = sending
      ? {
          ...ntpNow(),
          rtpTs: stream.out.rtpTsAt(stream.nowSample),
          packetCount: this.#packetsSent,
          octetCount: this.#octetsSent,
        }
      : undefined;
    const blocks = this.#blocks(nowMs);
    const report = { ssrc: this.#ssrc, cname: this.#cname, blocks };
    return serializeReport(sender === undefined ? report : { ...report, sender });
  }

  quality(ignoredPackets: number): LegQuality {
    return {
      received: this.stats.snapshot(),
      packetsSent: this.#packetsSent,
      remote: this.#remote,
      roundTripMs: this.#roundTripMs,
      ignoredPackets,
    };
  }

  #blocks(nowMs: number): ReportBlock[] {
    const { ssrc } = this.stats;
    if (ssrc === undefined) return [];
    const sr = this.#lastSr;
    const delaySinceLastSr = sr === undefined ? 0 : Math.round((nowMs - sr.atMs) * 65.536) >>> 0;
    return [{ ssrc, ...this.stats.report(), lastSr: sr?.compactNtp ?? 0, delaySinceLastSr }];
  }

  #noteBlock(block: ReportBlock): void {
    this.#remote = {
      packetsLost: block.packetsLost,
      fractionLost: block.fractionLost / 256,
      jitterMs: block.jitterTicks / 8,
    };
    if (block.lastSr === 0) return;
    // RFC 3550 section 6.4.1: A - LSR - DLSR, all in 1/65536 s; a negative difference is clock noise.
    const now = ntpNow();
    const ticks = (compact(now.ntpSeconds, now.ntpFraction) - block.lastSr - block.delaySinceLastSr) | 0;
    if (ticks >= 0 && ticks < 65_536 * 10) this.#roundTripMs = ticks / 65.536;
  }
}

function ntpNow(): { ntpSeconds: number; ntpFraction: number } {
  const nowMs = Date.now();
  const seconds = Math.floor(nowMs / 1000);
  return {
    ntpSeconds: (seconds + ntpOffsetSeconds) >>> 0,
    ntpFraction: Math.floor(((nowMs - seconds * 1000) / 1000) * 0x1_0000_0000) >>> 0,
  };
}

function compact(ntpSeconds: number, ntpFraction: number): number {
  return (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
}
