/** Entry of the media thread: runs a `LocalMediaEngine` and carries calls, events and log lines over the port. */
import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { watchDelays } from './delay-watch.ts';
import { LocalMediaEngine } from './local-engine.ts';
import { mediaErrorCode } from './media-error.ts';
import type { RequestMessage, WorkerMessage, WorkerOptions } from './worker-messages.ts';

/** Audio before all else. Nice values are of threads on Linux. */
const threadPriority = -10;
const chrtLimitMs = 2_000;

/**
 * Takes effect where the process may do that (root, CAP_SYS_NICE); elsewhere media runs like everything else.
 * Real-time priority first: a nice value counts only within the scheduler's group of the session or service.
 */
function goFirst(logger: Logger): void {
  // Elsewhere the priority would be the whole process's.
  if (process.platform !== 'linux') return;
  // On one core a real-time thread that waits for V8's own helpers keeps them from running: measured, calls stood still
  // for 950 ms, which is when the kernel takes the core away from it.
  if (availableParallelism() > 1 && becomeRealTime()) logger.debug('media: thread has real-time priority');
  else {
    try {
      setPriority(0, threadPriority);
    } catch (error) {
      logger.debug({ err: error }, 'media: thread stays at ordinary priority');
    }
  }
}

/** The lowest real-time priority, for this thread alone: what it starts does not inherit it. */
function becomeRealTime(): boolean {
  try {
    const thread = basename(readlinkSync('/proc/thread-self'));
    execFileSync('chrt', ['--reset-on-fork', '--rr', '-p', '1', thread], { stdio: 'ignore', timeout: chrtLimitMs });
    return true;
  } catch {
    return false; // Not allowed, or no such program: a nice value is tried next.
  }
}

async function serve(port: MessagePort, options: WorkerOptions): Promise<void> {
  const say = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
  };
  const sink = {
    write: (line: string): void => {
      say({ type: 'log', line });
    },
  };
  const logger = pino({ level: options.logLevel, base: null }, sink);
  goFirst(logger);
  watchDelays(logger);
  // One leg's rejected promise inside werift must not take every other call with it.
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, 'media: unhandled rejection');
  });
  // Nor must one packet's exception. And Node 20 aborts the whole process when a thread is ended while datagrams come.
  process.on('uncaughtException', (error) => {
    logger.error({ err: error }, 'media: unhandled exception');
  });
  const engine = new LocalMediaEngine(options.engine, logger);
  engine.subscribe((event) => {
    const samples = event.type === 'tap' ? event.frame.pcm.buffer : undefined;
    say({ type: 'event', event }, samples instanceof ArrayBuffer ? [samples] : []);
  });
  let warming: Promise<void> = Promise.resolve();
  port.on('message', (request: RequestMessage) => {
    void answer(engine, request).then(async (message) => {
      // No socket may be left when the thread is ended, see above.
      if (request.method === 'close') await warming;
      say(message);
    });
  });
  warming = warmUpLater(logger);
  say({ type: 'ready' });
  await warming;
}

/** Loaded apart from the engine: plain legs need not wait for werift. */
async function warmUpLater(logger: Logger): Promise<void> {
  const { warmUp } = await import('./warm-up.ts');
  await warmUp(logger);
}

async function answer(engine: LocalMediaEngine, request: RequestMessage): Promise<WorkerMessage> {
  const { id } = request;
  try {
    // Both ends are typed by `RemoteArguments`; here the method is known only by its name.
    const method = engine[request.method].bind(engine) as (...args: readonly unknown[]) => Promise<unknown>;
    return { type: 'result', id, value: await method(...request.args) };
  } catch (error) {
    return {
      type: 'failure',
      id,
      message: error instanceof Error ? error.message : String(error),
      code: mediaErrorCode(error),
    };
  }
}

if (parentPort !== null) await serve(parentPort, workerData as WorkerOptions);
