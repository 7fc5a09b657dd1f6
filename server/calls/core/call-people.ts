/** What agents and supervisors ask for when more than two are, or shall be, on a call. Pure. */
import { onComplete, onConference, onConsult, onConsultEnd, onTransfer, onTransferQueue } from './call-party.ts';
import { onSupervise, onSuperviseEnd, onTakeOver } from './call-supervise.ts';
import { stay } from './call-util.ts';
import { withDialect } from './call-front.ts';
import type { CallInput, CallState, CallStep } from './call-types.ts';

const types = [
  'consult',
  'consult-end',
  'complete',
  'conference',
  'transfer',
  'transfer-queue',
  'supervise',
  'supervise-end',
  'take-over',
  'dialect',
] as const;
export type PeopleInput = Extract<CallInput, { type: (typeof types)[number] }>;

const isOneOf: ReadonlySet<string> = new Set(types);

export function isPeopleInput(input: CallInput): input is PeopleInput {
  return isOneOf.has(input.type);
}

export function stepPeople(state: CallState, input: PeopleInput): CallStep {
  switch (input.type) {
    case 'consult':
      return onConsult(state, input);
    case 'consult-end':
      return onConsultEnd(state, input);
    case 'complete':
      return onComplete(state, input);
    case 'conference':
      return onConference(state, input);
    case 'transfer':
      return onTransfer(state, input);
    case 'transfer-queue':
      return onTransferQueue(state, input);
    case 'supervise':
      return onSupervise(state, input);
    case 'supervise-end':
      return onSuperviseEnd(state, input);
    case 'take-over':
      return onTakeOver(state, input);
    case 'dialect':
      return stay(withDialect(state, input.dialect));
  }
}
