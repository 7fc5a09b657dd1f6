/** The web phone for people without a SIP phone: one call out at a time. */
import { Inviter, SessionState, UserAgent } from 'sip.js';
import type { Microphone } from './microphone.ts';
import { makeUserAgent, mediaOf, playRemote, setSenderMuted } from './sip-agent.ts';
import { createStore } from './store.ts';
import type { SipCredentials } from './types.ts';

export type WebPhoneProblem = 'none' | 'microphone' | 'off' | 'busy' | 'unreachable' | 'refused' | 'playback-blocked';

export interface WebPhoneView {
  readonly state: 'idle' | 'preparing' | 'calling' | 'ringing' | 'talking' | 'ended';
  readonly sinceMs: number;
  readonly muted: boolean;
  readonly problem: WebPhoneProblem;
  readonly digits: string;
}

export interface WebPhoneOptions {
  readonly microphone: Microphone;
  readonly hotlineNumber: string;
  /** Credentials, or the status that the server answered. */
  readonly credentials: () => Promise<SipCredentials | number>;
}

export class WebPhone {
  readonly view = createStore<WebPhoneView>({
    state: 'idle',
    sinceMs: Date.now(),
    muted: false,
    problem: 'none',
    digits: '',
  });
  readonly #options: WebPhoneOptions;
  #agent: UserAgent | null = null;
  #inviter: Inviter | null = null;

  constructor(options: WebPhoneOptions) {
    this.#options = options;
  }

  async call(): Promise<void> {
    if (this.#inviter !== null || this.view.getSnapshot().state === 'preparing') return;
    this.#set({ state: 'preparing', problem: 'none', muted: false, digits: '' });
    if ((await this.#options.microphone.open()) === null) {
      this.#set({ state: 'idle', problem: 'microphone' });
      return;
    }
    const credentials = await this.#options.credentials();
    if (typeof credentials === 'number') {
      this.#set({ state: 'idle', problem: problemOfStatus(credentials) });
      return;
    }
    await this.#dial(credentials).catch(() => {
      this.#end('unreachable');
    });
  }

  hangUp(): void {
    const inviter = this.#inviter;
    if (inviter === null) return;
    if (inviter.state === SessionState.Established) inviter.bye().catch(() => undefined);
    else inviter.cancel().catch(() => undefined);
  }

  setMuted(muted: boolean): void {
    setSenderMuted(this.#inviter, muted);
    this.#set({ muted });
  }

  /** One digit as an RFC 4733 event; never as INFO. */
  press(digit: string): void {
    const sent = mediaOf(this.#inviter)?.sendDtmf(digit, { duration: 160, interToneGap: 60 }) ?? false;
    if (sent) this.#set({ digits: (this.view.getSnapshot().digits + digit).slice(-16) });
  }

  /** After a click: browsers allow sound then. */
  unblockPlayback(): void {
    this.#set({ problem: 'none' });
    this.#play();
  }

  async #dial(credentials: SipCredentials): Promise<void> {
    const agent = makeUserAgent(credentials, this.#options.microphone, {
      onDisconnect: (error) => {
        if (error !== undefined && this.#agent === agent) this.#end('unreachable');
      },
    });
    this.#agent = agent;
    await agent.start();
    const target = UserAgent.makeURI(`sip:${this.#options.hotlineNumber}@${agent.configuration.uri.host}`);
    if (target === undefined) throw new Error('bad hotline number');
    const inviter = new Inviter(agent, target, {
      sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } },
    });
    this.#inviter = inviter;
    inviter.stateChange.addListener((state) => {
      this.#onState(inviter, state);
    });
    this.#set({ state: 'calling' });
    await inviter.invite({
      requestDelegate: {
        onProgress: () => {
          this.#set({ state: 'ringing' });
        },
        onReject: (response) => {
          this.#end(response.message.statusCode === 486 || response.message.statusCode === 503 ? 'busy' : 'refused');
        },
      },
    });
  }

  #onState(inviter: Inviter, state: SessionState): void {
    if (this.#inviter !== inviter) return;
    if (state === SessionState.Established) {
      this.#set({ state: 'talking' });
      this.#play();
    }
    if (state === SessionState.Terminated) this.#end('none');
  }

  #play(): void {
    if (this.#inviter === null) return;
    playRemote(this.#inviter, () => {
      this.#set({ problem: 'playback-blocked' });
    });
  }

  #end(problem: WebPhoneProblem): void {
    const agent = this.#agent;
    this.#agent = null;
    this.#inviter = null;
    const talked = this.view.getSnapshot().state === 'talking';
    this.#set({ state: problem === 'none' || talked ? 'ended' : 'idle', problem });
    agent?.stop().catch(() => undefined);
    this.#options.microphone.close();
  }

  #set(change: Partial<WebPhoneView>): void {
    this.view.update((v) => ({
      ...v,
      ...change,
      sinceMs: change.state !== undefined && change.state !== v.state ? Date.now() : v.sinceMs,
    }));
  }
}

function problemOfStatus(status: number): WebPhoneProblem {
  if (status === 429 || status === 503) return 'busy';
  return status === 403 || status === 404 ? 'off' : 'unreachable';
}
