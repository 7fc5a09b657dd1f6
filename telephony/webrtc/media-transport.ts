/** How a leg's packets travel: plain RTP over UDP, or SRTP to a browser. Types only. */
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { NegotiatedAudio } from '../sdp/offer-answer.ts';

/** Receives what arrives. Packets are whole and decrypted; nothing else is promised about them. */
export interface TransportSink {
  readonly onRtp: (packet: RtpPacket) => void;
  /** One compound RTCP packet. */
  readonly onRtcp: (bytes: Uint8Array) => void;
}

export interface MediaTransport {
  /** Our SSRC; set once. */
  readonly ssrc: number;
  /** False while there is nowhere to send to yet (no address, no keys). */
  readonly isReady: boolean;
  /** Datagrams that were not taken: garbage, or from a stranger. */
  readonly ignoredPackets: number;
  createOffer(): Promise<string>;
  acceptAnswer(sdp: string): Promise<NegotiatedAudio>;
  answerOffer(sdp: string): Promise<{ readonly sdp: string; readonly negotiated: NegotiatedAudio }>;
  sendRtp(packet: RtpPacket): void;
  sendRtcp(bytes: Uint8Array): void;
  close(): Promise<void>;
}
