/**
 * Both directions of a leg as linear audio on the leg's media clock, for those who listen: one tap, one recording.
 *
 * Tap and recording take the same placed audio, so that a position in one is a position in the other.
 * Nothing is decoded while nobody listens.
 */
import { AudioTimeline } from '../../rtp/audio-timeline.ts';
import type { PlacedAudio } from '../../rtp/audio-timeline.ts';
import { decodeG711 } from '../../rtp/g711.ts';
import type { Law } from '../../rtp/g711.ts';
import type { RtpPacket } from '../../rtp/rtp-packet.ts';
import type { TapFrame } from '../../ports/switch.ts';
import type { Recording } from './recording.ts';
import { TapCollector } from './tap-collector.ts';

type Side = TapFrame['side'];

/** What a packet carries; the law is known only of audio. */
export type PacketContent =
  { readonly type: 'audio'; readonly law: Law } | { readonly type: 'event' } | { readonly type: 'noise' };

/** One object for each kind of content: there is one for every packet. */
export const audioContent = { pcma: { type: 'audio', law: 'pcma' }, pcmu: { type: 'audio', law: 'pcmu' } } as const;
export const eventContent = { type: 'event' } as const;
export const noiseContent = { type: 'noise' } as const;

const sides = ['said', 'heard'] as const;
/** A pause this long ends a tap frame early. */
const tapPauseSamples = 640;

export class LegAudio {
  #timelines: Record<Side, AudioTimeline> | undefined;
  #tap: Record<Side, TapCollector> | undefined;
  #recording: Recording | undefined;

  get recording(): Recording | undefined {
    return this.#recording;
  }

  /** Whether anybody listens. */
  get isOpen(): boolean {
    return this.#timelines !== undefined;
  }

  take(side: Side, packet: RtpPacket, at: { content: PacketContent; nowSample: number }): void {
    if (this.#timelines === undefined) return;
    const pcm = at.content.type === 'audio' ? decodeG711(at.content.law, packet.payload) : undefined;
    const { ssrc, sequence, rtpTs } = packet;
    this.#spread(side, this.#timelines[side].push({ ssrc, sequence, rtpTs, pcm }, at.nowSample));
  }

  /** To be called at every beat: lets waiting packets and begun frames go. */
  advance(nowSample: number): void {
    if (this.#timelines === undefined) return;
    for (const side of sides) {
      this.#spread(side, this.#timelines[side].advance(nowSample));
      this.#tap?.[side].flushBefore(nowSample - tapPauseSamples);
    }
  }

  startTap(emit: (frame: TapFrame) => void): void {
    this.#tap = { said: new TapCollector('said', emit), heard: new TapCollector('heard', emit) };
    this.#listen();
  }

  stopTap(nowSample: number): void {
    this.#drain(nowSample);
    for (const side of sides) this.#tap?.[side].flush();
    this.#tap = undefined;
    this.#listen();
  }

  /** False when there is a recording already. */
  startRecording(recording: Recording): boolean {
    if (this.#recording !== undefined) return false;
    this.#recording = recording;
    this.#listen();
    return true;
  }

  /** Takes the recording off; the caller finishes it. */
  takeRecording(nowSample: number): Recording | undefined {
    this.#drain(nowSample);
    const recording = this.#recording;
    this.#recording = undefined;
    this.#listen();
    return recording;
  }

  #listen(): void {
    if (this.#tap === undefined && this.#recording === undefined) this.#timelines = undefined;
    else this.#timelines ??= { said: new AudioTimeline(), heard: new AudioTimeline() };
  }

  #drain(nowSample: number): void {
    for (const side of sides) this.#spread(side, this.#timelines?.[side].flush(nowSample) ?? []);
  }

  #spread(side: Side, placed: readonly PlacedAudio[]): void {
    for (const audio of placed) {
      this.#tap?.[side].push(audio);
      this.#recording?.write(side, audio);
    }
  }
}
