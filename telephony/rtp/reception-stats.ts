/** Reception statistics of one stream (RFC 3550 appendix A.1, A.3, A.8). Pure: arrival times come in. */
import { sequenceDistance } from './rtp-packet.ts';

export interface ReceptionSnapshot {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly packetsOutOfOrder: number;
  readonly jitterMs: number;
  readonly highestSequence: number;
}

const clockKhz = 8;
/** RFC 3550 appendix A.1: a jump larger than this is a new stream, not loss. */
const maxDropout = 3000;

/** Counts of one SSRC; a new SSRC starts a new period and the old losses stay in the sum. */
export class ReceptionStats {
  #ssrc: number | undefined;
  #base = 0;
  #highest = 0;
  #received = 0;
  #closedReceived = 0;
  #closedLost = 0;
  #outOfOrder = 0;
  #jitterTicks = 0;
  #transit: number | undefined;
  #lastReport = { expected: 0, received: 0 };

  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  push(packet: { ssrc: number; sequence: number; rtpTs: number }, arrivalMs: number): void {
    const distance = sequenceDistance(packet.sequence, this.#highest & 0xffff);
    if (packet.ssrc !== this.#ssrc || Math.abs(distance) > maxDropout) this.#startPeriod(packet);
    else if (distance > 0) this.#highest += distance;
    else this.#outOfOrder += 1;
    this.#received += 1;
    this.#measureJitter(packet.rtpTs, arrivalMs);
  }

  snapshot(): ReceptionSnapshot {
    return {
      packetsReceived: this.#closedReceived + this.#received,
      packetsLost: this.#closedLost + Math.max(0, this.#expected() - this.#received),
      packetsOutOfOrder: this.#outOfOrder,
      jitterMs: this.#jitterTicks / clockKhz,
      highestSequence: this.#highest,
    };
  }

  /** What a report block says; the fraction counts from the previous call. */
  report(): { fractionLost: number; packetsLost: number; highestSequence: number; jitterTicks: number } {
    const expected = this.#expected();
    const since = expected - this.#lastReport.expected;
    const lost = since - (this.#received - this.#lastReport.received);
    this.#lastReport = { expected, received: this.#received };
    return {
      fractionLost: since > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / since)) : 0,
      packetsLost: expected - this.#received,
      highestSequence: this.#highest >>> 0,
      jitterTicks: Math.round(this.#jitterTicks),
    };
  }

  #expected(): number {
    return this.#ssrc === undefined ? 0 : this.#highest - this.#base + 1;
  }

  #startPeriod(packet: { ssrc: number; sequence: number }): void {
    this.#closedLost += Math.max(0, this.#expected() - this.#received);
    this.#closedReceived += this.#received;
    this.#ssrc = packet.ssrc;
    this.#base = packet.sequence;
    this.#highest = packet.sequence;
    this.#received = 0;
    this.#transit = undefined;
    this.#lastReport = { expected: 0, received: 0 };
  }

  #measureJitter(rtpTs: number, arrivalMs: number): void {
    const transit = Math.round(arrivalMs * clockKhz) - rtpTs;
    const delta = this.#transit === undefined ? 0 : Math.abs((transit - this.#transit) | 0);
    this.#transit = transit;
    // A jump of more than ten seconds is a timestamp that started anew, not jitter.
    if (delta < 80_000) this.#jitterTicks += (delta - this.#jitterTicks) / 16;
  }
}
