/**
 * The softphone's registration: one set of credentials, one user agent and one registerer for as long as they serve.
 * Every set of credentials is another address of record, so a new set means a new user agent and a new WebSocket.
 */
import { Registerer, RegistererState, SessionState, UserAgentState } from 'sip.js';
import type { Invitation, UserAgent } from 'sip.js';
import { serverNowMs } from './clock.ts';
import type { Microphone } from './microphone.ts';
import { keepsCredentials, refusesCredentials } from './sip-credentials.ts';
import { makeUserAgent, mediaOf } from './sip-agent.ts';
import type { SipCredentials } from './types.ts';

export interface SipLineOptions {
  readonly microphone: Microphone;
  /** New credentials, or null while there is no way to ask for them. */
  readonly credentials: () => Promise<SipCredentials | null>;
  readonly onInvite: (invitation: Invitation) => void;
  readonly onDisconnect: () => void;
  /** The call that is up or being set up, if any. */
  readonly invitation: () => Invitation | null;
}

type Outcome = 'accepted' | 'refused' | 'failed';

const registrationS = 60;
const registerLimitMs = 6000;
/** Time for the answer to the server's BYE to leave before its WebSocket is closed. */
const lastAnswerMs = 300;

export class SipLine {
  readonly #options: SipLineOptions;
  #credentials: SipCredentials | null = null;
  #agent: UserAgent | null = null;
  #registerer: Registerer | null = null;

  constructor(options: SipLineOptions) {
    this.#options = options;
  }

  /** One try to be registered. Credentials that the server no longer knows are replaced at once. */
  async register(): Promise<boolean> {
    const held = this.#credentials !== null;
    const outcome = await this.#tryOnce();
    if (outcome === 'refused' && held) return (await this.#tryOnce()) === 'accepted';
    return outcome === 'accepted';
  }

  /** Ends the registration and everything that hangs on it, properly. */
  async signOff(): Promise<void> {
    const agent = this.#forget();
    await agent?.stop().catch(() => undefined);
  }

  /**
   * Another page is the phone now: stop registering, say nothing more, and keep what is up until the server ends it or
   * the time is over; `onCut` tells of the latter.
   */
  leave(limitMs: number, onCut: (invitation: Invitation) => void): void {
    const agent = this.#forget();
    if (agent !== null) abandonLater(agent, this.#options.invitation(), { limitMs, onCut });
  }

  #forget(): UserAgent | null {
    const agent = this.#agent;
    this.#credentials = null;
    this.#agent = null;
    this.#registerer = null;
    return agent;
  }

  async #tryOnce(): Promise<Outcome> {
    const agent = await this.#currentAgent();
    if (agent === null) return 'failed';
    if (!agent.isConnected()) await (agent.state === UserAgentState.Stopped ? agent.start() : agent.reconnect());
    // Left while the connection was made: whoever registers after that takes the calls from the other page.
    if (this.#agent !== agent) return 'failed';
    const outcome = await this.#sendRegister(agent);
    if (this.#agent !== agent) return 'failed';
    if (outcome === 'refused') this.#replaceLater();
    // An unanswered REGISTER means a dead connection that looks alive: drop it, the next try makes a new one.
    if (outcome === 'failed') await agent.transport.disconnect().catch(() => undefined);
    return outcome;
  }

  async #currentAgent(): Promise<UserAgent | null> {
    const inCall = this.#options.invitation() !== null;
    const expiresAtMs = this.#credentials?.expiresAtMs ?? null;
    if (this.#agent !== null && keepsCredentials({ expiresAtMs, inCall, nowMs: serverNowMs() })) return this.#agent;
    const before = this.#agent;
    const credentials = await this.#options.credentials();
    if (credentials === null || this.#agent !== before) return null;
    this.#replaceLater();
    return this.#newAgent(credentials);
  }

  /** Lets the user agent go: at once, or with the end of its call. */
  #replaceLater(): void {
    const agent = this.#forget();
    if (agent !== null) abandonLater(agent, this.#options.invitation());
  }

  #newAgent(credentials: SipCredentials): UserAgent {
    const agent = makeUserAgent(credentials, this.#options.microphone, {
      onInvite: this.#options.onInvite,
      onDisconnect: () => {
        if (this.#agent === agent) this.#options.onDisconnect();
      },
    });
    this.#credentials = credentials;
    this.#agent = agent;
    return agent;
  }

  #registererOf(agent: UserAgent): Registerer {
    if (this.#registerer === null || this.#registerer.state === RegistererState.Terminated)
      this.#registerer = new Registerer(agent, { expires: registrationS, refreshFrequency: 99 });
    return this.#registerer;
  }

  #sendRegister(agent: UserAgent): Promise<Outcome> {
    const registerer = this.#registererOf(agent);
    return new Promise((resolve) => {
      // Its transaction goes on waiting for up to 32 s; the next try must not.
      const giveUp = (): void => {
        if (this.#registerer === registerer) this.#registerer = null;
        registerer.dispose().catch(() => undefined);
        settle('failed');
      };
      const limit = setTimeout(giveUp, registerLimitMs);
      const settle = (outcome: Outcome): void => {
        clearTimeout(limit);
        resolve(outcome);
      };
      registerer
        .register({
          requestDelegate: {
            onAccept: () => {
              settle('accepted');
            },
            onReject: ({ message }) => {
              settle(refusesCredentials(message.statusCode ?? 0) ? 'refused' : 'failed');
            },
          },
        })
        .catch(giveUp);
    });
  }
}

interface Cut {
  readonly limitMs: number;
  readonly onCut: (invitation: Invitation) => void;
}

/** Waits for the end of the call, then closes. */
function abandonLater(agent: UserAgent, invitation: Invitation | null, cut?: Cut): void {
  if (invitation?.userAgent !== agent || invitation.state === SessionState.Terminated) {
    abandon(agent);
    return;
  }
  const timer =
    cut === undefined
      ? undefined
      : setTimeout(() => {
          mediaOf(invitation)?.close();
          abandon(agent);
          cut.onCut(invitation);
        }, cut.limitMs);
  invitation.stateChange.addListener((state) => {
    if (state !== SessionState.Terminated) return;
    clearTimeout(timer);
    setTimeout(() => {
      abandon(agent);
    }, lastAnswerMs);
  });
}

/** Closes the WebSocket without a BYE and without un-REGISTER: the server has a newer registration, or none. */
function abandon(agent: UserAgent): void {
  if (agent.state === UserAgentState.Stopped) return;
  agent.configuration.gracefulShutdown = false;
  agent.stop().catch(() => undefined);
}
