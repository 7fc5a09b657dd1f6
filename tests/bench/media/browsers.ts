/** The process of the browsers: werift peers with full ICE, a packet of 20 ms each at its own moment within the beat. */
import { RTCPeerConnection, RtpHeader, type RTCDtlsTransport } from 'werift';
import { ourCodecs } from '../../../telephony/webrtc/werift-transport.ts';
import { until } from '../limits.ts';
import { serve } from './child.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const PCMA = 8;
const FIRST_PORT = 45_000;
const PORTS_EACH = 20;

interface Browser {
  readonly peer: RTCPeerConnection;
  readonly ssrc: number;
  readonly payload: Buffer;
  sequence: number;
  sent: number;
  received: number;
}

const browsers: Browser[] = [];
let timer: NodeJS.Timeout | undefined;

const transportOf = ({ peer }: Browser): RTCDtlsTransport | undefined => peer.dtlsTransports[0];

function send(one: Browser): void {
  const dtls = transportOf(one);
  if (dtls?.state !== 'connected') return;
  one.sequence += 1;
  one.sent += 1;
  const header = new RtpHeader({
    payloadType: PCMA,
    sequenceNumber: one.sequence & 0xffff,
    timestamp: (one.sequence * FRAME_SAMPLES) >>> 0,
    ssrc: one.ssrc,
  });
  void dtls.sendRtp(one.payload, header);
}

const work = {
  /** Answers an offer; the browser is there when `connected` says so. */
  answer: async ({ offer }: { offer: string }): Promise<string> => {
    const from = FIRST_PORT + browsers.length * PORTS_EACH;
    const peer = new RTCPeerConnection({
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      icePortRange: [from, from + PORTS_EACH - 1],
      codecs: { audio: ourCodecs(), video: [] },
    });
    const transceiver = peer.addTransceiver('audio', { direction: 'sendrecv' });
    const payload = Buffer.alloc(FRAME_SAMPLES, 0xd5);
    const own: Browser = { peer, ssrc: transceiver.sender.ssrc, payload, sequence: 0, sent: 0, received: 0 };
    browsers.push(own);
    await peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await peer.setLocalDescription(await peer.createAnswer());
    transportOf(own)?.onRtp.subscribe(({ header }) => {
      if (header.payloadType === PCMA) own.received += 1;
    });
    return peer.localDescription?.sdp ?? '';
  },
  connected: () =>
    until('all browsers to be connected', 30_000, () =>
      browsers.every((one) => transportOf(one)?.state === 'connected') ? true : undefined,
    ),
  start: (): void => {
    const startedMs = performance.now();
    let done = 0;
    const step = (): void => {
      const due = Math.floor(((performance.now() - startedMs) * browsers.length) / FRAME_MS);
      for (; done < due; done += 1) {
        const one = browsers[done % browsers.length];
        if (one !== undefined) send(one);
      }
      timer = setTimeout(step, 1);
    };
    step();
  },
  stop: (): void => {
    clearTimeout(timer);
  },
  counts: () => ({ sent: browsers.map((one) => one.sent), received: browsers.map((one) => one.received) }),
};

export type BrowserWork = typeof work;

serve(work, () => {
  clearTimeout(timer);
  return Promise.allSettled(browsers.map(({ peer }) => peer.close()));
});
