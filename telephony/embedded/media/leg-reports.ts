/** RTCP of one leg: what we report every five seconds, and what the far end reports about us. */
import type { StreamQuality } from '../../ports/switch.ts';
import { meanOpinionScore } from '../../rtp/e-model.ts';
import type { OutgoingStream } from '../../rtp/outgoing-stream.ts';
import { ReceptionStats } from '../../rtp/reception-stats.ts';
import type { ReceptionSnapshot } from '../../rtp/reception-stats.ts';
import { parseRtcp, serializeReport } from '../../rtp/rtcp-packet.ts';
import type { ReportBlock, SenderInfo } from '../../rtp/rtcp-packet.ts';
import type { RtpPacket } from '../../rtp/rtp-packet.ts';
import type { LegFigures } from './media-engine.ts';

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

/** Counts at a moment, from which those of a span of time follow. */
interface Counts {
  readonly received: number;
  readonly receivedLost: number;
  readonly sent: number;
  readonly sentLost: number;
}

const none: Counts = { received: 0, receivedLost: 0, sent: 0, sentLost: 0 };
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
  #counted: Counts = none;

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

  /** Figures since the last time they were asked for. */
  latest(): LegFigures {
    const since = this.#counted;
    this.#counted = this.#counts();
    return this.#figures(since);
  }

  /** Figures of the whole leg. */
  total(): LegFigures {
    return this.#figures(none);
  }

  #counts(): Counts {
    const { packetsReceived, packetsLost } = this.stats.snapshot();
    const sentLost = Math.max(0, this.#remote?.packetsLost ?? 0);
    return { received: packetsReceived, receivedLost: packetsLost, sent: this.#packetsSent, sentLost };
  }

  #figures(since: Counts): LegFigures {
    const now = this.#counts();
    const roundTripMs = this.#roundTripMs;
    // Packets counted as lost may turn up later.
    const lost = Math.max(0, now.receivedLost - since.receivedLost);
    const received = now.received - since.received;
    const { jitterMs } = this.stats.snapshot();
    const said = streamQuality({ packets: received, expected: received + lost, lost, jitterMs }, roundTripMs);
    const remote = this.#remote;
    if (remote === undefined) return { said, heard: undefined, roundTripMs };
    const sent = now.sent - since.sent;
    const sentLost = Math.min(sent, Math.max(0, now.sentLost - since.sentLost));
    const reported = { packets: sent - sentLost, expected: sent, lost: sentLost, jitterMs: remote.jitterMs };
    return { said, heard: streamQuality(reported, roundTripMs), roundTripMs };
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

function streamQuality(
  stream: { packets: number; expected: number; lost: number; jitterMs: number },
  roundTripMs: number | undefined,
): StreamQuality {
  const { packets, expected, lost, jitterMs } = stream;
  const lossShare = expected === 0 ? 0 : lost / expected;
  const mos = meanOpinionScore({ lossShare, jitterMs, roundTripMs: roundTripMs ?? 0 });
  const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
  return { packets, lostPackets: lost, jitterMs: rounded(jitterMs, 1), mos: rounded(mos, 2) };
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
