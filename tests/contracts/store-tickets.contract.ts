/** Tickets: earlier ones that look the same. */
import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { secondDraftOf, type DraftField } from '../../server/drafts/types.ts';
import type { Store } from '../../server/store/ports.ts';
import { arrived, draftOf, eventsOf, uniqueNumber } from './store.kit.ts';

export function ticketContract(parts: () => { readonly store: Store; readonly agentId: string }): void {
  it('a place name is used from the second ticket on, unless it was taken back', async () => {
    const { store, agentId } = parts();
    const city = randomUUID();
    const name = { city, text: '银杏苑', communityId: 'c1', agentId };
    const note = (ticketNumber: string): ReturnType<typeof store.learnedPlaces.note> =>
      store.learnedPlaces.note({ ...name, ticketNumber });
    const first = await note('JC-1');
    expect(first).toMatchObject({ text: '银杏苑', state: 'proposed', tickets: 1 });
    expect(await note('JC-1')).toMatchObject({ id: first.id, state: 'proposed', tickets: 1 });
    expect(await note('JC-2')).toMatchObject({ id: first.id, state: 'used', tickets: 2 });
    expect(await store.learnedPlaces.set(first.id, 'undone')).toMatchObject({ state: 'undone' });
    expect(await note('JC-3')).toMatchObject({ state: 'undone', tickets: 3 });
    expect((await store.learnedPlaces.list(city)).map((r) => r.id)).toEqual([first.id]);
    expect(await store.learnedPlaces.list(randomUUID())).toEqual([]);
    expect(await store.learnedPlaces.set(randomUUID(), 'used')).toBeUndefined();
  });

  it('makes two tickets of a call with two matters; the call keeps the number of the first', async () => {
    const { store, agentId } = parts();
    const callId = randomUUID();
    const number = uniqueNumber();
    await store.calls.append(eventsOf(callId, Date.now(), [arrived(number)]));
    const second = await store.tickets.confirm(draftOf(secondDraftOf(callId)), agentId, number);
    expect((await store.calls.call(callId))?.ticketNumber).toBeNull();
    const first = await store.tickets.confirm(draftOf(callId), agentId, number);
    expect([first.callId, second.callId]).toEqual([callId, callId]);
    expect(first.number).not.toBe(second.number);
    expect((await store.calls.call(callId))?.ticketNumber).toBe(first.number);
    expect((await store.tickets.confirm(draftOf(secondDraftOf(callId)), agentId, number)).id).toBe(second.id);
    expect((await store.drafts.open(agentId)).filter((d) => d.callId.startsWith(callId))).toEqual([]);
  });

  it('finds tickets of the same caller, community, or class and street; none that is confidential', async () => {
    const { store, agentId } = parts();
    const [from, other] = [uniqueNumber(), uniqueNumber()];
    const unique = randomUUID().slice(0, 8);
    const place = { communityId: `community-${unique}`, streetId: `street-${unique}`, classId: `class-${unique}` };
    const make = (
      number: string,
      values: Partial<Record<DraftField, string>>,
      confidential = false,
    ): Promise<{ id: string }> =>
      store.tickets.confirm({ ...draftOf(randomUUID(), 1, values), confidential }, agentId, number);
    const sameCaller = await make(from, {});
    const sameCommunity = await make(other, { communityId: place.communityId });
    const sameClass = await make(other, { classId: place.classId, streetId: place.streetId });
    await make(other, { classId: place.classId, streetId: 'elsewhere' });
    await make(from, {}, true);
    const asked = { callerNumber: from, ...place, sinceMs: Date.now() - 60_000, limit: 10 };
    const found = await store.tickets.like(asked);
    expect(found.map((t) => t.id)).toEqual([sameClass.id, sameCommunity.id, sameCaller.id]);
    expect(await store.tickets.like({ ...asked, limit: 1 })).toHaveLength(1);
    expect(await store.tickets.like({ ...asked, sinceMs: Date.now() + 60_000 })).toEqual([]);
    const nothing = { callerNumber: '', communityId: '', streetId: '', classId: '' };
    expect(await store.tickets.like({ ...asked, ...nothing })).toEqual([]);
  });
}
