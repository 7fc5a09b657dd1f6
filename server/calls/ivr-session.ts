/** One call's way through the call flow: between the call machine, which begins and ends it, and the flow's runner. */
import type { Logger } from 'pino';
import type { Recognizer } from '../../asr/ports.ts';
import type { Calendar } from '../../ivr/core/calendar.ts';
import type { FlowExit, FlowState, HostAnswer, HostQuestion } from '../../ivr/core/flow-types.ts';
import type { Flow } from '../../ivr/core/flow.ts';
import type { CallbackOffer, Incidents, TicketProgress, Voicemail } from '../../ivr/ports.ts';
import { FlowRunner } from '../../ivr/runner.ts';
import type { Switch, TapFrame } from '../../telephony/ports/switch.ts';
import type { CallEventBody } from '../timeline/events.ts';
import type { PromptFiles } from './announcements.ts';
import type { FlowCommand } from './core/call-types.ts';
import { IvrEars } from './ivr-ears.ts';

/** What the flow needs of the city; the same for all calls. */
export interface IvrHouse {
  readonly calendar: Calendar;
  readonly incidents: Incidents;
  readonly progress: TicketProgress;
  readonly callbacks: CallbackOffer;
  readonly voicemail: Voicemail;
}

/** What it needs of one call. */
export interface IvrCall {
  readonly callId: string;
  readonly legId: string;
  readonly callerNumber: string;
  readonly flow: Flow;
  readonly switch: Pick<Switch, 'play' | 'stopPlay'>;
  readonly prompts: PromptFiles;
  readonly recognizer: Recognizer;
  readonly logger: Logger;
  readonly nowMs: () => number;
  emit(event: CallEventBody): void;
  left(exit: FlowExit): void;
  voicemail(on: boolean): void;
  /** What the caller says; null = no more. */
  tap(listener: ((frame: TapFrame) => void) | null): void;
}

export class IvrSession {
  readonly #house: IvrHouse;
  readonly #call: IvrCall;
  readonly #runner: FlowRunner;
  readonly #ears: IvrEars;

  constructor(house: IvrHouse, call: IvrCall) {
    this.#house = house;
    this.#call = call;
    const { callId, legId, flow, prompts, nowMs } = call;
    this.#ears = new IvrEars({
      callId,
      recognizer: call.recognizer,
      tap: (listener) => {
        call.tap(listener);
      },
      heard: (text, syllables, final) => {
        this.#runner.heard(text, syllables, final);
      },
      off: () => {
        this.#runner.speechOff();
      },
    });
    this.#runner = new FlowRunner({
      ...{ callId, legId, nowMs },
      context: { flow, calendar: house.calendar },
      switch: call.switch,
      files: prompts,
      host: {
        tell: (event) => {
          call.emit(event);
          if (event.type === 'ivr.voicemail-left') house.voicemail.left({ callId, lengthMs: event.lengthMs });
        },
        exit: (exit) => {
          call.left(exit);
        },
        lookUp: (question, state) => this.#lookUp(question, state),
        listen: (on) => {
          this.#ears.listen(on);
        },
        record: (on) => {
          call.voicemail(on);
        },
        prompt: ({ type, prompt, reason }) => {
          call.emit(
            type === 'started' ? { type: 'prompt.started', prompt } : { type: 'prompt.finished', prompt, reason },
          );
        },
        failed: (effect, error) => {
          this.#failed(effect, error);
        },
      },
    });
  }

  command(command: FlowCommand): void {
    switch (command.type) {
      case 'start':
        this.#runner.start(command.callerKnown);
        return;
      case 'go':
        this.#runner.go(command.to);
        return;
      case 'digit':
        this.#runner.digit(command.digit);
        return;
      case 'play-finished':
        this.#runner.playFinished(command.playId, command.reason);
        return;
      case 'record-failed':
        this.#runner.recordFailed();
        return;
      case 'stop':
        this.#runner.stop();
    }
  }

  async #lookUp(question: HostQuestion, state: FlowState): Promise<HostAnswer> {
    const { callId, callerNumber } = this.#call;
    switch (question.type) {
      case 'incident':
        return { type: 'incident', incident: this.#house.incidents.current() };
      case 'progress': {
        const ticket = await this.#house.progress.find(question.ticket, { number: callerNumber });
        return { type: 'progress', ticket };
      }
      case 'call-back': {
        const { dialect } = state;
        const booked = await this.#house.callbacks.book({ callId, number: callerNumber, dialect });
        return { type: 'call-back', accepted: booked === 'booked' };
      }
    }
  }

  /** A caller who has hung up meanwhile is no fault. */
  #failed(effect: string, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'no-such-leg') return;
    this.#call.logger.warn({ err: error, effect }, 'a step of the call flow failed; the flow goes on');
  }
}
