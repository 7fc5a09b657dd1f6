/** The other end of a plain RTP leg, for tests: a socket that sends a tone and keeps what it hears. */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hearing } from '../../../../telephony/embedded/media/media-engine.ts';
import { decodeG711, encodeG711 } from '../../../../telephony/rtp/g711.ts';
import type { Law } from '../../../../telephony/rtp/g711.ts';
import { parseRtp, serializeRtp } from '../../../../telephony/rtp/rtp-packet.ts';
import type { RtpPacket } from '../../../../telephony/rtp/rtp-packet.ts';
import { parseSdp } from '../../../../telephony/sdp/session-description.ts';

const frameSamples = 160;

export class RtpParty {
  readonly heard: RtpPacket[] = [];
  readonly #socket: Socket;
  readonly #law: Law;
  #target = { address: '127.0.0.1', port: 0 };
  #timer: NodeJS.Timeout | undefined;
  #sequence = 1000;
  #rtpTs = 5000;
  #frames = 0;

  private constructor(socket: Socket, law: Law) {
    this.#socket = socket;
    this.#law = law;
    socket.on('message', (bytes) => {
      const packet = parseRtp(bytes);
      if (packet !== undefined) this.heard.push(packet);
    });
  }

  static async open(law: Law = 'pcma'): Promise<RtpParty> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    return new RtpParty(socket, law);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** An SDP body, offer or answer. */
  sdp(direction = 'sendrecv', address = '127.0.0.1', withEvents = true): string {
    const payloadType = this.#law === 'pcma' ? 8 : 0;
    return [
      'v=0',
      `o=- 1 1 IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${this.port} RTP/AVP ${payloadType}${withEvents ? ' 96' : ''}`,
      ...(withEvents ? ['a=rtpmap:96 telephone-event/8000'] : []),
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** Learns where to send from the other side's SDP. */
  aim(sdp: string): void {
    const parsed = parseSdp(sdp);
    if (!parsed.ok) throw new Error(parsed.reason);
    this.#target = { address: '127.0.0.1', port: parsed.session.media[0]?.port ?? 0 };
  }

  /** Sends a tone at 20 ms a packet, paced by the clock. */
  startTone(hz: number, amplitude = 8000): void {
    clearInterval(this.#timer);
    const startMs = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      for (; sent * 20 <= performance.now() - startMs; sent += 1) this.sendPcm(this.#tone(hz, amplitude));
    }, 5);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  sendPcm(pcm: Int16Array): void {
    this.sendPayload(this.#law === 'pcma' ? 8 : 0, encodeG711(this.#law, pcm));
    this.#rtpTs += pcm.length;
  }

  sendPayload(payloadType: number, payload: Uint8Array, rtpTs = this.#rtpTs): void {
    const packet = { payloadType, marker: false, sequence: this.#sequence & 0xffff, rtpTs, ssrc: 77, payload };
    this.#sequence += 1;
    this.sendRaw(serializeRtp(packet));
  }

  /** Leaves out packets as if the network had lost them. */
  skip(packets: number): void {
    this.#sequence += packets;
    this.#rtpTs += packets * frameSamples;
  }

  /** One digit, all its packets under one timestamp. */
  sendDigit(payloads: readonly Uint8Array[]): void {
    const rtpTs = this.#rtpTs;
    for (const payload of payloads) this.sendPayload(96, payload, rtpTs);
    this.#rtpTs += payloads.length * frameSamples;
  }

  /** Sends to the same place as another party. */
  aimLike(other: RtpParty): void {
    this.#target = other.#target;
  }

  sendRaw(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#target.port, this.#target.address);
  }

  /** Everything heard so far as samples, in order of arrival. */
  heardPcm(): Int16Array {
    const parts = this.heard.filter((p) => p.payloadType === 8 || p.payloadType === 0);
    return Int16Array.from(parts.flatMap((p) => [...decodeG711(p.payloadType === 8 ? 'pcma' : 'pcmu', p.payload)]));
  }

  async close(): Promise<void> {
    this.stop();
    await new Promise<void>((resolve) => {
      this.#socket.close(() => {
        resolve();
      });
    });
  }

  #tone(hz: number, amplitude: number): Int16Array {
    const from = this.#frames * frameSamples;
    this.#frames += 1;
    return Int16Array.from({ length: frameSamples }, (_, i) =>
      Math.round(amplitude * Math.sin((2 * Math.PI * hz * (from + i)) / 8000)),
    );
  }
}

/** Amplitude of one frequency in a piece of 8 kHz audio (Goertzel). */
export function amplitudeOf(pcm: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8000);
  let before = 0;
  let last = 0;
  for (const sample of pcm) {
    const next = sample + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = before * before + last * last - coefficient * before * last;
  return pcm.length === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / pcm.length;
}

/** Waits in real time until something holds. */
export async function until(holds: () => boolean, limitMs = 5000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error('it did not happen in time');
    await sleep(5);
  }
}

/** Two legs that hear each other. */
export function joined(a: string, b: string): Hearing[] {
  const hearing = (legId: string, other: string): Hearing => ({
    legId,
    hears: [other],
    hearsPlaysOf: [],
    endsPlay: true,
  });
  return [hearing(a, b), hearing(b, a)];
}

export { sleep };
