/**
 * The process of the browsers: peers of node-datachannel (libdatachannel) with full ICE, a packet of 20 ms each at its
 * own moment within the beat. Another implementation of DTLS-SRTP than the switch's, and a cheaper one.
 */
import { PeerConnection, type Track } from 'node-datachannel';
import { rtpHeaderBytes, writeRtpHeader } from '../../../telephony/rtp/rtp-packet.ts';
import { until } from '../limits.ts';
import { serve } from './child.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const PCMA = 8;

interface Browser {
  readonly peer: PeerConnection;
  readonly ssrc: number;
  /** Kept: a track that nobody holds is collected, and its audio with it. */
  track: Track | undefined;
  sequence: number;
  sent: number;
  received: number;
}

const browsers: Browser[] = [];
let timer: NodeJS.Timeout | undefined;
const payload = Buffer.alloc(FRAME_SAMPLES, 0xd5);

function send(one: Browser): void {
  if (one.track?.isOpen() !== true) return;
  one.sequence += 1;
  const packet = Buffer.allocUnsafe(rtpHeaderBytes + FRAME_SAMPLES);
  const rtpTs = (one.sequence * FRAME_SAMPLES) >>> 0;
  const sequence = one.sequence & 0xffff;
  writeRtpHeader({ payloadType: PCMA, marker: false, sequence, rtpTs, ssrc: one.ssrc, payload }, packet);
  packet.set(payload, rtpHeaderBytes);
  if (one.track.sendMessageBinary(packet)) one.sent += 1;
}

/** RTCP (RFC 5761 section 4) has other numbers there. */
function isAudio(bytes: Uint8Array): boolean {
  const type = (bytes[1] ?? 0) & 0x7f;
  return bytes.length >= rtpHeaderBytes && type === PCMA;
}

function hear(one: Browser, track: Track): void {
  one.track = track;
  track.onMessage((bytes) => {
    if (isAudio(bytes)) one.received += 1;
  });
}

const work = {
  /** Answers an offer; the browser is there when `connected` says so. */
  answer: async ({ offer }: { offer: string }): Promise<string> => {
    const peer = new PeerConnection(`browser-${browsers.length}`, { iceServers: [], bindAddress: '127.0.0.1' });
    const ssrc = 1_000 + browsers.length;
    const own: Browser = { peer, ssrc, track: undefined, sequence: 0, sent: 0, received: 0 };
    browsers.push(own);
    peer.onTrack((track) => {
      hear(own, track);
    });
    const gathered = new Promise<void>((resolve) => {
      peer.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    peer.setRemoteDescription(offer, 'offer');
    await gathered;
    return peer.localDescription()?.sdp ?? '';
  },
  connected: () =>
    until('all browsers to be connected', 30_000, () =>
      browsers.every(({ track }) => track?.isOpen() === true) ? true : undefined,
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
  for (const { peer } of browsers) peer.close();
  return Promise.resolve();
});
