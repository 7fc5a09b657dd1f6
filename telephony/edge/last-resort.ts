/**
 * The answer when every switch has failed a call: 503 with Retry-After. It stands last in the list of targets, because
 * drachtio-server would otherwise say 408, on which carriers do not try another way in.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { SipRunner } from '../embedded/sip-runner.ts';
import { UdpTransport } from '../embedded/udp-transport.ts';
import { SipCore } from '../sip/core/sip-core.ts';

export interface LastResortOptions {
  readonly address: string;
  readonly retryAfterS: number;
  readonly logger: Logger;
}

export class LastResort {
  readonly #udp: UdpTransport;
  readonly #runner: SipRunner;
  /** Calls answered so. */
  count = 0;

  constructor({ address, retryAfterS, logger }: LastResortOptions) {
    this.#udp = new UdpTransport({
      bind: address,
      port: 0,
      onMessage: (bytes, flow) => {
        this.#runner.receive(bytes, flow);
      },
      onError: (error) => {
        logger.warn({ err: error }, 'socket of the last resort reported an error');
      },
    });
    const core = new SipCore({
      domain: address,
      userAgent: 'hotline12345-edge',
      contactUser: 'edge',
      localAddress: () => ({ host: address, port: this.#udp.port }),
      admit: () => ({ type: 'serve', trusted: 'edge' }),
      findAccount: () => undefined,
      newToken: () => randomBytes(10).toString('hex'),
      newCallId: randomUUID,
      digestAlgorithms: [],
      registration: { minExpiresS: 60, defaultExpiresS: 300, maxExpiresS: 3_600 },
    });
    this.#runner = new SipRunner({
      core,
      transportFor: () => this.#udp,
      onEvent: (event) => {
        if (event.type !== 'incoming') return;
        this.count += 1;
        const refusal = { rejectStatus: 503, reason: '', retryAfterS };
        this.#runner.command((c, nowMs) => c.hangUp(event.call, refusal, nowMs));
      },
      logger,
    });
  }

  get port(): number {
    return this.#udp.port;
  }

  start(): Promise<void> {
    return this.#udp.start();
  }

  async close(): Promise<void> {
    await this.#runner.stop();
    await this.#udp.close();
  }
}
