import { describe, expect, it } from '@jest/globals';
import { DeskViews } from '../../../../server/calls/desk-views.ts';
import { noHistory } from '../../../../server/calls/views.ts';
import { CityCards } from '../../../../server/knowledge/city-cards.ts';

const card = (id: string, title: string) => ({ id, title, source: '热线', validUntil: '', words: [], text: '须知' });
const cityCards = new CityCards([card('city:own-city', '江城'), card('city:from-linjiang', '临江')]);

/** One call, and the seat it rings at or talks with. */
function stage({ sentBy, seatLevel = 'on-site' }: { readonly sentBy?: string; readonly seatLevel?: string }) {
  const sent = { partnerId: sentBy, theirCallId: 'x', queue: 'partner-x', city: '临江', placeInLine: 3 };
  const facts = { callId: 'c1', from: '138', arrivedAtMs: 0, ...(sentBy === undefined ? {} : { sentBy: sent }) };
  const settings = { ringMs: 20_000, queues: {} };
  const state = { facts, settings, phase: { name: 'talking' }, queued: null, bridgedAtMs: 1, supervisors: [] };
  const call = { runner: { callId: 'c1', state, recordingStartedAtMs: null }, history: noHistory, transcription: {} };
  const center = { get: () => call, seats: { profileOf: () => ({ queues: ['main'], skills: {}, seatLevel }) } };
  const views = new DeskViews({
    ...({ center, line: {}, recognizer: { state: { type: 'starting' } }, persons: new Map() } as unknown as object),
    ...{ nowMs: () => 0, cityCards },
  } as never);
  const seat = (work: object) => ({ agentId: 'a1', sinceMs: 0, work: { callId: 'c1', ...work } }) as never;
  return {
    offered: views.offerOf(seat({ type: 'ringing', offerId: 'o1' }))?.cityCard,
    talking: views.callView(call as never, seat({ type: 'talking' }))?.cityCard,
  };
}

describe('what a desk shows of a caller’s other city', () => {
  it('a call that a partner sent: its card, with the offer and with the call', () => {
    const card = { id: 'city:from-linjiang', title: '临江' };
    expect(stage({ sentBy: 'linjiang' })).toEqual({ offered: card, talking: card });
  });

  it('a seat of a partner city: our card with our calls; nobody else gets one', () => {
    const card = { id: 'city:own-city', title: '江城' };
    expect(stage({ seatLevel: 'partner' })).toEqual({ offered: card, talking: card });
    expect(stage({})).toEqual({ offered: null, talking: null });
    expect(stage({ sentBy: 'haizhou' })).toEqual({ offered: null, talking: null });
  });
});
