/**
 * A browser leg: ICE-lite, DTLS-SRTP, one audio line, by werift.
 *
 * Packets go through werift's SRTP sessions and not through its tracks: a sender of werift forces the payload type
 * (no telephone events), its tracks fire again at every renegotiation, and its parser of RTP headers, which works on
 * texts of binary digits, and its statistics cost as much as the decryption.
 */
import { RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import type { RTCDtlsTransport, RTCRtpSender, RtpHeader } from 'werift';
import { looksLikeRtcp } from '../rtp/rtcp-packet.ts';
import { parseRtp, rtpHeaderBytes, writeRtpHeader } from '../rtp/rtp-packet.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { NegotiatedAudio } from '../sdp/offer-answer.ts';
import { SdpError } from '../sdp/sdp-error.ts';
import { advertiseCandidates, readBrowserSdp } from './browser-sdp.ts';
import type { MediaTransport, TransportSink } from './media-transport.ts';

export interface WeriftTransportOptions {
  /** Shown in candidates; werift itself binds to every interface, whatever it is told. */
  readonly advertisedAddress: string;
  readonly iceServers: readonly { readonly urls: string; readonly username?: string; readonly credential?: string }[];
  /** Where to take UDP ports from; werift tries them from the first one upwards. */
  readonly portRange: readonly [number, number] | undefined;
  /** Runs a step that takes ports alone: werift finds a free port, lets it go and then binds it. */
  readonly withPorts: <T>(step: () => Promise<T>) => Promise<T>;
}

interface Rtcp {
  serialize(): Buffer;
}

/** What werift's ciphers need of an RTP header, without its way of making one. */
class PlainHeader {
  readonly serializeSize = rtpHeaderBytes;
  readonly ssrc: number;
  readonly sequenceNumber: number;
  readonly #packet: RtpPacket;

  constructor(packet: RtpPacket) {
    this.#packet = packet;
    this.ssrc = packet.ssrc;
    this.sequenceNumber = packet.sequence;
  }

  serialize(size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    writeRtpHeader(this.#packet, bytes);
    return bytes;
  }
}

export class WeriftTransport implements MediaTransport {
  readonly ssrc: number;
  readonly #options: WeriftTransportOptions;
  readonly #peer: RTCPeerConnection;
  readonly #sender: RTCRtpSender;
  #ignoredPackets = 0;
  #failedRestarts = 0;
  #lastAnswer: { sdp: string; negotiated: NegotiatedAudio } | undefined;
  #steps: Promise<unknown> = Promise.resolve();

  constructor(options: WeriftTransportOptions, sink: TransportSink) {
    this.#options = options;
    this.#peer = new RTCPeerConnection({
      iceServers: options.iceServers.map((server) => ({ ...server })),
      iceLite: true,
      iceUseIpv6: false,
      bundlePolicy: 'max-bundle',
      iceAdditionalHostAddresses: ['127.0.0.1'],
      ...(options.portRange === undefined ? {} : { icePortRange: [...options.portRange] }),
      codecs: { audio: ourCodecs(), video: [] },
    });
    this.#sender = this.#peer.addTransceiver('audio', { direction: 'sendrecv' }).sender;
    this.ssrc = this.#sender.ssrc;
    this.#listen(sink);
  }

  get isReady(): boolean {
    return this.#dtls?.state === 'connected';
  }

  get ignoredPackets(): number {
    return this.#ignoredPackets;
  }

  get failedRestarts(): number {
    return this.#failedRestarts;
  }

  createOffer(): Promise<string> {
    return this.#step(async () => {
      // A second offer while the first is unanswered is the same offer.
      if (this.#peer.signalingState === 'stable') {
        const offer = await this.#peer.createOffer();
        await this.#gather(() => this.#peer.setLocalDescription(offer));
      }
      return this.#localSdp();
    });
  }

  acceptAnswer(sdp: string): Promise<NegotiatedAudio> {
    return this.#step(async () => {
      const read = readBrowserSdp(sdp);
      if (!read.ok) throw new SdpError(`the answer cannot be used: ${read.reason}`);
      // The same answer comes twice when it was in a provisional response already.
      if (this.#peer.signalingState === 'stable' && this.#lastAnswer?.sdp === sdp) return read.negotiated;
      await this.#setRemote('answer', read.sdp);
      this.#resumeIce();
      this.#lastAnswer = { sdp, negotiated: read.negotiated };
      return read.negotiated;
    });
  }

  answerOffer(sdp: string): Promise<{ sdp: string; negotiated: NegotiatedAudio }> {
    return this.#step(async () => {
      const read = readBrowserSdp(sdp);
      if (!read.ok) throw new SdpError(`the offer cannot be used: ${read.reason}`);
      await this.#setRemote('offer', read.sdp);
      const dtls = this.#dtls;
      // RFC 8842 section 5.3: once connected the roles stay. As server we need not wait for werift's client delay.
      if (dtls?.state === 'new') dtls.role = read.setup === 'passive' ? 'client' : 'server';
      const answer = await this.#peer.createAnswer();
      await this.#gather(() => this.#peer.setLocalDescription(answer));
      this.#resumeIce();
      return { sdp: this.#localSdp(), negotiated: read.negotiated };
    });
  }

  sendRtp(packet: RtpPacket): void {
    const dtls = this.#dtls;
    if (dtls?.state !== 'connected') return;
    const header = new PlainHeader(packet);
    // SrtpSession.encrypt asks of its header nothing but what PlainHeader has.
    const sealed = this.#counted(() => dtls.srtp.encrypt(asBuffer(packet.payload), header as unknown as RtpHeader));
    if (sealed === undefined) return;
    dtls.iceTransport.connection.send(sealed).catch(() => {
      this.#ignoredPackets += 1;
    });
  }

  sendRtcp(bytes: Uint8Array): void {
    const dtls = this.#dtls;
    if (dtls?.state !== 'connected') return;
    const packet: Rtcp = { serialize: () => asBuffer(bytes) };
    // sendRtcp asks of its packets nothing but `serialize`.
    dtls.sendRtcp([packet as Parameters<RTCDtlsTransport['sendRtcp']>[0][number]]).catch(() => {
      this.#ignoredPackets += 1;
    });
  }

  async close(): Promise<void> {
    await this.#peer.close();
  }

  get #dtls(): RTCDtlsTransport | undefined {
    return this.#peer.dtlsTransports[0];
  }

  #listen(sink: TransportSink): void {
    const dtls = this.#dtls;
    if (dtls === undefined) throw new Error('werift made no transport for the audio line');
    // Called by werift once, when DTLS has the keys; in place of its own, which feeds its tracks.
    dtls.startSrtp = () => {
      if (dtls.srtpStarted) return;
      dtls.srtpStarted = true;
      dtls.updateSrtpSession();
      dtls.iceTransport.connection.onData.subscribe((bytes) => {
        this.#onDatagram(dtls, bytes, sink);
      });
    };
  }

  #onDatagram(dtls: RTCDtlsTransport, bytes: Buffer, sink: TransportSink): void {
    // RFC 7983: 128-191 are RTP and RTCP; DTLS has a listener of its own.
    if ((bytes[0] ?? 0) >> 6 !== 2) return;
    const isRtcp = looksLikeRtcp(bytes);
    const plain = this.#counted(() => (isRtcp ? dtls.srtcp.decrypt(bytes) : dtls.srtp.decrypt(bytes)));
    if (plain === undefined) return;
    if (isRtcp) {
      sink.onRtcp(plain);
      return;
    }
    const packet = parseRtp(plain);
    if (packet === undefined) this.#ignoredPackets += 1;
    else sink.onRtp(packet);
  }

  /** What a cipher cannot do (a forged packet) is counted and costs nobody a call. */
  #counted(cipher: () => Buffer): Buffer | undefined {
    try {
      return cipher();
    } catch {
      this.#ignoredPackets += 1;
      return undefined;
    }
  }

  /** What werift cannot take of a description that we could read is the far end's fault too. */
  async #setRemote(type: 'offer' | 'answer', sdp: string): Promise<void> {
    try {
      await this.#peer.setRemoteDescription({ type, sdp });
    } catch (error) {
      throw new SdpError(`werift takes no such ${type}`, { cause: error });
    }
  }

  async #gather(setLocal: () => Promise<unknown>): Promise<void> {
    await this.#options.withPorts(setLocal);
    const found = this.#peer.localDescription?.sdp.includes('a=candidate:') ?? false;
    if (!found) throw new Error('no free media port');
  }

  /** After an ICE restart werift sees that DTLS is connected and leaves ICE unstarted; keys and roles stay as they are. */
  #resumeIce(): void {
    const dtls = this.#dtls;
    // No nominated pair although keys are there: that is how a restart looks before its checks.
    const restarted = dtls?.state === 'connected' && dtls.iceTransport.connection.nominated === undefined;
    if (dtls === undefined || !restarted || dtls.iceTransport.state === 'checking') return;
    dtls.iceTransport.start().catch(() => {
      // The far end is not to be reached: the media timeout says so, or its next offer restarts ICE again.
      this.#failedRestarts += 1;
    });
  }

  #localSdp(): string {
    const sdp = this.#peer.localDescription?.sdp;
    if (sdp === undefined) throw new Error('werift has no local description');
    return advertiseCandidates(sdp, this.#options);
  }

  /** Negotiation steps of a leg never overlap. */
  #step<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#steps.then(work);
    this.#steps = result.catch(() => undefined);
    return result;
  }
}

/** PCMA and telephone events; werift 0.24.4 itself has a helper for PCMU only. */
export function ourCodecs(): RTCRtpCodecParameters[] {
  return [
    new RTCRtpCodecParameters({ mimeType: 'audio/PCMA', clockRate: 8000, channels: 1, payloadType: 8 }),
    new RTCRtpCodecParameters({
      mimeType: 'audio/telephone-event',
      clockRate: 8000,
      channels: 1,
      payloadType: 101,
      parameters: '0-15',
    }),
  ];
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
