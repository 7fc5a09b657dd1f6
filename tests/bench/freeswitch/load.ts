/** The process that plays telephones, as a bench sees it. */
import { fork, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from '../limits.ts';
import type { LoadOrder, LoadReport } from './load-protocol.ts';

type Report = Extract<LoadReport, { type: 'report' }>;

export class Load {
  readonly sipPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, sipPort: number) {
    this.#child = child;
    this.sipPort = sipPort;
  }

  static async start(): Promise<Load> {
    const file = join(dirname(fileURLToPath(import.meta.url)), 'load-main.ts');
    const child = fork(file, { execArgv: ['--import', 'tsx'] });
    const ready = await within('the telephones', 20_000, next(child));
    if (ready.type !== 'ready') throw new Error('the telephones began with something else');
    return new Load(child, ready.sipPort);
  }

  order(order: LoadOrder): void {
    this.#child.send(order);
  }

  async report(): Promise<Report> {
    const answer = within('a report', 10_000, next(this.#child));
    this.order({ type: 'report' });
    const report = await answer;
    if (report.type !== 'report') throw new Error('not a report');
    return report;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

function next(child: ChildProcess): Promise<LoadReport> {
  return new Promise((resolve) => {
    child.once('message', (message) => {
      resolve(message as LoadReport);
    });
  });
}
