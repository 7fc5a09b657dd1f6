/**
 * Takes a call over to the network that the browser is on now: an ICE restart in a re-INVITE (RFC 8839 section 4.4.1.1).
 * Asked for when ICE has failed or stays disconnected, and when the browser says that its network has changed. Nothing
 * is sent while the phone is not registered: its WebSocket died with the old network, `retry` comes when it is back.
 */
import { SessionState } from 'sip.js';
import type { Session, Web } from 'sip.js';
import { mediaOf } from './sip-agent.ts';
import { Wish } from './wish.ts';

/** A line that is only slow for a moment finds back by itself. */
const patienceMs = 1500;
const againMs = 1000;
const gatheringMs = 500;

export interface NetworkFollowerOptions {
  readonly isRegistered: () => boolean;
}

export class NetworkFollower {
  readonly #options: NetworkFollowerOptions;
  #call: FollowedCall | null = null;

  constructor(options: NetworkFollowerOptions) {
    this.#options = options;
  }

  /** From when the call is established until `leave`. */
  watch(session: Session): void {
    this.leave();
    this.#call = new FollowedCall(session, this.#options.isRegistered);
  }

  leave(): void {
    this.#call?.close();
    this.#call = null;
  }

  /** The phone is registered again: what was wanted meanwhile can be done. */
  retry(): void {
    this.#call?.restart.retry();
  }
}

/** One call: whatever became of its last negotiation, the next call begins anew. */
class FollowedCall {
  readonly restart: Wish;
  #closed = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  readonly #want = (): void => {
    this.restart.want();
  };

  constructor(session: Session, isRegistered: () => boolean) {
    this.restart = new Wish({
      attempt: () => restartIce(session),
      canTry: () => session.state === SessionState.Established && isRegistered(),
      againMs,
    });
    window.addEventListener('online', this.#want);
    networkInformation()?.addEventListener('change', this.#want);
    const connection = mediaOf(session)?.peerConnection;
    connection?.addEventListener('iceconnectionstatechange', () => {
      if (!this.#closed) this.#onIce(connection.iceConnectionState);
    });
  }

  close(): void {
    this.#closed = true;
    this.restart.close();
    clearTimeout(this.#patience);
    window.removeEventListener('online', this.#want);
    networkInformation()?.removeEventListener('change', this.#want);
  }

  #onIce(state: RTCIceConnectionState): void {
    clearTimeout(this.#patience);
    if (state === 'failed') this.#want();
    if (state === 'disconnected') this.#patience = setTimeout(this.#want, patienceMs);
  }
}

/** Whether the far end took the new offer; false as well while another negotiation is going on. */
async function restartIce(session: Session): Promise<boolean> {
  const withNewIce: Web.SessionDescriptionHandlerOptions = {
    offerOptions: { iceRestart: true },
    iceGatheringTimeout: gatheringMs,
  };
  return new Promise((resolve) => {
    session
      .invite({
        sessionDescriptionHandlerOptions: withNewIce,
        requestDelegate: {
          onAccept: () => {
            resolve(true);
          },
          onReject: () => {
            resolve(false);
          },
        },
      })
      .catch(() => {
        resolve(false);
      });
  });
}

/** Not in every browser. */
function networkInformation(): EventTarget | null {
  const found: unknown = Reflect.get(navigator, 'connection');
  return found instanceof EventTarget ? found : null;
}
