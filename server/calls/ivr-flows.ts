/** Opens a call's way through the call flow with all the house has for it. */
import type { Logger } from 'pino';
import type { Recognizer } from '../../asr/ports.ts';
import type { Calendar } from '../../ivr/core/calendar.ts';
import type { CallbackOffer, TicketProgress } from '../../ivr/ports.ts';
import type { Switch } from '../../telephony/ports/switch.ts';
import type { PromptFiles } from './announcements.ts';
import type { CallRunner } from './call-runner.ts';
import type { CallState, Queued } from './core/call-types.ts';
import { PlannedIncidents } from './ivr-incidents.ts';
import { IvrSession, type IvrCall } from './ivr-session.ts';
import type { LinePolicy } from '../acd/line-policy.ts';
import type { VoicemailDesk } from './ivr-voicemail.ts';

/** What a city gives to its call flow. */
export interface IvrParts {
  readonly calendar: Calendar;
  readonly progress: TicketProgress;
  /** Names of the recordings there are. */
  readonly recorded: ReadonlySet<string>;
}

export interface IvrFlowsOptions {
  readonly ivr: IvrParts;
  readonly switch: Switch;
  readonly prompts: PromptFiles;
  readonly recognizer: Recognizer;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly voicemail: VoicemailDesk;
  /** What a surge plan has callers hear first. */
  readonly policy: () => LinePolicy;
  /** Keeps a promise to call back; null when it cannot be kept. */
  readonly bookCallback: (state: CallState, queued: Queued) => Promise<string | null>;
  /** Events of this leg are the call's. */
  readonly own: (legId: string, callId: string) => void;
}

type Emit = IvrCall['emit'];

export class IvrFlows {
  readonly #options: IvrFlowsOptions;

  constructor(options: IvrFlowsOptions) {
    this.#options = options;
  }

  open(runner: CallRunner, emit: Emit, logger: Logger): IvrSession {
    const { ivr, prompts, recognizer, nowMs, newId, voicemail, policy, own } = this.#options;
    const { calendar, progress } = ivr;
    const { facts, settings } = runner.state;
    const incidents = new PlannedIncidents(policy, ivr.recorded);
    const house = { calendar, progress, incidents, voicemail, callbacks: { book: this.#book(runner, emit) } };
    return new IvrSession(house, {
      ...{ prompts, recognizer, nowMs, logger, emit },
      callId: facts.callId,
      legId: facts.callerLegId,
      callerNumber: facts.from,
      flow: settings.flow,
      switch: this.#options.switch,
      left: (exit) => {
        const legId = newId();
        if (exit.type === 'transfer') own(legId, facts.callId);
        runner.input({ type: 'flow-left', exit, legId });
      },
      voicemail: (on) => {
        runner.input({ type: 'voicemail', on });
      },
      tap: (listener) => {
        runner.hearCaller(listener);
      },
    });
  }

  /** Nothing is promised to the caller before it is in the database. The place is the one 0 would have led to. */
  #book(runner: CallRunner, emit: Emit): CallbackOffer['book'] {
    return async ({ dialect }) => {
      const { person, nodes } = runner.state.settings.flow;
      const at = nodes[person];
      const place = at?.type === 'queue' ? at : { queue: 'main', priority: 5 };
      const wants = dialect === '' ? {} : { wants: { needs: [], dialect } };
      const { queue, priority } = place;
      const queued: Queued = { queue, priority, joinedAtMs: this.#options.nowMs(), ...wants };
      const callbackId = await this.#options.bookCallback(runner.state, queued);
      if (callbackId === null) return 'refused';
      emit({ type: 'callback.booked', callbackId, reason: 'asked' });
      return 'booked';
    };
  }
}
