/**
 * The agent's softphone: stays registered (for ever, with capped back-off and jitter), rings, answers, hangs up.
 * Hold is the server's matter; this module never changes the direction of the media.
 */
import { SessionState } from 'sip.js';
import type { Invitation } from 'sip.js';
import { backoffMs } from './backoff.ts';
import type { Microphone } from './microphone.ts';
import { NetworkFollower } from './network-follower.ts';
import { countersFrom, judgeLine } from './quality.ts';
import type { LineQuality, MediaCounters } from './quality.ts';
import { mediaOf, playRemote, replaceSenderTrack, setSenderMuted } from './sip-agent.ts';
import { SipLine } from './sip-line.ts';
import { createStore } from './store.ts';
import type { SipCredentials } from './types.ts';

export interface PhoneSession {
  readonly callId: string;
  readonly offerId: string;
  readonly state: 'ringing' | 'answering' | 'established';
  /** Nobody calls: the server lets this page measure its line. */
  readonly isCheck: boolean;
}

export interface PhoneView {
  readonly registration: 'off' | 'connecting' | 'registered' | 'reconnecting';
  readonly sinceMs: number;
  readonly attempt: number;
  readonly session: PhoneSession | null;
  readonly muted: boolean;
  readonly quality: LineQuality | null;
  /** What keeps the caller from being heard or the call from being answered. */
  readonly problem: 'none' | 'microphone' | 'playback-blocked' | 'answer-failed';
}

export interface SoftPhoneOptions {
  readonly microphone: Microphone;
  /** Fresh credentials, or null while there is no way to ask for them. */
  readonly credentials: () => Promise<SipCredentials | null>;
}

const refreshMs = 25_000;
/** How long a page that was replaced keeps its side of the call; its successor has answered long before. */
const keptLegMs = 15_000;
const sampleMs = 2000;

export class SoftPhone {
  readonly view = createStore<PhoneView>({
    registration: 'off',
    sinceMs: Date.now(),
    attempt: 0,
    session: null,
    muted: false,
    quality: null,
    problem: 'none',
  });
  readonly #options: SoftPhoneOptions;
  readonly #line: SipLine;
  readonly #follower = new NetworkFollower({
    isRegistered: () => this.view.getSnapshot().registration === 'registered',
  });
  #invitation: Invitation | null = null;
  #wanted = false;
  #busy = false;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sampler: ReturnType<typeof setInterval> | undefined;
  #counters: MediaCounters | null = null;

  constructor(options: SoftPhoneOptions) {
    this.#options = options;
    this.#line = new SipLine({
      microphone: options.microphone,
      credentials: options.credentials,
      invitation: () => this.#invitation,
      onInvite: (invitation) => {
        this.#onInvite(invitation);
      },
      onDisconnect: () => {
        if (!this.#wanted) return;
        this.#setRegistration('reconnecting');
        if (!this.#busy) this.#again(backoffMs(this.#attempt, Math.random()));
      },
    });
  }

  /** Registers and stays so until `stop`. */
  start(): void {
    this.#wanted = true;
    void this.#ensure();
  }

  /** Signs off; a call that is going on ends. */
  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.hangUp();
    this.#setRegistration('off');
    await this.#line.signOff();
  }

  /**
   * Another page of this agent is the phone now. Nothing may be said to the server that ends the call or takes the
   * other page's registration away: the leg stays until the server drops it, when the other page has answered.
   */
  leave(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#line.leave(keptLegMs, (invitation) => {
      this.#onEnded(invitation);
    });
    // What only rings here cannot be answered any more: the caller goes on at once. Busy here (486, RFC 3261 §21.4.21)
    // and not unavailable (480): the agent is at the other page and must not be paused for it.
    if (this.#invitation?.state === SessionState.Initial) refuse(this.#invitation, 486);
    this.#setRegistration('off');
  }

  /** The socket is back: make sure that the registration is, too. */
  nudge(): void {
    this.#attempt = 0;
    void this.#ensure();
  }

  /** Accepts the call that rings. */
  async answer(): Promise<void> {
    const invitation = this.#invitation;
    if (invitation?.state !== SessionState.Initial) return;
    this.#setSession(invitation, 'answering');
    // The element is attached as soon as the stream exists: opening the audio output takes its time, and may do so
    // while keys are exchanged.
    invitation.delegate = {
      ...invitation.delegate,
      onSessionDescriptionHandler: () => {
        this.#play(invitation);
      },
    };
    try {
      // The description handler takes its audio from our microphone; the constraints only switch it on.
      await invitation.accept({ sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } } });
    } catch {
      const refused = this.#options.microphone.view.getSnapshot().state === 'problem';
      this.view.update((v) => ({ ...v, problem: refused ? 'microphone' : 'answer-failed' }));
      if (rings(invitation)) this.#setSession(invitation, 'ringing');
    }
  }

  /** Refuses the call that rings (603, RFC 3261 §21.6.2). */
  decline(): void {
    const invitation = this.#invitation;
    if (invitation?.state !== SessionState.Initial) return;
    refuse(invitation, 603);
  }

  /** Ends what there is, in the way its state asks for. */
  hangUp(): void {
    const invitation = this.#invitation;
    if (invitation === null) return;
    if (invitation.state === SessionState.Initial) this.decline();
    else if (invitation.state === SessionState.Established) invitation.bye().catch(() => undefined);
    else void invitation.dispose();
  }

  setMuted(muted: boolean): void {
    setSenderMuted(this.#invitation, muted);
    this.view.update((v) => ({ ...v, muted }));
  }

  /** The headset was plugged in again: the call goes on with it. */
  async renewMicrophone(): Promise<void> {
    const stream = await this.#options.microphone.streamForCall().catch(() => null);
    if (stream === null) return;
    await replaceSenderTrack(this.#invitation, stream);
    this.setMuted(this.view.getSnapshot().muted);
    this.view.update((v) => (v.problem === 'microphone' ? { ...v, problem: 'none' } : v));
  }

  /** After a click: browsers allow sound then. */
  unblockPlayback(): void {
    this.view.update((v) => ({ ...v, problem: 'none' }));
    if (this.#invitation !== null) this.#play(this.#invitation);
  }

  async #ensure(): Promise<void> {
    if (!this.#wanted || this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    if (this.view.getSnapshot().registration !== 'registered') {
      this.#setRegistration(this.#attempt === 0 ? 'connecting' : 'reconnecting');
    }
    const done = await this.#line.register().catch(() => false);
    this.#busy = false;
    if (!this.#stillWanted()) return;
    if (done) {
      this.#attempt = 0;
      this.#setRegistration('registered');
      this.#follower.retry();
      this.#again(refreshMs);
      return;
    }
    this.#setRegistration('reconnecting');
    this.#again(backoffMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  // Apart, because the compiler would think that `#wanted` cannot change during an await.
  #stillWanted(): boolean {
    return this.#wanted;
  }

  #again(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#ensure();
    }, delayMs);
  }

  #onInvite(invitation: Invitation): void {
    if (!this.#wanted) {
      refuse(invitation, 480);
      return;
    }
    if (this.#invitation?.state === SessionState.Established && !isReturn(invitation)) {
      refuse(invitation, 486);
      return;
    }
    this.#invitation = invitation;
    this.view.update((v) => ({ ...v, problem: 'none', muted: false, quality: null }));
    this.#setSession(invitation, 'ringing');
    invitation.stateChange.addListener((state) => {
      this.#onState(invitation, state);
    });
    if (isReturn(invitation) || isCheck(invitation)) void this.answer();
  }

  #onState(invitation: Invitation, state: SessionState): void {
    if (state === SessionState.Terminated) this.#onEnded(invitation);
    if (this.#invitation !== invitation) return;
    if (state === SessionState.Established) {
      this.#setSession(invitation, 'established');
      this.#play(invitation);
      this.#follower.watch(invitation);
      this.#startSampling();
    }
  }

  #onEnded(invitation: Invitation): void {
    if (this.#invitation !== invitation) return;
    this.#invitation = null;
    this.#follower.leave();
    this.#stopSampling();
    this.view.update((v) => ({ ...v, session: null, muted: false, quality: null }));
  }

  #play(invitation: Invitation): void {
    playRemote(invitation, () => {
      this.view.update((v) => ({ ...v, problem: 'playback-blocked' }));
    });
  }

  #startSampling(): void {
    this.#stopSampling();
    this.#counters = null;
    this.#sampler = setInterval(() => {
      void this.#sample();
    }, sampleMs);
  }

  #stopSampling(): void {
    clearInterval(this.#sampler);
    this.#sampler = undefined;
  }

  async #sample(): Promise<void> {
    const connection = mediaOf(this.#invitation)?.peerConnection;
    if (connection === undefined) return;
    const report = await connection.getStats();
    const stats: Readonly<Record<string, unknown>>[] = [];
    report.forEach((entry: Readonly<Record<string, unknown>>) => stats.push(entry));
    const now = countersFrom(stats, Date.now());
    const quality = judgeLine(this.#counters, now, this.view.getSnapshot().quality?.silentMs ?? 0);
    this.#counters = now;
    if (this.#invitation !== null) this.view.update((v) => ({ ...v, quality }));
  }

  #setSession(invitation: Invitation, state: PhoneSession['state']): void {
    const session = {
      callId: invitation.request.getHeader('X-Hotline-Call') ?? '',
      offerId: invitation.request.getHeader('X-Hotline-Offer') ?? '',
      state,
      isCheck: isCheck(invitation),
    };
    this.view.update((v) => ({ ...v, session }));
  }

  #setRegistration(registration: PhoneView['registration']): void {
    this.view.update((v) => ({
      ...v,
      registration,
      attempt: this.#attempt,
      sinceMs: v.registration === registration ? v.sinceMs : Date.now(),
    }));
  }
}

function refuse(invitation: Invitation, statusCode: number): void {
  invitation.reject({ statusCode }).catch(() => undefined);
}

/** Asked again after an await: the compiler would take the earlier answer for granted. */
function rings(invitation: Invitation): boolean {
  return invitation.state === SessionState.Initial;
}

/** The server plays to this page so that it can measure its line: answered without asking. */
function isCheck(invitation: Invitation): boolean {
  return invitation.request.getHeader('X-Hotline-Check') === '1';
}

/** The server rings back into a call that this agent had lost, or that a supervisor asked for: answered without asking. */
function isReturn(invitation: Invitation): boolean {
  const { request } = invitation;
  return request.getHeader('X-Hotline-Return') === '1' || request.getHeader('X-Hotline-Supervise') === '1';
}
