/**
 * The process of the telephones: one socket each, a packet of 20 ms at its own moment within the beat, every packet
 * carrying the time at which it was sent. What it sees is kept in columns of numbers, so that no garbage is made.
 */
import { createSocket, type Socket } from 'node:dgram';
import { parseSdp } from '../../../telephony/sdp/session-description.ts';
import { makeOffer } from '../../../telephony/sdp/offer-answer.ts';
import { serve } from './child.ts';
import { quantile } from '../stats.ts';

const HOST = '127.0.0.1';
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const HEADER_BYTES = 12;
const PCMA = 8;
const MAX_DELAYS = 400_000;

interface Telephone {
  readonly socket: Socket;
  readonly packet: Buffer;
  /** Where it sends; 0 = nowhere. */
  port: number;
  sending: boolean;
  sequence: number;
  sent: number;
  received: number;
}

/** Of one kind of streams since the last look. */
class Delays {
  readonly #values = new Float64Array(MAX_DELAYS);
  #length = 0;

  add(delayMs: number): void {
    if (this.#length < MAX_DELAYS) this.#values[this.#length++] = delayMs;
  }

  take(): { p50Ms: number; p99Ms: number; packets: number } {
    const values = [...this.#values.subarray(0, this.#length)];
    this.#length = 0;
    if (values.length === 0) return { p50Ms: 0, p99Ms: 0, packets: 0 };
    return { p50Ms: quantile(values, 0.5), p99Ms: quantile(values, 0.99), packets: values.length };
  }
}

const telephones: Telephone[] = [];
const echoes: Telephone[] = [];
const delays = new Delays();
const echoDelays = new Delays();
/** Arrival against the stream's own timestamps, for prompts: one column for each telephone. */
const offsets: Float64Array[] = [];
const offsetCounts: number[] = [];
const MAX_OFFSETS = 4_000;
let running = false;
const cell = new Int32Array(new SharedArrayBuffer(4));

async function open(onPacket: (bytes: Buffer, own: Telephone) => void): Promise<Telephone> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, HOST, resolve);
  });
  const packet = Buffer.alloc(HEADER_BYTES + FRAME_SAMPLES, 0xd5);
  packet[0] = 0x80;
  packet[1] = PCMA;
  packet.writeUInt32BE(socket.address().port, 8);
  const own: Telephone = { socket, packet, port: 0, sending: false, sequence: 0, sent: 0, received: 0 };
  socket.on('message', (bytes) => {
    onPacket(bytes, own);
  });
  return own;
}

function noteDelay(into: Delays): (bytes: Buffer, own: Telephone) => void {
  return (bytes, own) => {
    // RTCP and whatever is not a packet of ours is no audio.
    if (bytes.length !== HEADER_BYTES + FRAME_SAMPLES || (bytes.readUInt8(1) & 0x7f) !== PCMA) return;
    own.received += 1;
    into.add(performance.now() - bytes.readDoubleBE(HEADER_BYTES));
  };
}

function noteOffset(bytes: Buffer, index: number): void {
  const count = offsetCounts[index] ?? 0;
  const column = offsets[index];
  if (column === undefined || count >= MAX_OFFSETS || (bytes.readUInt8(1) & 0x7f) !== PCMA) return;
  column[count] = performance.now() - bytes.readUInt32BE(4) / 8;
  offsetCounts[index] = count + 1;
}

function send(one: Telephone): void {
  one.sequence += 1;
  one.sent += 1;
  one.packet.writeUInt16BE(one.sequence & 0xffff, 2);
  one.packet.writeUInt32BE((one.sequence * FRAME_SAMPLES) >>> 0, 4);
  one.packet.writeDoubleBE(performance.now(), HEADER_BYTES);
  // A copy: the socket may still hold the last one.
  one.socket.send(Buffer.from(one.packet), one.port, HOST);
}

/**
 * Each stream has its own place in the beat; what is due by now is sent. In between the process sleeps and lets what
 * comes wait in its sockets: a telephone on another machine would not have to be woken by the switch for each packet,
 * which on one machine costs the switch a tenth of its time. All delays, the echo's too, are read to a millisecond.
 */
function start(): void {
  const all = [...telephones, ...echoes].filter((one) => one.sending);
  const startedMs = performance.now();
  let done = 0;
  const step = (): void => {
    const due = Math.floor(((performance.now() - startedMs) * all.length) / FRAME_MS);
    for (; done < due; done += 1) {
      const one = all[done % all.length];
      if (one !== undefined) send(one);
    }
    Atomics.wait(cell, 0, 0, 1);
    if (running) setImmediate(step);
  };
  running = true;
  step();
}

const work = {
  open: async ({ count }: { count: number }): Promise<readonly string[]> => {
    for (let i = 0; i < count; i += 1) {
      const index = telephones.length;
      const take = noteDelay(delays);
      offsets.push(new Float64Array(MAX_OFFSETS));
      telephones.push(
        await open((bytes, own) => {
          if (own.sending) take(bytes, own);
          else noteOffset(bytes, index);
        }),
      );
    }
    return telephones.map(({ socket }, i) => {
      const { port } = socket.address();
      return makeOffer({ address: HOST, port, rtcpPort: port + 1, sessionId: i + 1, version: 1 });
    });
  },
  openEchoes: async ({ count, port }: { count: number; port: number }): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const one = await open(noteDelay(echoDelays));
      one.port = port;
      one.sending = true;
      echoes.push(one);
    }
  },
  aim: ({ index, answer, sending }: { index: number; answer: string; sending: boolean }): void => {
    const parsed = parseSdp(answer);
    const one = telephones[index];
    if (one === undefined || !parsed.ok) throw new Error('the answer cannot be used');
    one.port = parsed.session.media[0]?.port ?? 0;
    one.sending = sending;
  },
  start,
  stop: (): void => {
    running = false;
  },
  /** Delays since the last look. */
  delays: () => ({ relayed: delays.take(), echoed: echoDelays.take() }),
  counts: () => ({
    sent: telephones.map((one) => one.sent),
    received: telephones.map((one) => one.received),
  }),
  /** How late each prompt packet was against the least late one of its stream. */
  lateness: (): { p50Ms: number; p99Ms: number; packets: number } => {
    const all = offsets.flatMap((column, i) => {
      const own = [...column.subarray(0, offsetCounts[i] ?? 0)];
      const least = own.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      return own.map((value) => value - least);
    });
    offsetCounts.fill(0);
    for (let i = 0; i < offsets.length; i += 1) offsetCounts[i] = 0;
    return { p50Ms: quantile(all, 0.5), p99Ms: quantile(all, 0.99), packets: all.length };
  },
};

export type TelephoneWork = typeof work;

serve(work, () => {
  running = false;
  for (const { socket } of [...telephones, ...echoes]) socket.close();
  return Promise.resolve();
});
