/** The socket to the server: reconnects for ever, folds what it hears into `desk`, asks with a deadline. */
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { setServerNow } from './clock.ts';
import { deskStep, emptyDesk } from './desk-state.ts';
import type { DeskInput, DeskState } from './desk-state.ts';
import { createStore } from './store.ts';
import type { PageToServer, Result, ServerToPage } from './types.ts';

export interface ConnectionView {
  readonly state: 'connecting' | 'connected' | 'reconnecting' | 'signed-out' | 'off';
  readonly sinceMs: number;
  readonly attempt: number;
}

type Payload<E extends keyof PageToServer> = Parameters<PageToServer[E]>[0];
type Reply<E extends keyof PageToServer> = Parameters<Parameters<PageToServer[E]>[1]>[0];

interface PlainEmitter {
  emit(event: string, payload: unknown, ack: (result: unknown) => void): void;
}

const requestLimitMs = 5000;
const unanswered = { ok: false, code: 'unavailable', message: '' } as const;

export interface DeskSocketOptions {
  readonly csrfToken: string;
  /** Whether the session still holds; asked when the server refuses the socket. */
  readonly stillSignedIn: () => Promise<boolean>;
}

export class DeskSocket {
  readonly connection = createStore<ConnectionView>({ state: 'off', sinceMs: Date.now(), attempt: 0 });
  readonly desk = createStore<DeskState>(emptyDesk);
  readonly #options: DeskSocketOptions;
  #socket: Socket<ServerToPage, PageToServer> | null = null;
  #askedMs = 0;

  constructor(options: DeskSocketOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#socket?.connected === true;
  }

  /** Connects, or takes over again after `replaced`. */
  start(): void {
    this.stop();
    this.#setState('connecting', 0);
    const socket: Socket<ServerToPage, PageToServer> = io({
      path: '/socket',
      transports: ['websocket', 'polling'],
      auth: { csrfToken: this.#options.csrfToken },
      reconnectionAttempts: Infinity,
      reconnectionDelay: 400,
      reconnectionDelayMax: 5000,
      randomizationFactor: 0.5,
      timeout: 8000,
      forceNew: true,
    });
    this.#socket = socket;
    this.#listen(socket);
    this.#watchConnection(socket);
  }

  stop(): void {
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    this.#socket = null;
    this.#setState('off', 0);
  }

  /** Folds something the page itself knows into the state. */
  fold(input: DeskInput): void {
    this.desk.update((state) => deskStep(state, input));
  }

  /** Asks the server; no answer within 5 s counts as `unavailable`. Never rejects. */
  request<E extends keyof PageToServer>(event: E, payload: Payload<E>): Promise<Reply<E>> {
    const socket = this.#socket;
    if (!socket?.connected) return Promise.resolve(unanswered);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(unanswered);
      }, requestLimitMs);
      // The typed `emit` cannot follow a generic event; payload and reply are tied together by this method's signature.
      (socket as unknown as PlainEmitter).emit(event, payload, (result) => {
        clearTimeout(timer);
        resolve(isResult(result) ? (result as Reply<E>) : unanswered);
      });
    });
  }

  #listen(socket: Socket<ServerToPage, PageToServer>): void {
    socket.on('hello', (hello) => {
      setServerNow(hello.serverNowMs);
      this.fold({ type: 'hello', hello });
    });
    socket.on('agent', (agent) => {
      this.fold({ type: 'agent', agent });
    });
    socket.on('offer', (offer) => {
      this.fold({ type: 'offer', offer });
    });
    socket.on('offer.withdrawn', ({ offerId, reason }) => {
      this.fold({ type: 'offer-withdrawn', offerId, reason });
    });
    socket.on('call', (call) => {
      this.fold({ type: 'call', call });
    });
    socket.on('transcript', (callId, update) => {
      this.fold({ type: 'transcript', callId, update });
    });
    socket.on('draft', (patch) => {
      this.fold({ type: 'draft', patch });
    });
    socket.on('aside', (callId, aside) => {
      this.fold({ type: 'aside', callId, aside });
    });
    socket.on('draft.given', (draft) => {
      this.fold({ type: 'draft-given', draft });
    });
    socket.on('line', (line) => {
      this.fold({ type: 'line', line });
    });
    socket.on('recognizer', (status) => {
      this.fold({ type: 'recognizer', status });
    });
    socket.on('supervisor', (view) => {
      this.fold({ type: 'supervisor', view });
    });
    socket.on('surge', (status) => {
      this.fold({ type: 'surge', status });
    });
    socket.on('surge.call-in', (callIn) => {
      this.fold({ type: 'call-in', callIn });
    });
    socket.on('supervisor.delta', (delta) => {
      this.fold({ type: 'supervisor-delta', delta });
    });
    socket.on('replaced', () => {
      this.stop();
      this.fold({ type: 'replaced' });
    });
  }

  #watchConnection(socket: Socket<ServerToPage, PageToServer>): void {
    socket.on('connect', () => {
      this.#setState('connected', 0);
    });
    socket.on('disconnect', (reason) => {
      this.#setState('reconnecting', 0);
      // The library does not come back by itself when the server closed the socket (e.g. at its shutdown).
      if (reason === 'io server disconnect') this.#comeBack(socket, 1500);
      void this.#checkSession();
    });
    socket.on('connect_error', () => {
      this.#setState('reconnecting', this.connection.getSnapshot().attempt + 1);
      // `active` is false when the server's middleware refused: the library gives up then.
      if (!socket.active) this.#comeBack(socket, 1000 + Math.random() * 2000);
      void this.#checkSession();
    });
  }

  #comeBack(socket: Socket<ServerToPage, PageToServer>, delayMs: number): void {
    setTimeout(() => {
      if (this.#socket === socket && !socket.connected) socket.connect();
    }, delayMs);
  }

  async #checkSession(): Promise<void> {
    if (Date.now() - this.#askedMs < 3000) return;
    this.#askedMs = Date.now();
    if (await this.#options.stillSignedIn()) return;
    this.stop();
    this.#setState('signed-out', 0);
  }

  #setState(state: ConnectionView['state'], attempt: number): void {
    this.connection.update((now) => ({ state, attempt, sinceMs: now.state === state ? now.sinceMs : Date.now() }));
  }
}

function isResult(raw: unknown): raw is Result<unknown> {
  return typeof raw === 'object' && raw !== null && 'ok' in raw;
}
