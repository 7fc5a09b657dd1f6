/** The other end of a browser leg, for tests: a second werift peer, full ICE, as a browser would be. */
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket } from 'werift';
import { clearInterval, setInterval } from 'node:timers';
import { decodeG711, encodeG711 } from '../../../../telephony/rtp/g711.ts';
import { ourCodecs } from '../../../../telephony/webrtc/werift-transport.ts';

const frameSamples = 160;

export class BrowserParty {
  readonly peer: RTCPeerConnection;
  readonly heard: { payloadType: number; marker: boolean; pcm: Int16Array; payload: Buffer }[] = [];
  readonly #track = new MediaStreamTrack({ kind: 'audio' });
  #timer: NodeJS.Timeout | undefined;
  #frames = 0;

  constructor() {
    this.peer = new RTCPeerConnection({
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: { audio: ourCodecs(), video: [] },
    });
    this.peer.addTransceiver(this.#track, { direction: 'sendrecv' });
    this.peer.dtlsTransports[0]?.onRtp.subscribe(({ header, payload }) => {
      const { payloadType, marker } = header;
      this.heard.push({ payloadType, marker, payload, pcm: decodeG711('pcma', payload) });
    });
  }

  get isConnected(): boolean {
    return this.peer.dtlsTransports[0]?.state === 'connected';
  }

  async offer(options: { iceRestart?: boolean } = {}): Promise<string> {
    await this.peer.setLocalDescription(await this.peer.createOffer(options));
    return this.peer.localDescription?.sdp ?? '';
  }

  async accept(answer: string): Promise<void> {
    await this.peer.setRemoteDescription({ type: 'answer', sdp: answer });
    // After an ICE restart werift leaves ICE unstarted because DTLS is connected.
    const dtls = this.peer.dtlsTransports[0];
    if (dtls?.state === 'connected' && dtls.iceTransport.connection.nominated === undefined) {
      void dtls.iceTransport.start();
    }
  }

  async answer(offer: string): Promise<string> {
    await this.peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await this.peer.setLocalDescription(await this.peer.createAnswer());
    return this.peer.localDescription?.sdp ?? '';
  }

  setDirection(direction: 'sendrecv' | 'sendonly'): void {
    const transceiver = this.peer.getTransceivers()[0];
    if (transceiver !== undefined) transceiver.direction = direction;
  }

  startTone(hz: number, amplitude = 8000): void {
    const startMs = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      for (; sent * 20 <= performance.now() - startMs; sent += 1) this.#sendFrame(hz, amplitude);
    }, 5);
  }

  /** Sends one digit the way a browser does. */
  sendEvent(event: number): void {
    const transceiver = this.peer.getTransceivers()[0];
    const dtls = this.peer.dtlsTransports[0];
    if (transceiver === undefined || dtls === undefined) return;
    for (let i = 0; i < 4; i += 1) {
      const payload = Buffer.from([event, i >= 1 ? 0x8a : 0x0a, 3, 32]);
      const { ssrc } = transceiver.sender;
      const header = new RtpHeader({ payloadType: 101, sequenceNumber: 40_000 + i, timestamp: 999, ssrc });
      void dtls.sendRtp(payload, header);
    }
  }

  heardPcm(): Int16Array {
    return Int16Array.from(this.heard.filter((p) => p.payloadType === 8).flatMap((p) => [...p.pcm]));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async close(): Promise<void> {
    this.stop();
    await this.peer.close();
  }

  #sendFrame(hz: number, amplitude: number): void {
    const from = this.#frames * frameSamples;
    this.#frames += 1;
    const pcm = Int16Array.from({ length: frameSamples }, (_, i) =>
      Math.round(amplitude * Math.sin((2 * Math.PI * hz * (from + i)) / 8000)),
    );
    const header = new RtpHeader({ payloadType: 8, sequenceNumber: this.#frames & 0xffff, timestamp: from });
    this.#track.writeRtp(new RtpPacket(header, Buffer.from(encodeG711('pcma', pcm))));
  }
}
