/** A call with more than two on it: the ways to each of its phases, and what can happen there. */
import type { CallEffect, Party } from '../../../../server/calls/core/call-types.ts';
import { offer, waiting, type Bare } from './call-script.ts';

export { events, play, types, type Bare } from './call-script.ts';

const colleague: Party = { partyId: 'p1', legId: 'party1', target: { kind: 'agent', agentId: 'a2' } };
export const outside: Party = { partyId: 'p2', legId: 'party1', target: { kind: 'number', number: '110' } };

export const hungUp = (effects: readonly CallEffect[]): string[] =>
  effects.flatMap((e) => (e.type === 'hangup' ? [e.legId] : [])).sort();

export const talking: readonly Bare[] = [
  ...waiting,
  { type: 'offered', offer },
  { type: 'leg-answered', legId: 'agent1' },
];
const held: readonly Bare[] = [...talking, { type: 'hold', agentId: 'a1' }];
export const asking: readonly Bare[] = [...talking, { type: 'consult', agentId: 'a1', party: colleague }];
export const asked: readonly Bare[] = [...asking, { type: 'leg-answered', legId: 'party1' }];
/** The agent's telephone dials the consultation by itself. */
export const dialling: readonly Bare[] = [
  ...talking,
  { type: 'consult', agentId: 'a1', party: colleague, ownLegId: 'own1' },
];
export const reached: readonly Bare[] = [...dialling, { type: 'leg-answered', legId: 'party1' }];
export const dialled: readonly Bare[] = [...reached, { type: 'leg-answered', legId: 'own1' }];
const askedOutside: readonly Bare[] = [
  ...talking,
  { type: 'consult', agentId: 'a1', party: outside },
  { type: 'leg-answered', legId: 'party1' },
];
export const three: readonly Bare[] = [...asked, { type: 'conference', agentId: 'a1' }];
export const sent: readonly Bare[] = [...talking, { type: 'transfer', agentId: 'a1', party: colleague }];
export const forwarded: readonly Bare[] = [...askedOutside, { type: 'complete', agentId: 'a1' }];
const lost: readonly Bare[] = [...talking, { type: 'leg-ended', legId: 'agent1', cause: 'media-lost', by: 'local' }];

export const phases = {
  ...{ waiting, talking, held, asking, asked, askedOutside, three, sent, forwarded, lost },
  ...{ dialling, reached, dialled },
};
export type Name = keyof typeof phases;
export const names = Object.keys(phases) as Name[];

/** What can happen, by name. */
export const inputs = {
  consult: { type: 'consult', agentId: 'a1', party: { ...colleague, partyId: 'p9', legId: 'party9' } },
  'consult-end': { type: 'consult-end', agentId: 'a1' },
  complete: { type: 'complete', agentId: 'a1' },
  conference: { type: 'conference', agentId: 'a1' },
  transfer: { type: 'transfer', agentId: 'a1', party: { ...colleague, partyId: 'p9', legId: 'party9' } },
  'transfer-queue': { type: 'transfer-queue', agentId: 'a1', queue: 'tax' },
  'party answers': { type: 'leg-answered', legId: 'party1' },
  'party does not answer': { type: 'leg-ended', legId: 'party1', cause: 'no-answer', by: 'local' },
  'party hangs up': { type: 'leg-ended', legId: 'party1', cause: 'normal', by: 'remote' },
  'party declines': { type: 'declined', agentId: 'a2', offerId: 'p1' },
  'party presses red': { type: 'hang-up', agentId: 'a2' },
  'party timer': { type: 'timer', timer: 'party', announcement: null },
  'own leg is answered': { type: 'leg-answered', legId: 'own1' },
  'own leg is hung up': { type: 'leg-ended', legId: 'own1', cause: 'normal', by: 'remote' },
  'agent hangs up': { type: 'leg-ended', legId: 'agent1', cause: 'normal', by: 'remote' },
  'agent is lost': { type: 'leg-ended', legId: 'agent1', cause: 'media-lost', by: 'local' },
  'agent presses red': { type: 'hang-up', agentId: 'a1' },
  'agent returns': { type: 'return', agentId: 'a1', legId: 'agent2' },
  hold: { type: 'hold', agentId: 'a1' },
  resume: { type: 'resume', agentId: 'a1' },
  supervise: { type: 'supervise', supervisorId: 's1', legId: 'super1', mode: 'listen' },
  'caller hangs up': { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' },
} satisfies Readonly<Record<string, Bare>>;
export type What = keyof typeof inputs;
export const all = Object.keys(inputs) as What[];
