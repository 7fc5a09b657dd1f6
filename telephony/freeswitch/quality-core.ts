/**
 * How a leg fares, from what FreeSWITCH counts (channel variables `rtp_audio_…`) and from the reports of RTCP (RFC 3550
 * section 6.4) that it tells as events. Pure.
 */
import type { StreamQuality, SwitchEvent } from '../ports/switch.ts';
import { meanOpinionScore } from '../rtp/e-model.ts';

type Fields = Readonly<Record<string, string>>;

/** One report block: what one side says of the packets that reached it. */
export interface ReportBlock {
  /** Since the beginning of the stream. */
  readonly lostPackets: number;
  readonly jitterMs: number;
  /** undefined: not measured. */
  readonly roundTripMs: number | undefined;
}

/** The latest reports of a leg. */
export interface LegReports {
  /** What FreeSWITCH tells the party of the party's stream. */
  readonly said: ReportBlock | undefined;
  /** What the party tells FreeSWITCH of ours. */
  readonly heard: ReportBlock | undefined;
}

export const noReports: LegReports = { said: undefined, heard: undefined };

/** Counters of a whole leg up to a moment. */
export interface LegCounters {
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly lostIn: number;
  readonly lostOut: number | undefined;
}

export const zeroCounters: LegCounters = { packetsIn: 0, packetsOut: 0, lostIn: 0, lostOut: undefined };

/** Variables that are asked for, in this order. */
export const counterVariables = [
  'rtp_audio_in_packet_count',
  'rtp_audio_out_packet_count',
  'rtp_audio_in_flaw_total',
  'rtp_audio_in_jitter_min_variance',
] as const;

/** Audio of trunks and pages alike; G.722 keeps the clock of G.711 (RFC 3551 section 4.5.2). */
const TICKS_PER_MS = 8;
const OPUS_TICKS_PER_MS = 48;

const count = (text: string | undefined): number => {
  const value = Number(text ?? '');
  return Number.isFinite(value) && value > 0 ? value : 0;
};

/** Lost packets are a signed number of 24 bits, told as an unsigned one: doubled packets make it negative. */
const lost = (text: string | undefined): number => {
  const value = count(text);
  return value > 0x7f_ff_ff ? 0 : value;
};

/** Ticks of the RTP clock in a millisecond, by the codec that a channel reads. */
export function ticksPerMs(fields: Fields): number {
  return /^opus$/i.test(fields['Channel-Read-Codec-Name'] ?? '') ? OPUS_TICKS_PER_MS : TICKS_PER_MS;
}

/** Takes in `SEND_RTCP_MESSAGE` or `RECV_RTCP_MESSAGE`. */
export function readReport(reports: LegReports, name: string, fields: Fields, ticks: number): LegReports {
  const prefix = name === 'SEND_RTCP_MESSAGE' ? 'Source' : 'Source0';
  // A report may come without a block, when nothing has been received yet.
  if (fields[`${prefix}-Jitter`] === undefined) return reports;
  const roundTripS = count(fields['Rtt0-Avg']);
  const block: ReportBlock = {
    lostPackets: lost(fields[`${prefix}-Lost`]),
    jitterMs: count(fields[`${prefix}-Jitter`]) / ticks,
    roundTripMs: roundTripS > 0 ? roundTripS * 1_000 : undefined,
  };
  return name === 'SEND_RTCP_MESSAGE' ? { ...reports, said: block } : { ...reports, heard: block };
}

export interface Figures {
  readonly counters: LegCounters;
  /** Spread of the arrival times by FreeSWITCH's own count; used while no RTCP is sent. */
  readonly deviationMs: number;
}

/** Reads the values of `counterVariables`; undefined when the leg has no audio (yet). */
export function readFigures(values: readonly (string | undefined)[], reports: LegReports): Figures | undefined {
  const [packetsIn, packetsOut, flaws, variance] = values;
  if (count(packetsIn) === 0) return undefined;
  return {
    counters: {
      packetsIn: count(packetsIn),
      packetsOut: count(packetsOut),
      // FreeSWITCH's own count adds a penalty for losses that follow each other.
      lostIn: reports.said?.lostPackets ?? count(flaws),
      lostOut: reports.heard?.lostPackets,
    },
    deviationMs: Math.sqrt(count(variance)),
  };
}

type QualityEvent = Extract<SwitchEvent, { readonly type: 'leg.quality' }>;

interface Moment {
  readonly legId: string;
  readonly isFinal: boolean;
  readonly before: LegCounters;
}

/** What is told of the time since `before`; of the whole leg when that is zero. */
export function qualityEvent({ legId, isFinal, before }: Moment, now: Figures, reports: LegReports): QualityEvent {
  const { counters, deviationMs } = now;
  const { said, heard } = reports;
  const roundTripMs = heard?.roundTripMs;
  const lostOut = counters.lostOut ?? 0;
  return {
    ...{ type: 'leg.quality', legId, isFinal, roundTripMs },
    said: stream({
      packets: counters.packetsIn - before.packetsIn,
      lostPackets: counters.lostIn - before.lostIn,
      jitterMs: said?.jitterMs ?? deviationMs,
      roundTripMs: roundTripMs ?? 0,
    }),
    heard:
      heard === undefined
        ? undefined
        : stream({
            packets: counters.packetsOut - before.packetsOut - (lostOut - (before.lostOut ?? 0)),
            lostPackets: lostOut - (before.lostOut ?? 0),
            jitterMs: heard.jitterMs,
            roundTripMs: roundTripMs ?? 0,
          }),
  };
}

interface Stream {
  readonly packets: number;
  readonly lostPackets: number;
  readonly jitterMs: number;
  readonly roundTripMs: number;
}

/** Counts may run backwards when a stream begins anew (a restart, a new SSRC): none is told then. */
function stream({ packets, lostPackets, jitterMs, roundTripMs }: Stream): StreamQuality {
  const got = Math.max(0, packets);
  const missed = Math.max(0, lostPackets);
  const lossShare = got + missed === 0 ? 0 : missed / (got + missed);
  const mos = meanOpinionScore({ lossShare, jitterMs, roundTripMs });
  return { packets: got, lostPackets: missed, jitterMs: rounded(jitterMs), mos: rounded(mos) };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
