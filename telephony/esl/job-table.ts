/** Commands that FreeSWITCH does in the background and tells the end of by event. */
import { EslError } from './esl-error.ts';

interface Job {
  readonly resolve: (body: string) => void;
  readonly reject: (error: EslError) => void;
  readonly deadlineMs: number;
}

export class JobTable {
  readonly #jobs = new Map<string, Job>();

  get size(): number {
    return this.#jobs.size;
  }

  add(jobId: string, deadlineMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#jobs.set(jobId, { resolve, reject, deadlineMs });
    });
  }

  done(jobId: string, body: string): void {
    const job = this.#jobs.get(jobId);
    this.#jobs.delete(jobId);
    job?.resolve(body);
  }

  failed(jobId: string, error: EslError): void {
    const job = this.#jobs.get(jobId);
    this.#jobs.delete(jobId);
    job?.reject(error);
  }

  expire(nowMs: number): void {
    for (const [jobId, job] of this.#jobs)
      if (job.deadlineMs <= nowMs) this.failed(jobId, new EslError('timeout', 'the job did not end in time'));
  }

  /** Events are not told again after a reconnect: whoever waits has to look for himself. */
  fail(error: EslError): void {
    for (const jobId of [...this.#jobs.keys()]) this.failed(jobId, error);
  }
}
