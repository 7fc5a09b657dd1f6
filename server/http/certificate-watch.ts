/** Looks whether the certificate has changed: a new one counts for new connections, those that are open stay. */
import type { Logger } from 'pino';
import type { Certificate } from './certificate.ts';

const RECHECK_MS = 60_000;

export interface CertificateWatchOptions {
  /** What is served now. */
  readonly current: Certificate;
  readonly read: () => Promise<Certificate>;
  /** Throws when it cannot be used. */
  readonly use: (certificate: Certificate) => void;
  readonly logger: Logger;
}

export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #current: Certificate;
  /** What was wrong last time: said once, not every minute. */
  #fault = '';

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#current = options.current;
    this.#timer = setInterval(() => void this.look(), RECHECK_MS);
    this.#timer.unref();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { read, use, logger } = this.#options;
    try {
      const found = await read();
      this.#fault = '';
      if (found.cert === this.#current.cert && found.key === this.#current.key) return;
      use(found);
      this.#current = found;
      logger.info('https: the certificate was renewed');
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'unreadable';
      if (fault !== this.#fault)
        logger.error({ err: error }, 'https: the new certificate cannot be used; the old one still is');
      this.#fault = fault;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
