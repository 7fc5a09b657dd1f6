/**
 * The dialect of a call, guessed or said by an agent, to where it makes a difference: the sounds that the draft takes
 * for the same, the engine that hears the caller, and the line, should the call go back into it.
 */
import type { Dialect } from '../../config/city.ts';
import type { CallEvent, CallEventBody } from '../timeline/events.ts';
import type { LiveCall } from './live-call.ts';

export interface DialectDeskOptions {
  readonly dialects: readonly Dialect[];
  readonly callOf: (callId: string) => LiveCall | undefined;
  readonly emit: (callId: string, event: CallEventBody) => void;
}

export class DialectDesk {
  readonly #options: DialectDeskOptions;

  constructor(options: DialectDeskOptions) {
    this.#options = options;
  }

  /** Every event of every call. */
  hear(event: CallEvent): void {
    if (event.type !== 'dialect.guessed' && event.type !== 'dialect.set') return;
    const call = this.#options.callOf(event.callId);
    if (call === undefined || call.closed) return;
    const dialect = this.#options.dialects.find(({ id }) => id === event.dialect);
    call.draft.hear({ type: 'dialect', dialectId: dialect?.id ?? '' });
    call.runner.input({ type: 'dialect', dialect: dialect?.id ?? '' });
    call.runner.speech.setLanguage(dialect?.language);
  }

  /** False for a dialect that the city does not have. */
  set(call: LiveCall, dialectId: string, agentId: string): boolean {
    const dialect = this.#options.dialects.find(({ id }) => id === dialectId);
    if (dialect === undefined && dialectId !== '') return false;
    call.notes.setDialect(dialectId, dialect?.name ?? '');
    this.#options.emit(call.runner.callId, { type: 'dialect.set', dialect: dialectId, agentId });
    return true;
  }
}
