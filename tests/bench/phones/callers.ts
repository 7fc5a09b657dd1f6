/** The callers: each a SIP phone of its own with one call. */
import { decodeG711 } from '../../../telephony/rtp/g711.ts';
import { tone } from '../../../tools/call/audio.ts';
import type { Pacer } from '../../../tools/call/pacer.ts';
import type { PhoneCall } from '../../../tools/call/phone-call.ts';
import { SipPhone } from '../../../tools/call/sip-phone.ts';
import { until, within } from '../limits.ts';
import { isTone } from './tone.ts';
import { forgetWire, inviteSentAt, wireOf, type WireLog } from './wire.ts';
import type { WirePacket, WireTrack } from './wire-track.ts';

const FRAME_SAMPLES = 160;
/** Above the noise of coding: the least that counts as sound. */
const SOUND = 64;

interface Caller {
  readonly phone: SipPhone;
  readonly call: PhoneCall;
  readonly rtpPort: number;
}

/** Local RTP port of a call, as its own offer says. */
export function rtpPortOf(call: PhoneCall): number {
  const port = /^m=audio (\d+)/m.exec(call.offer())?.[1];
  if (port === undefined) throw new Error('the phone offered no audio');
  return Number(port);
}

const pcmOf = (packet: WirePacket): Int16Array => decodeG711('pcma', packet.payload);

/** Looks through packets as they come, at each of them once. */
function searchOf(packets: WireTrack, fits: (packet: WirePacket) => boolean): () => WirePacket | undefined {
  let at = 0;
  return () => {
    for (; at < packets.length; at++) {
      const packet = packets.at(at);
      if (packet !== undefined && fits(packet)) return packet;
    }
    return undefined;
  };
}

export class Callers {
  readonly #pacer: Pacer;
  readonly #callers = new Map<string, Caller>();

  constructor(pacer: Pacer) {
    this.#pacer = pacer;
  }

  async dial({ number, uri, toneHz }: { number: string; uri: string; toneHz: number | null }): Promise<null> {
    const phone = new SipPhone({ address: '127.0.0.1', user: number, pacer: this.#pacer });
    await phone.start();
    const call = await phone.call(uri);
    this.#callers.set(number, { phone, call, rtpPort: rtpPortOf(call) });
    if (toneHz !== null) void call.play(tone(toneHz, 1_000), true);
    return null;
  }

  async greeting({ number }: { number: string }): Promise<{ inviteAtMs: number; soundAtMs: number }> {
    const { phone, call, rtpPort } = this.#get(number);
    const inviteAtMs = inviteSentAt(phone.sipPort);
    if (inviteAtMs === undefined) throw new Error('no INVITE left the phone');
    const { received } = wireOf(rtpPort);
    const look = searchOf(received, (packet) => pcmOf(packet).some((s) => Math.abs(s) > SOUND));
    const first = await until('the greeting', 15_000, () => {
      if (call.outcome !== undefined)
        throw new Error(`the call ended with ${call.outcome.status} (${call.outcome.why})`);
      return look();
    });
    return { inviteAtMs, soundAtMs: first.wallMs };
  }

  async tone({ number, hz, sinceMs }: { number: string; hz: number; sinceMs: number }): Promise<number> {
    const { received } = wireOf(this.#get(number).rtpPort);
    const look = searchOf(received, (packet) => packet.wallMs >= sinceMs && isTone(pcmOf(packet), hz));
    const found = await until('the agent’s tone at the caller', 10_000, look);
    return found.wallMs;
  }

  async say({
    number,
    pcm,
    samples,
  }: {
    number: string;
    pcm: Int16Array;
    samples: readonly number[];
  }): Promise<readonly number[]> {
    const { call, rtpPort } = this.#get(number);
    const { sent } = wireOf(rtpPort);
    const first = sent.length;
    await within('the caller to have spoken', pcm.length / 8 + 5_000, call.play(pcm));
    if (call.outcome !== undefined) throw new Error(`the call ended while the caller spoke (${call.outcome.why})`);
    return samples.map((sample) => {
      const packet = sent.at(first + Math.floor(sample / FRAME_SAMPLES));
      if (packet === undefined) throw new Error('the caller did not send all it had to say');
      return packet.wallMs;
    });
  }

  async hangUp({ number }: { number: string }): Promise<null> {
    const { phone, rtpPort } = this.#get(number);
    this.#callers.delete(number);
    const { sipPort } = phone;
    await within('the caller to hang up', 40_000, phone.close());
    forgetWire(rtpPort);
    forgetWire(sipPort);
    return null;
  }

  wire(number: string): WireLog {
    return wireOf(this.#get(number).rtpPort);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#callers.keys()].map((number) => this.hangUp({ number })));
  }

  #get(number: string): Caller {
    const caller = this.#callers.get(number);
    if (caller === undefined) throw new Error('there is no such caller');
    return caller;
  }
}
