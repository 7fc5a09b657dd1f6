import type { Socket } from 'socket.io';
import type { Me, PageToServer, ServerToPage } from './protocol.ts';
import { TokenBucket } from './token-bucket.ts';

export interface PageData {
  readonly me: Me;
  readonly token: string;
}
export type PageSocket = Socket<PageToServer, ServerToPage, Record<string, never>, PageData>;

/** A page types at most about 3 edits a second; a hand on the buttons makes a few more. */
const requestLimits = { perSecond: 20, burst: 60 };
/** More events than this not yet taken means that the page is stuck: it reconnects and gets everything at once. */
const longestBacklog = 2_000;

/** Rooms of the socket server: whoever is in one gets the same bytes. */
export const greetedRoom = 'greeted';
export const watchingRoom = 'watching';

/** One open page. What is pushed before its `hello` waits, so that `hello` never comes after something newer. */
export class Page {
  readonly me: Me;
  readonly token: string;
  #watching = false;
  readonly #socket: PageSocket;
  readonly #bucket: TokenBucket;
  #held: (() => void)[] | undefined = [];
  /** Events pushed since the transport was last empty. */
  #backlog = 0;

  constructor(socket: PageSocket, nowMs: number) {
    this.#socket = socket;
    this.me = socket.data.me;
    this.token = socket.data.token;
    this.#bucket = new TokenBucket(requestLimits, nowMs);
    socket.conn.on('drain', () => {
      this.#backlog = 0;
    });
  }

  mayAsk(nowMs: number): boolean {
    return this.#bucket.take(nowMs);
  }

  get watching(): boolean {
    return this.#watching;
  }

  get isGreeted(): boolean {
    return this.#held === undefined;
  }

  /** Joins or leaves those who get the supervisor's view. */
  watch(on: boolean): void {
    this.#watching = on;
    void (on ? this.#socket.join(watchingRoom) : this.#socket.leave(watchingRoom));
  }

  push<E extends keyof ServerToPage>(event: E, ...args: Parameters<ServerToPage[E]>): void {
    const send = (): void => {
      this.#socket.emit(event, ...args);
    };
    if (this.#held === undefined) send();
    else this.#held.push(send);
    this.noteSent();
  }

  /** Something was sent to it, by itself or together with others. */
  noteSent(): void {
    this.#backlog += 1;
    if (this.#backlog > longestBacklog) this.drop();
  }

  hello(...args: Parameters<ServerToPage['hello']>): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    void this.#socket.join(greetedRoom);
    this.#socket.emit('hello', ...args);
    for (const send of held) send();
  }

  /** Another page takes over: this one is told, and does not come back by itself. */
  replace(): void {
    this.#socket.emit('replaced');
    this.#socket.disconnect(true);
  }

  /** Ends the log-in of this page. */
  end(): void {
    this.#socket.disconnect(true);
  }

  /** Cuts the transport only: the page reconnects by itself. */
  drop(): void {
    this.#socket.conn.close();
  }
}
