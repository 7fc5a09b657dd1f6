/** A plain RTP leg: a pair of UDP sockets, symmetric latching, SDP by the pure core. */
import type { Socket } from 'node:dgram';
import { randomBytes, randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import type { Law } from '../../rtp/g711.ts';
import { describe, destination, mayReport, receive } from '../../rtp/latch.ts';
import type { Endpoint, LatchState } from '../../rtp/latch.ts';
import { looksLikeRtcp } from '../../rtp/rtcp-packet.ts';
import { parseRtp, rtpBytes, writeRtp } from '../../rtp/rtp-packet.ts';
import type { RtpPacket } from '../../rtp/rtp-packet.ts';
import { acceptAnswer, answerOffer, makeOffer } from '../../sdp/offer-answer.ts';
import type { LocalAudio, NegotiatedAudio } from '../../sdp/offer-answer.ts';
import { SdpError } from '../../sdp/sdp-error.ts';
import type { MediaTransport, TransportSink } from '../../webrtc/media-transport.ts';
import { PeerSocket } from './peer-socket.ts';
import type { PortPair } from './port-allocator.ts';
import type { SdesSrtp } from '../../webrtc/sdes-srtp.ts';

const USUAL_CODECS: readonly Law[] = ['pcma', 'pcmu'];

export class UdpTransport implements MediaTransport {
  readonly ssrc = randomInt(1, 0xffff_ffff);
  readonly #rtp: PeerSocket;
  readonly #rtcp: Socket;
  readonly #sink: TransportSink;
  readonly #advertisedAddress: string;
  readonly #codecs: readonly Law[] | undefined;
  readonly #offersSrtp: boolean;
  /** Our key for SRTP where the far end wants it (RFC 4568): 16 bytes and 14 of salt. */
  readonly #srtpKey = randomBytes(30).toString('base64');
  #farKey: string | undefined;
  #srtp: SdesSrtp | undefined;
  readonly #sessionId = randomInt(1, 0x7fff_ffff);
  #version = 0;
  #latch: LatchState = { name: 'open', described: undefined };
  #negotiated: NegotiatedAudio | undefined;
  #rtcpSource: Endpoint | undefined;
  #ignoredPackets = 0;
  #closed = false;

  constructor(
    ports: PortPair,
    options: {
      readonly advertisedAddress: string;
      readonly codecs?: readonly Law[] | undefined;
      readonly srtp?: boolean;
    },
    sink: TransportSink,
  ) {
    const { advertisedAddress } = options;
    this.#codecs = options.codecs;
    this.#offersSrtp = options.srtp ?? false;
    this.#rtp = new PeerSocket(ports.rtp, { localAddress: advertisedAddress, mayConnect: ports.isNumbered });
    this.#rtcp = ports.rtcp;
    this.#sink = sink;
    this.#advertisedAddress = advertisedAddress;
    for (const socket of [ports.rtp, ports.rtcp]) {
      // An ICMP "port unreachable" of the far end surfaces here; the media timeout deals with a far end that is gone.
      socket.on('error', () => {
        this.#ignoredPackets += 1;
      });
    }
    ports.rtp.on('message', (bytes, source) => {
      this.#onRtpPort(bytes, source);
    });
    ports.rtcp.on('message', (bytes, source) => {
      this.#onRtcp(bytes, { address: source.address, port: source.port });
    });
  }

  get isReady(): boolean {
    return !this.#closed && this.#negotiated !== undefined && destination(this.#latch) !== undefined;
  }

  get ignoredPackets(): number {
    return this.#ignoredPackets;
  }

  createOffer(): Promise<string> {
    return Promise.resolve(makeOffer(this.#local()));
  }

  async acceptAnswer(sdp: string): Promise<NegotiatedAudio> {
    const result = acceptAnswer(sdp, { codecs: this.#codecs ?? USUAL_CODECS, offersSrtp: this.#offersSrtp });
    if (!result.ok) throw new SdpError(`the answer cannot be used: ${result.reason}`);
    await this.#secure(result.negotiated);
    this.#apply(result.negotiated);
    return result.negotiated;
  }

  async answerOffer(sdp: string): Promise<{ sdp: string; negotiated: NegotiatedAudio }> {
    const result = answerOffer(sdp, this.#local());
    if (!result.ok) throw new SdpError(`the offer cannot be used: ${result.reason}`);
    await this.#secure(result.negotiated);
    this.#apply(result.negotiated);
    return result;
  }

  /** Keys of the far end; the same ones go on with their sequence, new ones begin anew (RFC 4568 section 7.1.4). */
  async #secure({ crypto }: NegotiatedAudio): Promise<void> {
    if (crypto?.inlineKey === this.#farKey) return;
    this.#farKey = crypto?.inlineKey;
    if (crypto === undefined) {
      this.#srtp = undefined;
      return;
    }
    // Loaded when it is first needed: plain trunks do without.
    const { SdesSrtp } = await import('../../webrtc/sdes-srtp.ts');
    this.#srtp = new SdesSrtp({ ours: this.#srtpKey, theirs: crypto.inlineKey });
  }

  sendRtp(packet: RtpPacket): void {
    const to = destination(this.#latch);
    if (to === undefined) return;
    // From Node's pool, and not zeroed first.
    if (this.#closed) return;
    if (this.#srtp !== undefined) {
      this.#rtp.send(this.#srtp.protectRtp(packet), to);
      return;
    }
    const bytes = Buffer.allocUnsafe(rtpBytes(packet));
    writeRtp(packet, bytes);
    this.#rtp.send(bytes, to);
  }

  sendRtcp(plain: Uint8Array): void {
    const rtp = destination(this.#latch);
    const negotiated = this.#negotiated;
    if (rtp === undefined || negotiated === undefined) return;
    if (this.#closed) return;
    const bytes = this.#srtp?.protectRtcp(plain) ?? plain;
    if (negotiated.rtcpMux) this.#rtp.send(bytes, rtp);
    else {
      const to = this.#rtcpSource ?? { address: rtp.address, port: negotiated.rtcpPort };
      this.#rtcp.send(bytes, to.port, to.address);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([closed(this.#rtp.socket), closed(this.#rtcp)]);
  }

  #local(): LocalAudio {
    this.#version += 1;
    return {
      ...(this.#codecs === undefined ? {} : { codecs: this.#codecs }),
      ...{ srtpKey: this.#srtpKey, offersSrtp: this.#offersSrtp },
      address: this.#advertisedAddress,
      port: this.#rtp.socket.address().port,
      rtcpPort: this.#rtcp.address().port,
      sessionId: this.#sessionId,
      version: this.#version,
    };
  }

  #apply(negotiated: NegotiatedAudio): void {
    const { remote } = negotiated;
    // A host name in the c= line would mean a DNS query per packet; such a far end is found by its first packet.
    const described = remote !== undefined && isIP(remote.address) !== 0 ? remote : undefined;
    const before = this.#latch;
    this.#latch = describe(before, described);
    if (this.#latch !== before) {
      this.#rtcpSource = undefined;
      this.#rtp.release();
    }
    this.#negotiated = negotiated;
  }

  #onRtpPort(bytes: Buffer, source: Endpoint): void {
    if (looksLikeRtcp(bytes)) {
      this.#onRtcp(bytes, source);
      return;
    }
    const plain = this.#srtp === undefined ? bytes : this.#srtp.unprotectRtp(bytes);
    const packet = plain === undefined ? undefined : parseRtp(plain);
    if (packet === undefined || !this.#believes(source)) this.#ignoredPackets += 1;
    else this.#sink.onRtp(packet);
  }

  #believes({ address, port }: Endpoint): boolean {
    // The kernel lets nobody else through.
    if (this.#rtp.isConnected) return true;
    const decision = receive(this.#latch, { address, port });
    this.#latch = decision.state;
    // Whom the description names and who sends from there stays; a first packet from elsewhere may yet be overruled.
    if (this.#latch.name === 'described' && !this.#rtp.isSettled) this.#rtp.settle(this.#latch.source);
    return decision.accepted;
  }

  #onRtcp(bytes: Buffer, source: Endpoint): void {
    if (!looksLikeRtcp(bytes) || !mayReport(this.#latch, source.address)) {
      this.#ignoredPackets += 1;
      return;
    }
    const plain = this.#srtp === undefined ? bytes : this.#srtp.unprotectRtcp(bytes);
    if (plain === undefined) {
      this.#ignoredPackets += 1;
      return;
    }
    if (this.#negotiated?.rtcpMux === false) this.#rtcpSource = source;
    this.#sink.onRtcp(plain);
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => {
      resolve();
    });
  });
}
