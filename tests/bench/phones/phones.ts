/** The bench's side of the telephones' process. */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { within } from '../limits.ts';
import type { PhoneWork, Reply, Request } from './protocol.ts';

type Answer<M extends keyof PhoneWork> = Awaited<ReturnType<PhoneWork[M]>>;

const LIMIT_MS = 90_000;
const PRIORITY = -15;

export class Phones {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  /** At ordinary priority, as the server is: it is not started by the phones, which are above all others. */
  readonly #echo: ChildProcess;
  readonly echoPort: Promise<number>;
  #id = 0;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), [], {
      // Garbage is collected by the one thread: helpers at real-time priority would take every processor of the machine.
      execArgv: ['--single-threaded-gc', '--max-semi-space-size=32', '--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#echo = fork(fileURLToPath(new URL('echo.ts', import.meta.url)), [], { execArgv: ['--import', 'tsx'] });
    this.echoPort = new Promise((resolve) =>
      this.#echo.once('message', (port) => {
        resolve(Number(port));
      }),
    );
    this.#child.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply);
    });
    this.#child.on('exit', (code) => {
      for (const [id, settle] of this.#waiting)
        settle({ id, ok: false, message: `the phones ended with ${String(code)}` });
    });
    this.isUrgent = this.#raisePriority();
  }

  /** False where the user may not raise priorities: gaps then include the phones' own delays. */
  readonly isUrgent: boolean;

  /** A telephone line does not wait for a busy computer: before all others if we may, else before most. */
  #raisePriority(): boolean {
    try {
      execFileSync('chrt', ['--rr', '-p', '1', String(this.#child.pid)], { stdio: 'ignore', timeout: 5_000 });
      return true;
    } catch {
      return this.#raiseNiceness();
    }
  }

  #raiseNiceness(): boolean {
    try {
      setPriority(this.#child.pid ?? 0, PRIORITY);
      return true;
    } catch {
      return false;
    }
  }

  async ask<M extends keyof PhoneWork>(method: M, params: Parameters<PhoneWork[M]>[0]): Promise<Answer<M>> {
    this.#id += 1;
    const id = this.#id;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    try {
      const request: Request = { id, method, params };
      if (!this.#child.connected) throw new Error('the phones are gone');
      this.#child.send(request);
      const answer = await within(`the phones (${method})`, LIMIT_MS, reply);
      if (!answer.ok) throw new Error(`phones, ${method}: ${answer.message}`);
      return answer.value as Answer<M>;
    } finally {
      this.#waiting.delete(id);
    }
  }

  async close(): Promise<void> {
    if (this.#echo.connected) this.#echo.disconnect();
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 8_000);
    await this.ask('close', null).catch(() => undefined);
    await gone;
    clearTimeout(force);
  }
}
