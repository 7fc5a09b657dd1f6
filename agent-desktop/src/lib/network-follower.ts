/**
 * Takes a call over to the network that the browser is on now: an ICE restart in a re-INVITE (RFC 8839 section 4.4.1.1).
 * Asked for when ICE has failed or stays disconnected, and when the browser says that its network has changed. Nothing
 * is sent while the phone is not registered: its WebSocket died with the old network, `retry` comes when it is back.
 */
import { SessionState } from 'sip.js';
import type { Session, Web } from 'sip.js';
import { mediaOf } from './sip-agent.ts';

/** A line that is only slow for a moment finds back by itself. */
const patienceMs = 1500;
const againMs = 1000;
const gatheringMs = 500;

export interface NetworkFollowerOptions {
  readonly isRegistered: () => boolean;
}

export class NetworkFollower {
  readonly #options: NetworkFollowerOptions;
  #session: Session | null = null;
  #wanted = false;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onChange = (): void => {
    this.#want();
  };

  constructor(options: NetworkFollowerOptions) {
    this.#options = options;
  }

  /** From when the call is established until `leave`. */
  watch(session: Session): void {
    this.leave();
    this.#session = session;
    window.addEventListener('online', this.#onChange);
    networkInformation()?.addEventListener('change', this.#onChange);
    const connection = mediaOf(session)?.peerConnection;
    connection?.addEventListener('iceconnectionstatechange', () => {
      if (this.#session === session) this.#onIce(connection.iceConnectionState);
    });
  }

  leave(): void {
    clearTimeout(this.#timer);
    window.removeEventListener('online', this.#onChange);
    networkInformation()?.removeEventListener('change', this.#onChange);
    this.#session = null;
    this.#wanted = false;
  }

  /** The phone is registered again: what was wanted meanwhile can be done. */
  retry(): void {
    if (this.#wanted) void this.#restart();
  }

  #onIce(state: RTCIceConnectionState): void {
    clearTimeout(this.#timer);
    if (state === 'failed') this.#want();
    if (state !== 'disconnected') return;
    this.#timer = setTimeout(() => {
      this.#want();
    }, patienceMs);
  }

  #want(): void {
    if (this.#session === null) return;
    this.#wanted = true;
    void this.#restart();
  }

  async #restart(): Promise<void> {
    const session = this.#session;
    if (session?.state !== SessionState.Established || this.#busy || !this.#options.isRegistered()) return;
    this.#busy = true;
    const done = await restartIce(session);
    this.#busy = false;
    if (this.#session !== session) return;
    if (done) {
      this.#wanted = false;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#restart();
    }, againMs);
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
