import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Store } from '../../server/store/ports.ts';
import type { SurgeStore } from '../../server/store/surge-ports.ts';
import type { StoreHarness } from './store.contract.ts';

const HOUR_MS = 3_600_000;
const why = { zh: '来电激增', en: 'surge' };

/** What every database under the surge part must do. */
export function surgeStoreContract(adapterName: string, open: () => Promise<StoreHarness>): void {
  describe(`surge store contract: ${adapterName}`, () => {
    let harness: StoreHarness | undefined;
    let store: Store;
    let surge: SurgeStore;

    beforeAll(async () => {
      harness = await open();
      store = harness.store;
      surge = store.surge;
    }, 120_000);

    afterAll(async () => {
      await harness?.dispose();
    });

    it('keeps every version of a plan, numbered by itself, also when two save at once', async () => {
      const plan = { name: 'p', title: '预案', yaml: 'name: p', savedAtMs: 5, savedBy: 's1' };
      const saved = await Promise.all([
        surge.savePlan(plan),
        surge.savePlan({ ...plan, yaml: 'b' }),
        surge.savePlan(plan),
      ]);
      expect(saved.map((p) => p.version).sort()).toEqual([1, 2, 3]);
      expect((await surge.planVersions('p')).map((p) => p.version)).toEqual([3, 2, 1]);
      expect(await surge.plans()).toMatchObject([
        { name: 'p', version: 3, title: '预案', savedAtMs: 5, savedBy: 's1' },
      ]);
    });

    it('keeps the state by name', async () => {
      expect(await surge.loadState('none')).toBeUndefined();
      await surge.saveState('k', { a: [1, null, '\u0000x'] });
      await surge.saveState('k', { a: [2] });
      expect(await surge.loadState('k')).toEqual({ a: [2] });
    });

    it('keeps the roster by user, and replaces shifts', async () => {
      const row = {
        id: randomUUID(),
        userId: 'u1',
        source: 'cloud',
        city: '临江',
        skills: ['企业'],
        dialects: ['吴语'],
        contactRef: 'c',
        active: true,
      };
      await surge.saveRoster(row);
      expect(await surge.saveRoster({ ...row, id: randomUUID(), active: false })).toEqual({ ...row, active: false });
      const shift = (startsAtMs: number): { id: string; rosterId: string; startsAtMs: number; endsAtMs: number } => ({
        id: randomUUID(),
        rosterId: row.id,
        startsAtMs,
        endsAtMs: startsAtMs + 1,
      });
      await surge.replaceShifts(row.id, [shift(10), shift(5)]);
      const last = [shift(30), shift(40)];
      await surge.replaceShifts(row.id, last);
      expect(await surge.shifts()).toEqual(last);
      expect(await surge.roster()).toHaveLength(1);
    });

    it('has one open call-in for each person, and keeps answers', async () => {
      const row = {
        ...{
          id: randomUUID(),
          rosterId: 'r',
          userId: 'u2',
          wave: 1,
          state: 'asked',
          why,
          askedAtMs: 100,
          expiresAtMs: 200,
        },
        ...{ answeredAtMs: null, readyAtMs: null, releasedAtMs: null },
      };
      await surge.saveCallIn(row);
      await expect(surge.saveCallIn({ ...row, id: randomUUID() })).rejects.toThrow();
      // Open ones are told however old they are.
      expect(await surge.callIns(1_000)).toEqual([row]);
      await surge.saveCallIn({ ...row, state: 'declined', answeredAtMs: 150 });
      expect(await surge.callIns(1_000)).toEqual([]);
      expect(await surge.callIns(0)).toEqual([{ ...row, state: 'declined', answeredAtMs: 150 }]);
    });

    it('keeps decisions and samples, and forgets old ones', async () => {
      await surge.saveDecisions([
        { id: 'd1', atMs: 1, body: { n: 1 } },
        { id: 'd2', atMs: 2, body: { n: 2 } },
      ]);
      await surge.saveDecisions([{ id: 'd2', atMs: 2, body: { n: 9 } }]);
      expect(await surge.decisions(10)).toEqual([{ n: 2 }, { n: 1 }]);
      await surge.saveSample(60_000, { s: 1 });
      await surge.saveSample(120_000, { s: 2 });
      expect(await surge.samples(0, 120_000)).toEqual([{ s: 1 }, { s: 2 }]);
      await surge.forget(100_000);
      expect(await surge.samples(0, 120_000)).toEqual([{ s: 2 }]);
      expect(await surge.decisions(10)).toEqual([]);
    });

    it('knows calls with partners, their tickets, and a nonce once', async () => {
      const call = {
        ...{
          id: randomUUID(),
          direction: 'out' as const,
          partnerId: 'linjiang',
          callId: 'c1',
          city: '江城',
          placeInLine: 3,
        },
        ...{ reason: 'surge', state: 'sent', atMs: 7, ticketNumber: null },
      };
      await surge.savePartnerCall(call);
      await surge.savePartnerCall({ ...call, id: randomUUID(), state: 'handed-back', ticketNumber: 'T1' });
      await surge.savePartnerCall({ ...call, state: 'ended' });
      await surge.saveHandedBack('linjiang', 'c1', { ticketNumber: 'T1' });
      expect(await surge.partnerCall('out', 'linjiang', 'c1')).toEqual({ ...call, state: 'ended', ticketNumber: 'T1' });
      expect(await surge.partnerCall('in', 'linjiang', 'c1')).toBeUndefined();
      expect(await surge.partnerCalls(5)).toHaveLength(1);
      const used = await Promise.all([1, 2, 3].map(() => surge.useNonce('linjiang', 'n1', 1e13)));
      expect(used.filter(Boolean)).toHaveLength(1);
      expect(await surge.useNonce('haizhou', 'n1', 1e13)).toBe(true);
    });

    it('gives out what is due to be sent until it is done', async () => {
      const row = {
        id: 'o1',
        kind: 'ticket' as const,
        target: 'linjiang',
        payload: '{}',
        tries: 0,
        nextAtMs: 10,
        lastError: '',
      };
      await surge.putOutbox(row);
      expect(await surge.dueOutbox(9, 10)).toEqual([]);
      expect(await surge.dueOutbox(10, 10)).toEqual([row]);
      await surge.putOutbox({ ...row, tries: 1, nextAtMs: 50, lastError: 'HTTP 500' });
      expect(await surge.dueOutbox(10, 10)).toEqual([]);
      await surge.doneOutbox('o1', 60);
      expect(await surge.dueOutbox(100, 10)).toEqual([]);
    });

    it('knows the usual week once there is one: people by hour, redials once', async () => {
      const nowMs = Date.UTC(2026, 10, 16, 0, 0, 0);
      expect(await surge.usualWeek(nowMs, 0)).toBeNull();
      const arrive = async (number: string, atMs: number): Promise<void> => {
        const callId = randomUUID();
        const arrived = { type: 'call.arrived', from: number, to: '12345', trunk: 't', legId: 'l' } as const;
        await store.calls.append([{ ...arrived, callId, seq: 1, atMs }]);
      };
      // Wednesdays, 10:30 in the city (UTC+8): two people, one of whom phones twice, and somebody without a number.
      for (const day of [-12, -5]) {
        const atMs = nowMs + day * 24 * HOUR_MS + 2.5 * HOUR_MS;
        for (const number of ['1', '1', '2', '']) await arrive(number, atMs);
      }
      const week = await surge.usualWeek(nowMs, 8 * HOUR_MS);
      expect(week).toHaveLength(168);
      expect(week?.reduce((a, b) => a + b, 0)).toBe(3);
      expect(week?.[2 * 24 + 10]).toBe(3);
    });
  });
}
