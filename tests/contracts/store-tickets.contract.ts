/** Tickets: earlier ones that look the same. */
import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DraftField } from '../../server/drafts/types.ts';
import type { Store } from '../../server/store/ports.ts';
import { draftOf, uniqueNumber } from './store.kit.ts';

export function ticketContract(parts: () => { readonly store: Store; readonly agentId: string }): void {
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
