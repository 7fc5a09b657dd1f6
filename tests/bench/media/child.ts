/** A part of a media bench in a process of its own: the parent's side and the child's. */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from '../limits.ts';

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** What a child can be asked, by name. */
export type Work = Readonly<Record<string, (params: never) => unknown>>;

type Method<W> = keyof W & string;
type Params<W, M extends Method<W>> = W[M] extends (params: infer P) => unknown ? P : never;
type Answer<W, M extends Method<W>> = W[M] extends (params: never) => infer R ? Awaited<R> : never;

const LIMIT_MS = 60_000;

export class Child<W> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #id = 0;

  /** `file` lies beside this one. */
  constructor(file: string, nodeOptions: readonly string[] = []) {
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      execArgv: [...nodeOptions, '--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply);
    });
    this.#process.on('exit', (code) => {
      for (const [id, settle] of this.#waiting) settle({ id, ok: false, message: `${file} ended (${String(code)})` });
    });
  }

  /** A telephone does not wait for a busy computer: real-time priority where that is allowed. */
  makeUrgent(): boolean {
    try {
      execFileSync('chrt', ['--rr', '-p', '1', String(this.#process.pid)], { stdio: 'ignore', timeout: 5_000 });
      return true;
    } catch {
      return false;
    }
  }

  async ask<M extends Method<W>>(method: M, params: Params<W, M>): Promise<Answer<W, M>> {
    this.#id += 1;
    const id = this.#id;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    if (!this.#process.connected) throw new Error(`the process for ${method} is gone`);
    this.#process.send({ id, method, params } satisfies Request);
    try {
      const answer = await within(method, LIMIT_MS, reply);
      if (!answer.ok) throw new Error(`${method}: ${answer.message}`);
      return answer.value as Answer<W, M>;
    } finally {
      this.#waiting.delete(id);
    }
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    const force = setTimeout(() => this.#process.kill('SIGKILL'), 8_000);
    this.#process.disconnect();
    await gone;
    clearTimeout(force);
  }
}

/** The child's side: answers until the parent goes, then lets go of everything. */
export function serve(work: Work, close: () => Promise<unknown>): void {
  const answer = async ({ id, method, params }: Request): Promise<Reply> => {
    try {
      const handle = work[method];
      if (handle === undefined) throw new Error('there is no such method');
      return { id, ok: true, value: await handle(params as never) };
    } catch (error) {
      return { id, ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  };
  process.on('message', (request: Request) => {
    void answer(request).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => {
    void close().finally(() => process.exit());
  });
}
