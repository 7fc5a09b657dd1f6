/** One connection to an event socket: authenticates, subscribes, sends commands, hands on events. */
import { connect, type Socket } from 'node:net';
import { encodeCommand, subscribeCommand, type EslCommand } from './codec/command.ts';
import { parseEvent, peekEventName, type EslEvent } from './codec/event.ts';
import { FrameReader, type EslFrame } from './codec/frame-reader.ts';
import { EslError } from './esl-error.ts';
import { JobTable } from './job-table.ts';
import { ReplyQueue } from './reply-queue.ts';

export interface EslLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly events: readonly string[];
  readonly onEvent: (event: EslEvent) => void;
  /** Decides on the raw bytes whether an event is worth reading; default all. */
  readonly wants?: ((name: string, body: Buffer) => boolean) | undefined;
  readonly onClose: (reason: string) => void;
  /** Deadline of connecting, authenticating and subscribing together. */
  readonly openWithinMs: number;
}

const SWEEP_EVERY_MS = 100;
/** A command this long overdue means that the far end is dead, even if TCP says nothing. */
const DEAD_AFTER_OVERDUE_MS = 5_000;

export class EslLink {
  readonly #options: EslLinkOptions;
  readonly #reader = new FrameReader();
  readonly #replies = new ReplyQueue();
  readonly #jobs = new JobTable();
  readonly #socket: Socket;
  readonly #sweep: NodeJS.Timeout;
  #opened: { resolve: () => void; reject: (error: EslError) => void } | undefined;
  #closed = false;
  #corked = false;
  #lastHeardMs = performance.now();
  readonly counts = { events: 0, skipped: 0, replies: 0, bytes: 0 };

  constructor(options: EslLinkOptions) {
    this.#options = options;
    this.#socket = connect({ host: options.host, port: options.port });
    // Without this a command of two writes waits for Nagle and a delayed ACK: 45 ms instead of 0.5.
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, 10_000);
    this.#socket.on('data', (bytes) => {
      this.#onData(bytes);
    });
    this.#socket.on('error', (error) => {
      this.close(error.message);
    });
    this.#socket.on('close', () => {
      this.close('the connection was closed');
    });
    this.#sweep = setInterval(() => {
      this.#onSweep();
    }, SWEEP_EVERY_MS);
    this.#sweep.unref();
  }

  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  get unanswered(): number {
    return this.#replies.length;
  }

  /** Resolves once commands can be sent. */
  async open(): Promise<void> {
    const timer = setTimeout(() => {
      this.close('no log-in in time');
    }, this.#options.openWithinMs);
    try {
      await new Promise<void>((resolve, reject) => {
        if (this.#closed) reject(new EslError('closed', 'the connection was closed'));
        this.#opened = { resolve, reject };
      });
      const { openWithinMs, password, events } = this.#options;
      const answer = await this.send({ line: `auth ${password}` }, openWithinMs);
      if (!answer.startsWith('+OK')) throw new EslError('refused', 'the password was refused', answer);
      if (events.length > 0) await this.send({ line: subscribeCommand(events) }, openWithinMs);
    } catch (error) {
      this.close('log-in failed');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a command; resolves with the text of the reply, whatever it says. */
  send(command: EslCommand, timeoutMs: number): Promise<string> {
    if (this.#closed) return Promise.reject(new EslError('not-connected', 'no connection to FreeSWITCH'));
    const bytes = encodeCommand(command);
    if (bytes === undefined) return Promise.reject(new EslError('bad-command', 'a line break in a command'));
    const reply = this.#replies.add(performance.now() + timeoutMs);
    this.#write(bytes);
    return reply;
  }

  /** Runs a command in the background; resolves with the body of its end. */
  async job(line: string, jobId: string, timeoutMs: number): Promise<string> {
    const done = this.#jobs.add(jobId, performance.now() + timeoutMs);
    // Whoever gave up on the reply below does not wait for this any more.
    done.catch(() => undefined);
    const reply = await this.send({ line: `bgapi ${line}`, headers: [['Job-UUID', jobId]] }, timeoutMs).catch(
      (error: unknown) => {
        this.#jobs.failed(jobId, new EslError('closed', 'the job was not begun'));
        throw error;
      },
    );
    if (!reply.startsWith('+OK')) this.#jobs.failed(jobId, new EslError('refused', 'the job was refused', reply));
    return done;
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#sweep);
    this.#socket.destroy();
    const error = new EslError('closed', reason);
    this.#opened?.reject(error);
    this.#opened = undefined;
    this.#replies.fail(error);
    this.#jobs.fail(error);
    this.#options.onClose(reason);
  }

  /** Commands of one turn of the event loop leave in one packet. */
  #write(bytes: string): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  #onData(bytes: Buffer): void {
    this.#lastHeardMs = performance.now();
    this.counts.bytes += bytes.length;
    for (const frame of this.#reader.push(bytes)) {
      if (this.#closed) return;
      this.#onFrame(frame);
    }
    if (this.#reader.fault !== undefined) this.close(`unreadable: ${this.#reader.fault}`);
  }

  #onFrame(frame: EslFrame): void {
    const type = frame.headers.get('content-type') ?? '';
    if (type === 'text/event-json') this.#onEventFrame(frame.body);
    else if (type === 'api/response') this.#onReply(frame.body.toString('utf8').trimEnd());
    else if (type === 'command/reply') this.#onReply(frame.headers.get('reply-text') ?? '');
    else if (type === 'auth/request') this.#opened?.resolve();
    else if (type === 'text/rude-rejection') this.close('the address is refused by the access list');
    else if (type === 'text/disconnect-notice') this.close('FreeSWITCH said goodbye');
  }

  #onReply(reply: string): void {
    this.counts.replies++;
    if (!this.#replies.take(reply)) this.close('a reply that nobody asked for');
  }

  #onEventFrame(body: Buffer): void {
    this.counts.events++;
    const name = peekEventName(body);
    if (name !== 'BACKGROUND_JOB' && this.#options.wants?.(name, body) === false) {
      this.counts.skipped++;
      return;
    }
    const event = parseEvent(body);
    if (event === undefined) return;
    if (event.name === 'BACKGROUND_JOB') this.#jobs.done(event.fields['Job-UUID'] ?? '', event.body.trim());
    else this.#options.onEvent(event);
  }

  #onSweep(): void {
    const nowMs = performance.now();
    this.#replies.expire(nowMs);
    this.#jobs.expire(nowMs);
    const oldestMs = this.#replies.oldestDeadlineMs;
    if (oldestMs !== undefined && nowMs - oldestMs > DEAD_AFTER_OVERDUE_MS) this.close('FreeSWITCH does not answer');
  }
}
