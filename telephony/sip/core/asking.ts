/** Requests of ours outside any call that only want an answer in time: OPTIONS to see whether a trunk is there. */
import { emptyBody } from '../message/types.ts';
import { makeRequest } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import type { TransactionLayer } from './transaction-layer.ts';
import type { AskRequest } from './types.ts';

export class Asking {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;

  constructor(runtime: CoreRuntime, layer: TransactionLayer) {
    this.#runtime = runtime;
    this.#layer = layer;
  }

  /** Asks; one `asked` event follows. */
  ask(ask: AskRequest): void {
    const { newToken } = this.#runtime.options;
    const request = makeRequest(this.#runtime, ask.flow, {
      method: 'OPTIONS',
      uri: ask.uri,
      from: `<${ask.from}>;tag=${newToken()}`,
      to: `<${ask.uri}>`,
      callId: newToken(),
      seq: 1,
      routes: [],
      headers: [{ name: 'accept', value: 'application/sdp' }],
      body: emptyBody,
    });
    const timerId = `ask|${ask.token}`;
    let done = false;
    const tell = (status: number): void => {
      if (done) return;
      done = true;
      this.#runtime.stopTimer(timerId);
      this.#runtime.emit({ type: 'asked', token: ask.token, status });
    };
    const key = this.#layer.request(request, ask.flow, {
      onResponse: (response) => {
        if (response.status >= 200) tell(response.status);
      },
      onFailure: () => {
        tell(0);
      },
    });
    this.#runtime.startTimer(timerId, ask.withinMs, () => {
      this.#layer.abandon(key);
      tell(0);
    });
  }
}
