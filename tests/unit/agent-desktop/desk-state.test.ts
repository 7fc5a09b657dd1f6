import { describe, expect, it } from '@jest/globals';
import { blankDraft, deskStep, emptyDesk } from '../../../agent-desktop/src/lib/desk-state.ts';
import type { DeskState } from '../../../agent-desktop/src/lib/desk-state.ts';
import type { DeskCallView, Hello, OfferView } from '../../../server/realtime/protocol.ts';

const caller = { number: '1', maskedNumber: '1', history: { callsIn90Days: 0, callerName: '', tickets: [] } };
const call = (callId: string, state: DeskCallView['state'] = 'talking'): DeskCallView => ({
  callId,
  state,
  caller,
  queue: 'q',
  reason: '',
  arrivedAtMs: 0,
  bridgedAtMs: 1,
  waitMs: 1,
  heldSinceMs: null,
  returnByMs: null,
  wrapUpEndsAtMs: null,
  endCause: null,
  recordingStartedAtMs: 1,
  transcription: { type: 'starting' },
  ticketNumber: null,
  party: null,
  supervision: null,
  cityCard: null,
});
const offer = (callId: string): OfferView => ({
  offerId: `o-${callId}`,
  callId,
  caller,
  queue: 'q',
  reason: '',
  waitMs: 0,
  expiresAtMs: 9,
  byPhone: null,
  cityCard: null,
});
const hello: Hello = {
  serverNowMs: 0,
  me: { id: 'u', login: 'u', displayName: 'u', agentNumber: '1', role: 'agent' },
  agent: {
    agentId: 'u',
    displayName: 'u',
    agentNumber: '1',
    intent: 'available',
    pauseReason: '',
    pausedBySystem: false,
    phone: 'idle',
    byPhone: false,
    sinceMs: 0,
    callId: null,
  },
  offer: null,
  call: call('a'),
  transcript: [],
  draft: { ...blankDraft('a'), rev: 3 },
  aside: null,
  openDrafts: [blankDraft('old')],
  dispositions: [],
  byPhoneAllowed: false,
  line: { waiting: 0, longestWaitMs: 0, freeAgents: 0 },
  recognizer: { type: 'starting' },
};
const greeted = (): DeskState => deskStep(emptyDesk, { type: 'hello', hello });
const summary = { ...blankDraft('a').fields.summary, value: 'x', display: 'x', origin: 'asr' as const };

describe('desk state', () => {
  it('takes everything from hello', () => {
    const state = greeted();
    expect([state.hellos, state.call?.callId, state.openDraftIds, Object.keys(state.drafts).sort()]).toEqual([
      1,
      'a',
      ['old'],
      ['a', 'old'],
    ]);
  });

  it('an offer ends when its call begins or when it is withdrawn, not by another’s end', () => {
    const offered = deskStep(emptyDesk, { type: 'offer', offer: offer('b') });
    expect(deskStep(offered, { type: 'call', call: call('b', 'connecting') }).offer).toBeNull();
    expect(deskStep(offered, { type: 'offer-withdrawn', offerId: 'other', reason: 'r' })).toBe(offered);
    const gone = deskStep(offered, { type: 'offer-withdrawn', offerId: 'o-b', reason: 'r' });
    expect([gone.offer, gone.withdrawnReason]).toEqual([null, 'r']);
  });

  it('ignores words of another call', () => {
    const state = greeted();
    const update = { segmentId: 's', side: 'caller', rev: 1, text: '', final: true, startMs: 0, endMs: 1 } as const;
    const full = { ...update, tokens: [], syllables: [], engine: '', gapBeforeMs: 0 };
    expect(deskStep(state, { type: 'transcript', callId: 'b', update: full })).toBe(state);
    expect(deskStep(state, { type: 'transcript', callId: 'a', update: full }).transcript).toHaveLength(1);
  });

  it('applies patches in order and drops old ones', () => {
    const state = greeted();
    const patched = deskStep(state, { type: 'draft', patch: { callId: 'a', rev: 4, fields: { summary } } });
    expect(patched.drafts['a']?.fields.summary.value).toBe('x');
    expect(deskStep(patched, { type: 'draft', patch: { callId: 'a', rev: 2, fields: {} } })).toBe(patched);
  });

  it('puts the draft of a message among those that wait, once, and follows its changes', () => {
    const given = { type: 'draft-given', draft: { ...blankDraft('m'), rev: 2 } } as const;
    const state = deskStep(deskStep(greeted(), given), given);
    expect(state.openDraftIds).toEqual(['m', 'old']);
    const patched = deskStep(state, { type: 'draft', patch: { callId: 'm', rev: 3, fields: { summary } } });
    expect(patched.drafts['m']?.fields.summary.value).toBe('x');
  });

  it('shows an acknowledged edit until the server’s own patch comes', () => {
    const change = { type: 'field', field: 'summary', value: 'typed' } as const;
    const saved = deskStep(greeted(), { type: 'edit-saved', callId: 'a', rev: 4, change });
    expect([saved.drafts['a']?.fields.summary.origin, saved.drafts['a']?.fields.summary.value]).toEqual([
      'agent',
      'typed',
    ]);
    const patched = deskStep(saved, { type: 'draft', patch: { callId: 'a', rev: 4, fields: { summary } } });
    expect(patched.drafts['a']?.fields.summary.value).toBe('x');
  });

  it('keeps the draft of a call that ended without a ticket, and not that of one with it', () => {
    expect(deskStep(greeted(), { type: 'call', call: null }).openDraftIds).toEqual(['a', 'old']);
    const confirmed = deskStep(greeted(), { type: 'confirmed', callId: 'a', number: 'N' });
    expect(deskStep(confirmed, { type: 'call', call: null }).openDraftIds).toEqual(['old']);
    expect(deskStep(greeted(), { type: 'dropped', callId: 'old' }).openDraftIds).toEqual([]);
  });

  it('a call with two matters leaves those drafts open that are no tickets', () => {
    const patch = { callId: 'a:2', rev: 1, fields: { summary } };
    const two = deskStep(greeted(), { type: 'draft', patch });
    expect(two.drafts['a:2']?.fields.summary.value).toBe('x');
    const confirmed = deskStep(two, { type: 'confirmed', callId: 'a', number: 'JC-1' });
    expect(deskStep(confirmed, { type: 'call', call: null }).openDraftIds).toEqual(['a:2', 'old']);
    expect(deskStep(two, { type: 'call', call: null }).openDraftIds).toEqual(['a', 'a:2', 'old']);
    expect(deskStep(greeted(), { type: 'call', call: null }).openDraftIds).toEqual(['a', 'old']);
  });
});
