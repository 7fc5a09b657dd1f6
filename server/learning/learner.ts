/** Learns from confirmed tickets every night in a child process of low priority; hands the model in use to the drafts. */
import { fork } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { LearnedGuesser } from '../drafts/classify/guesser.ts';
import type { Row } from '../drafts/classify/model.ts';
import { outcomeSchema, type LearnOutcome, type ToLearner } from './child-protocol.ts';
import type { ModelFiles } from './model-files.ts';
import { nextAtMs } from './night.ts';

export interface LearnerOptions {
  readonly files: ModelFiles;
  readonly keepModels: number;
  readonly guesser: LearnedGuesser;
  /** Known classes; a model of another catalogue is not used. */
  readonly classIds: ReadonlySet<string>;
  readonly rows: () => AsyncIterable<Row>;
  /** "HH:MM" by the city's clock; null = never by itself. */
  readonly nightlyAt: string | null;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Of the child, as in `os.constants.priority`; low unless told. */
  readonly priority?: number;
}

const entry = fileURLToPath(new URL('./learn-child.mjs', import.meta.url));
/** China has one time zone. */
const OFFSET_MINUTES = 480;
const BATCH = 500;
const LIMIT_MS = 30 * 60_000;

export class Learner {
  readonly #options: LearnerOptions;
  #timer: NodeJS.Timeout | undefined;
  #child: ReturnType<typeof fork> | undefined;
  #closed = false;

  constructor(options: LearnerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.load();
    this.#plan();
  }

  /** Takes up the model in use, if there is one that fits the catalogue. */
  async load(): Promise<void> {
    const { files, guesser, classIds, logger } = this.#options;
    const found = await files.current();
    if (found.type === 'faulty') logger.error({ name: found.name, fault: found.fault }, 'class model refused');
    if (found.type !== 'model') {
      guesser.use(null);
      return;
    }
    const labels = Object.keys(found.model.seen);
    const known = labels.filter((label) => classIds.has(label)).length;
    guesser.use(known > 0 ? found.model : null);
    const facts = { name: found.name, sizeBytes: found.sizeBytes, classes: labels.length, known };
    if (known === 0) logger.warn(facts, 'class model is of another catalogue and is not used');
    else logger.info(facts, 'class model in use');
  }

  #plan(): void {
    const { nightlyAt, nowMs, logger } = this.#options;
    if (nightlyAt === null || this.#closed) return;
    const now = nowMs();
    this.#timer = setTimeout(
      () => {
        void this.learn()
          .catch((error: unknown) => {
            logger.error({ err: error }, 'learning failed; the model in use stays');
          })
          .finally(() => {
            this.#plan();
          });
      },
      nextAtMs(now, nightlyAt, OFFSET_MINUTES) - now,
    );
    this.#timer.unref();
  }

  /** One night's learning; the new model is in use when it resolves with `better`. */
  async learn(): Promise<LearnOutcome> {
    const { logger } = this.#options;
    const outcome = await this.#inChild();
    logger.info(outcome, 'learned from confirmed tickets');
    if (outcome.name !== null) await this.load();
    return outcome;
  }

  async #inChild(): Promise<LearnOutcome> {
    const { files, keepModels, nowMs, rows, priority = constants.priority.PRIORITY_LOW } = this.#options;
    const child = fork(entry, [String(priority)], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    const answer = new Promise<LearnOutcome>((resolve, reject) => {
      child.on('message', (message) => {
        const parsed = outcomeSchema.safeParse(message);
        if (parsed.success) resolve(parsed.data);
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        reject(new Error(`the learning child ended early (${String(signal ?? code)})`));
      });
    });
    // Whoever waits for it below hears of it; it must not be called unhandled meanwhile.
    answer.catch(() => undefined);
    const send = (message: ToLearner): Promise<void> =>
      new Promise((resolve, reject) => {
        child.send(message, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    try {
      let batch: Row[] = [];
      for await (const row of rows()) {
        batch.push(row);
        if (batch.length < BATCH) continue;
        await send({ type: 'rows', rows: batch });
        batch = [];
      }
      await send({ type: 'rows', rows: batch });
      await send({ type: 'learn', dir: files.dir, keep: keepModels, nowMs: nowMs() });
      return await answer;
    } finally {
      clearTimeout(limit);
      child.kill('SIGKILL');
      this.#child = undefined;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
  }
}
