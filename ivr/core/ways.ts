/** Where nodes lead and what they tell, as far as it follows from the node and what was found alone. Pure. */
import { hoursAt, type Calendar } from './calendar.ts';
import type { FlowNode, NodeOf } from './flow.ts';
import type { FlowExit, FlowState, HostAnswer } from './flow-types.ts';

type Ticket = Extract<HostAnswer, { readonly type: 'progress' }>['ticket'];

export const initialFlowState: FlowState = {
  node: '',
  stage: 'none',
  tries: 0,
  asked: [],
  isSecond: false,
  digits: '',
  then: null,
  recordingSinceMs: 0,
  variables: {},
  language: '',
  dialect: '',
  visits: 0,
  callerKnown: false,
};

/** The node that an hours node leads to at a time. */
export function hoursWay(node: NodeOf<'hours'>, calendar: Calendar, atMs: number): string {
  const hours = hoursAt(calendar, node.timetable, atMs);
  if (hours === 'open') return node.open;
  return hours === 'holiday' ? (node.holiday ?? node.closed) : node.closed;
}

/** From a queue node; without one: a person in the main queue. */
export function queueExit(node: NodeOf<'queue'> | undefined, { language, dialect }: FlowState): FlowExit {
  const { queue, priority, skills } = node ?? { queue: 'main', priority: 5, skills: [] };
  const needs = skills.map((need) => (typeof need === 'string' ? { skill: need, minLevel: 1 } : need));
  const caller = node?.caller === undefined ? {} : { caller: node.caller };
  return { type: 'queue', queue, priority, skills: needs, language, dialect, ...caller };
}

/** What is told of a ticket, as variables; undefined when it was not found, or its state has no words. */
export function progressWords(node: NodeOf<'progress'>, ticket: Ticket): Readonly<Record<string, string>> | undefined {
  const state = ticket?.state ?? '';
  const word = Object.hasOwn(node.states, state) ? node.states[state] : undefined;
  if (ticket === null || word === undefined) return undefined;
  return { state: word, accepted: ticket.acceptedDate, due: ticket.dueDate };
}

/** Length of the message that is being recorded, or null when it is too short to be one. */
export function messageMs(node: FlowNode | undefined, state: FlowState, atMs: number): number | null {
  const lengthMs = atMs - state.recordingSinceMs;
  if (state.stage !== 'recording' || node?.type !== 'voicemail') return null;
  return lengthMs < node.minMs ? null : lengthMs;
}
