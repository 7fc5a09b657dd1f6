/** Asks the optional language model about calls, now and then, and hands what can be believed to the draft as a suggestion. */
import type { Logger } from 'pino';
import type { CatalogueClass } from '../../config/city.ts';
import { believed, questionFor, type Message } from '../drafts/helper/question.ts';
import { createRedactor } from '../drafts/helper/redact.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { LiveCall } from './live-call.ts';

export type Ask = (
  messages: readonly Message[],
) => Promise<{ readonly ok: true; readonly content: string } | { readonly ok: false; readonly why: string }>;

export interface HelperDeskOptions {
  readonly ask: Ask;
  readonly catalogue: readonly CatalogueClass[];
  readonly callOf: (callId: string) => LiveCall | undefined;
  readonly everyMs: number;
  readonly maxAtOnce: number;
  readonly logger: Logger;
}

/** Less than this says nothing. */
const LEAST_CHARS = 12;

export class HelperDesk {
  readonly #options: HelperDeskOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #asking = 0;

  constructor(options: HelperDeskOptions) {
    this.#options = options;
  }

  /** Every event of every call. */
  hear(event: CallEvent): void {
    if (event.type !== 'speech.final' || event.segment.side !== 'caller') return;
    this.#plan(event.callId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #plan(callId: string): void {
    if (this.#timers.has(callId)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(callId);
      const call = this.#options.callOf(callId);
      if (call === undefined || call.closed) return;
      if (this.#asking >= this.#options.maxAtOnce) this.#plan(callId);
      else void this.#about(call);
    }, this.#options.everyMs);
    timer.unref();
    this.#timers.set(callId, timer);
  }

  async #about(call: LiveCall): Promise<void> {
    const { ask, catalogue, logger } = this.#options;
    const segments = [...call.segments.values()].filter((s) => s.final && s.text !== '');
    if (segments.reduce((sum, s) => sum + (s.side === 'caller' ? s.text.length : 0), 0) < LEAST_CHARS) return;
    const { callerName } = call.draft.draft.fields;
    const redactor = createRedactor([callerName.value, call.history.callerName]);
    this.#asking += 1;
    try {
      const answer = await ask(questionFor(segments, catalogue, redactor));
      if (!answer.ok) {
        logger.info({ callId: call.runner.callId, why: answer.why }, 'the helper did not answer');
        return;
      }
      const finding = believed(answer.content, { segments, catalogue, redactor });
      if (finding === null) logger.info({ callId: call.runner.callId }, 'the helper’s answer was not understood');
      else call.draft.hear({ type: 'helper', finding });
    } finally {
      this.#asking -= 1;
    }
  }
}
