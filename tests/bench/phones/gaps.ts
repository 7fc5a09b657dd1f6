/** How much longer the pauses between packets became on their way. Pure. */
import { stallAt, type Stall } from './heartbeat.ts';
import { stalledBetween } from './host-stalls.ts';
import type { WirePacket } from './wire-track.ts';

/** What is not the server's doing. */
export interface Stalls {
  /** Of the measuring process. */
  readonly own: readonly Stall[];
  /** Of the machine's processors, by their host; joined. */
  readonly host: readonly Stall[];
}

export interface Gaps {
  /** For each packet that arrived: pause before it at the receiver minus pause before it at the sender, if positive. */
  readonly rawGapsMs: readonly number[];
  /** The same, less what the packet may have waited for the measuring process or for a processor the host had taken. */
  readonly gapsMs: readonly number[];
  readonly sent: number;
  readonly lost: number;
}

const quiet = new Set([0xd5, 0x55, 0xd4, 0x54]);

/** Enough different octets that no other frame is alike. */
function isTelling(payload: Uint8Array): boolean {
  let loud = 0;
  for (const octet of payload) if (!quiet.has(octet)) loud += 1;
  return loud > payload.length / 2;
}

const keyOf = (payload: Uint8Array): string =>
  Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1');

/** The relay keeps a source's timestamps but for a constant: found by frames whose content is the same. */
function offsetOf(sent: readonly WirePacket[], received: readonly WirePacket[]): number | undefined {
  const byContent = new Map<string, WirePacket>();
  for (const packet of sent) if (isTelling(packet.payload)) byContent.set(keyOf(packet.payload), packet);
  const votes = new Map<number, number>();
  for (const packet of received) {
    const twin = byContent.get(keyOf(packet.payload));
    if (twin === undefined) continue;
    const offset = (packet.rtpTs - twin.rtpTs) >>> 0;
    votes.set(offset, (votes.get(offset) ?? 0) + 1);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** Looks at the packets that were sent between two moments of the process's monotonic clock. */
export function gapsOf(
  sent: readonly WirePacket[],
  received: readonly WirePacket[],
  span: { readonly fromMs: number; readonly toMs: number },
  stalls: Stalls = { own: [], host: [] },
): Gaps {
  const offset = offsetOf(sent, received);
  if (offset === undefined) throw new Error('nothing that was sent on this leg arrived on the other');
  const indexOf = new Map(sent.map((packet, i) => [(packet.rtpTs + offset) >>> 0, i]));
  const inSpan = (i: number): boolean => {
    const atMs = sent[i]?.atMs ?? -1;
    return atMs >= span.fromMs && atMs <= span.toMs;
  };
  const rawGapsMs: number[] = [];
  const gapsMs: number[] = [];
  const arrived = new Set<number>();
  let last: { readonly index: number; readonly atMs: number } | undefined;
  for (const packet of received) {
    const index = indexOf.get(packet.rtpTs);
    if (index === undefined || arrived.has(index)) continue;
    arrived.add(index);
    if (last !== undefined && index <= last.index) continue;
    const departures = (sent[index]?.atMs ?? 0) - (sent[index - 1]?.atMs ?? 0);
    if (last !== undefined && inSpan(index)) {
      const rawMs = Math.max(0, packet.atMs - last.atMs - departures);
      rawGapsMs.push(rawMs);
      const readMs = packet.atMs - stallAt(stalls.own, packet.atMs);
      const hostMs = stalledBetween(stalls.host, sent[index]?.atMs ?? readMs, readMs);
      gapsMs.push(Math.max(0, rawMs - (packet.atMs - readMs) - hostMs));
    }
    last = { index, atMs: packet.atMs };
  }
  const wanted = sent.flatMap((_, i) => (inSpan(i) ? [i] : []));
  return { rawGapsMs, gapsMs, sent: wanted.length, lost: wanted.filter((i) => !arrived.has(i)).length };
}
