/** Connects two browser legs with each other once at start: werift's first call costs five times a later one. */
import type { Logger } from 'pino';
import { RTCPeerConnection } from 'werift';
import { ourCodecs, WeriftTransport } from '../../webrtc/werift-transport.ts';
import type { TransportSink } from '../../webrtc/media-transport.ts';

const giveUpAfterMs = 3000;
const pollMs = 10;

/** Never rejects: a leg that cannot be warmed up will say so in a call. */
export async function warmUp(logger: Logger): Promise<void> {
  const startedMs = performance.now();
  const ours = new WeriftTransport(
    {
      advertisedAddress: '127.0.0.1',
      iceServers: [],
      portRange: undefined,
      withPorts: (step) => step(),
    },
    nobody,
  );
  const browser = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    codecs: { audio: ourCodecs(), video: [] },
  });
  try {
    browser.addTransceiver('audio', { direction: 'sendrecv' });
    await browser.setLocalDescription(await browser.createOffer());
    const answer = await ours.answerOffer(browser.localDescription?.sdp ?? '');
    await browser.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    while (!ours.isReady && performance.now() - startedMs < giveUpAfterMs) await pause();
    logger.debug({ tookMs: Math.round(performance.now() - startedMs), connected: ours.isReady }, 'media: warmed up');
  } catch (error) {
    logger.warn({ err: error }, 'media: warm-up failed');
  } finally {
    await Promise.all([ours.close(), browser.close()]);
  }
}

const nobody: TransportSink = {
  onRtp: () => undefined,
  onRtcp: () => undefined,
};

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, pollMs);
  });
}
