import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { Store, User } from '../../server/store/ports.ts';
import type { CallEvent, CallEventBody } from '../../server/timeline/events.ts';
import { ticketContract } from './store-tickets.contract.ts';
import { arrived, draftOf, eventsOf, segment, uniqueNumber } from './store.kit.ts';
import { agreesWithTheDay, readsManyCalls } from './store.figures.ts';

export interface StoreHarness {
  readonly store: Store;
  dispose(): Promise<void>;
}

const day = 24 * 3_600_000;
/** What every database under the hotline must do. `open` gives an empty one. */
export function storeContract(adapterName: string, open: () => Promise<StoreHarness>): void {
  describe(`store contract: ${adapterName}`, () => {
    let harness: StoreHarness | undefined;
    let store: Store;
    let agent: User;

    beforeAll(async () => {
      harness = await open();
      store = harness.store;
      const named = { login: 'Contract1', displayName: '测试', agentNumber: '7001' };
      agent = await store.users.create({ ...named, role: 'agent', passwordHash: 'hash' });
    }, 60_000);
    afterAll(async () => {
      await harness?.dispose();
    }, 60_000);

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('keeps users by login in any case, and refuses a second one', async () => {
      expect(await store.users.byLogin('contract1')).toEqual({ ...agent, passwordHash: 'hash' });
      expect(await store.users.byId(agent.id)).toEqual(agent);
      expect(await store.users.list()).toContainEqual(agent);
      expect(await store.users.byLogin('nobody')).toBeUndefined();
      const twin = { login: 'CONTRACT1', displayName: '', agentNumber: '', role: 'agent', passwordHash: '' } as const;
      await expect(store.users.create(twin)).rejects.toThrow();
    });

    it('finds a session until it ends or is over, by the database clock', async () => {
      const { token, csrfToken } = await store.sessions.create(agent.id, Date.now() + 60_000);
      expect(await store.sessions.find(token)).toEqual({ user: agent, csrfToken });
      expect(await store.sessions.find(`${token}x`)).toBeUndefined();
      const old = await store.sessions.create(agent.id, Date.now() - 1);
      expect(await store.sessions.find(old.token)).toBeUndefined();
      expect(old.csrfToken).not.toBe(csrfToken);
      await store.sessions.end(token);
      expect(await store.sessions.find(token)).toBeUndefined();
    });

    it('keeps a timeline in order and the row of the call with it', async () => {
      const callId = randomUUID();
      const from = uniqueNumber();
      const startMs = Date.now();
      const events = eventsOf(callId, startMs, [
        arrived(from),
        { type: 'call.answered' },
        { type: 'queue.joined', queue: 'main', priority: 0 },
        { type: 'agent.offered', agentId: agent.id, offerId: 'o1', ringMs: 20_000 },
        { type: 'queue.left', waitMs: 2000, reason: 'answered' },
        { type: 'call.bridged', agentId: agent.id, waitMs: 2000 },
        { type: 'recording.started', path: 'a/b.wav', startedAtMs: startMs + 10 },
      ]);
      await store.calls.append(events.slice(0, 3));
      expect(await store.calls.openCalls()).toContainEqual(expect.objectContaining({ callId, bridgedAtMs: null }));
      await store.calls.append(events.slice(3));
      expect(await store.calls.timeline(callId)).toEqual(events);
      expect(await store.calls.call(callId)).toEqual({
        callId,
        from,
        to: '12345',
        trunk: 'test',
        arrivedAtMs: startMs,
        answeredAtMs: startMs + 1000,
        queuedAtMs: startMs + 2000,
        bridgedAtMs: startMs + 5000,
        endedAtMs: null,
        endCause: null,
        agentId: agent.id,
        recordingPath: 'a/b.wav',
        recordingStartedAtMs: startMs + 10,
        ticketNumber: null,
      });
      const ended = { type: 'call.ended', cause: 'caller-hung-up', talkMs: 1500 } as const;
      await store.calls.append([{ ...ended, callId, seq: 8, atMs: startMs + 9000 }]);
      expect(await store.calls.call(callId)).toMatchObject({ endedAtMs: startMs + 9000, endCause: 'caller-hung-up' });
      expect((await store.calls.openCalls()).map((c) => c.callId)).not.toContain(callId);
      expect((await store.calls.recent(1))[0]?.callId).toBe(callId);
    });

    it('takes a batch again whose reply was lost, also when it has grown since', async () => {
      const callId = randomUUID();
      const from = uniqueNumber();
      const startMs = Date.now();
      const events = eventsOf(callId, startMs, [
        arrived(from),
        { type: 'call.answered' },
        { type: 'call.bridged', agentId: agent.id, waitMs: 5 },
      ]);
      await store.calls.append(events.slice(0, 2));
      // The same event, but stamped again by the writer.
      const again = events.map((e) => ({ ...e, atMs: e.atMs + 7 }));
      await store.calls.append([...again.slice(0, 2), ...events.slice(2)]);
      expect(await store.calls.timeline(callId)).toEqual(events);
      expect(await store.calls.call(callId)).toMatchObject({ from, arrivedAtMs: startMs, agentId: agent.id });
    });

    it('takes a repeated append and refuses another type under the same number', async () => {
      const callId = randomUUID();
      const events = eventsOf(callId, Date.now(), [arrived(uniqueNumber()), { type: 'call.answered' }]);
      await store.calls.append(events);
      await store.calls.append(events);
      await store.calls.append([]);
      expect(await store.calls.timeline(callId)).toEqual(events);
      const other: CallEvent = { type: 'agent.lost', agentId: 'x', callId, seq: 2, atMs: Date.now() };
      const refused = { code: 'sequence-conflict', callId, seq: 2 };
      await expect(store.calls.append([other])).rejects.toMatchObject(refused);
      expect(await store.calls.timeline(callId)).toEqual(events);
      // Of a batch with such an event nothing is stored, so the rest can be appended without it.
      const [bridged] = eventsOf(callId, Date.now(), [{ type: 'call.bridged', agentId: agent.id, waitMs: 5 }]).map(
        (e) => ({ ...e, seq: 3 }),
      );
      const elsewhere = eventsOf(randomUUID(), Date.now(), [arrived(uniqueNumber())]);
      const rest = [...(bridged === undefined ? [] : [bridged]), ...elsewhere];
      await expect(store.calls.append([other, ...rest])).rejects.toMatchObject(refused);
      expect(await store.calls.timeline(callId)).toEqual(events);
      expect((await store.calls.call(callId))?.agentId).toBeNull();
      await store.calls.append(rest);
      expect(await store.calls.timeline(callId)).toEqual([...events, bridged]);
      expect((await store.calls.call(callId))?.agentId).toBe(agent.id);
      expect(await store.calls.timeline(elsewhere[0]?.callId ?? '')).toEqual(elsewhere);
    });

    it('keeps what keyboards and networks bring: quotes, backslashes, emoji, NUL, half characters', async () => {
      const callId = randomUUID();
      const odd = `'"; drop table calls; -- \\u0000 \\ 👍 𠮷 \u2028`;
      await store.calls.append(eventsOf(callId, Date.now(), [arrived(odd)]));
      expect((await store.calls.call(callId))?.from).toBe(odd);
      const rude = randomUUID();
      const events = eventsOf(rude, Date.now(), [arrived('a\0b\ud83dc')]);
      await store.calls.append(events);
      await store.calls.append(events);
      expect((await store.calls.call(rude))?.from).toBe('ab\u{fffd}c');
      await store.drafts.save({ ...draftOf(rude), note: 'x\0y\udc4d' }, agent.id);
      expect((await store.drafts.load(rude))?.note).toBe('xy\u{fffd}');
    });

    it('gives the transcript as last corrected, in the order of speech', async () => {
      const callId = randomUUID();
      const said = (s: TranscriptUpdate): CallEventBody => ({ type: 'speech.final', segment: s });
      const bodies = [arrived(''), said(segment('s2', 3000, '第二')), said(segment('s1', 1000, '第一'))];
      await store.calls.append(eventsOf(callId, Date.now(), [...bodies, said(segment('s2', 3000, '第二句', 2))]));
      expect((await store.calls.transcript(callId)).map((s) => s.text)).toEqual(['第一', '第二句']);
      expect(await store.calls.transcript(randomUUID())).toEqual([]);
    });

    it('appends batches of many calls at once without mixing them', async () => {
      const ids = Array.from({ length: 40 }, () => randomUUID());
      const joined: CallEventBody = { type: 'queue.joined', queue: 'main', priority: 0 };
      await Promise.all(
        ids.map((id) => store.calls.append(eventsOf(id, Date.now() - 100 * day, [arrived(id), joined]))),
      );
      const rows = await Promise.all(ids.map((id) => store.calls.call(id)));
      expect(rows.map((r) => r?.from)).toEqual(ids);
      const mixed = ids.flatMap((callId): CallEvent[] => [
        { type: 'call.ended', cause: 'failed', talkMs: 0, callId, seq: 3, atMs: Date.now() - 99 * day },
      ]);
      await store.calls.append(mixed);
      expect((await store.calls.openCalls()).filter((c) => ids.some((id) => id === c.callId))).toEqual([]);
    });

    it('counts the day as docs/metrics.md defines it', async () => {
      const sinceMs = Date.now() + 10 * day;
      const call = async (bodies: readonly CallEventBody[]): Promise<void> => {
        const joined: CallEventBody = { type: 'queue.joined', queue: 'main', priority: 0 };
        await store.calls.append(eventsOf(randomUUID(), sinceMs, [arrived(''), joined, ...bodies]));
      };
      const bridged = (waitMs: number): CallEventBody => ({ type: 'call.bridged', agentId: agent.id, waitMs });
      const left = (waitMs: number): CallEventBody => ({ type: 'queue.left', waitMs, reason: 'abandoned' });
      const ended = (talkMs: number): CallEventBody => ({ type: 'call.ended', cause: 'caller-hung-up', talkMs });
      await call([bridged(15_000), ended(60_000)]);
      await call([bridged(15_001), ended(30_000)]);
      await call([left(5_000), ended(0)]);
      await call([left(5_001), ended(0)]);
      await call([]);
      // Lost its agent, went back to the line and gave up there: it was answered, so it is not an abandoned one.
      await call([bridged(1_000), left(3_000), ended(90_000)]);
      expect(await store.calls.dayCounts(sinceMs)).toEqual({
        offered: 6,
        bridged: 3,
        bridgedWithin15s: 2,
        abandoned: 2,
        abandonedWithin5s: 1,
        tickets: 0,
        meanTalkMs: 60_000,
        callbacks: 0,
        callbacksReached: 0,
      });
      expect((await store.calls.dayCounts(sinceMs + day)).offered).toBe(0);
      await agreesWithTheDay(store.calls, sinceMs);
    });

    it('reads many calls, each once and its events in order', () => readsManyCalls(store.calls));

    it('never lets an older draft replace a newer one, and lists those still open', async () => {
      const [first, second] = [randomUUID(), randomUUID()];
      await store.drafts.save(draftOf(first, 1), null);
      await store.drafts.save(draftOf(first, 3, { summary: '新' }), agent.id);
      await store.drafts.save(draftOf(first, 2, { summary: '旧' }), agent.id);
      expect((await store.drafts.load(first))?.fields.summary.value).toBe('新');
      await store.drafts.save(draftOf(second), agent.id);
      const open = async (): Promise<string[]> =>
        (await store.drafts.open(agent.id))
          .map((d) => d.callId)
          .filter((id) => [first, second].some((own) => own === id));
      expect(await open()).toEqual([second, first]);
      await store.drafts.drop(first, 'someone-else');
      expect(await open()).toEqual([second, first]);
      await store.drafts.drop(first, agent.id);
      expect(await open()).toEqual([second]);
      expect(await store.drafts.load(randomUUID())).toBeUndefined();
    });

    it('lists messages of callers until somebody has their draft, oldest first', async () => {
      const [taken, saved, unsaved, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
      const message = (callId: string, atMs: number): Promise<void> =>
        store.calls.append([{ type: 'ivr.voicemail-left', lengthMs: 4_000, callId, seq: 1, atMs }]);
      await message(unsaved, 3_000);
      await message(saved, 2_000);
      await message(taken, 1_000);
      for (const callId of [saved, taken, other]) await store.drafts.save(draftOf(callId), null);
      const waiting = async (): Promise<readonly string[]> =>
        (await store.drafts.unclaimedMessages()).filter((id) =>
          [taken, saved, unsaved, other].some((own) => own === id),
        );
      expect(await waiting()).toEqual([taken, saved, unsaved]);
      await store.drafts.save(draftOf(taken), agent.id);
      await store.drafts.drop(saved, agent.id);
      expect(await waiting()).toEqual([unsaved]);
    });

    ticketContract(() => ({ store, agentId: agent.id }));

    it('makes one ticket per call, however often and at once it is confirmed', async () => {
      const callId = randomUUID();
      const number = uniqueNumber();
      await store.calls.append(eventsOf(callId, Date.now(), [arrived(number)]));
      const draft = draftOf(callId, 5, { summary: '烧烤店油烟扰民', callerName: '王女士' });
      const all = await Promise.all(Array.from({ length: 5 }, () => store.tickets.confirm(draft, agent.id, number)));
      const again = await store.tickets.confirm(draftOf(callId, 9), agent.id, number);
      expect(new Set([...all, again].map((t) => t.number)).size).toBe(1);
      expect(again).toMatchObject({ callId, agentId: agent.id, status: 'accepted', callerNumber: number });
      expect(again.fields.summary).toEqual({ value: '烧烤店油烟扰民', display: '烧烤店油烟扰民' });
      expect(again.number).toMatch(/^JC\d{8}-\d{6}$/);
      expect(await store.tickets.byNumber(again.number)).toEqual(again);
      expect(await store.tickets.byId(again.id)).toEqual(again);
      expect((await store.tickets.recent(5)).map((t) => t.id)).toContain(again.id);
      expect((await store.calls.call(callId))?.ticketNumber).toBe(again.number);
      expect((await store.drafts.open(agent.id)).map((d) => d.callId)).not.toContain(callId);
    });

    it('finds what an agent may read: calls connected to, own tickets, no confidential ones of others', async () => {
      const [first, second] = [`a-${randomUUID()}`, `b-${randomUUID()}`];
      const number = uniqueNumber();
      const callId = randomUUID();
      const startMs = Date.now();
      const bridged = (agentId: string): CallEventBody => ({ type: 'call.bridged', agentId, waitMs: 0 });
      await store.calls.append(eventsOf(callId, startMs, [arrived(number), bridged(first), bridged(second)]));
      for (const agentId of [first, second]) {
        expect((await store.calls.recent(5, agentId)).map((c) => c.callId)).toEqual([callId]);
        expect((await store.calls.withCaller(agentId, number, startMs))?.callId).toBe(callId);
      }
      const ended: CallEvent = { type: 'call.ended', cause: 'failed', talkMs: 0, callId, seq: 4, atMs: startMs + 4 };
      expect((await store.calls.withCaller(first, number, startMs + 1))?.callId).toBe(callId);
      await store.calls.append([ended]);
      expect(await store.calls.withCaller(first, number, startMs + 1)).toBeUndefined();
      expect(await store.calls.withCaller(first, uniqueNumber(), 0)).toBeUndefined();
      expect(await store.calls.withCaller('nobody', number, 0)).toBeUndefined();
      expect(await store.calls.recent(5, 'nobody')).toEqual([]);
      const open = await store.tickets.confirm(draftOf(callId), second, number);
      const ids = async (agentId: string): Promise<string[]> =>
        (await store.tickets.recent(5, agentId)).map((t) => t.id);
      expect([await ids(first), await ids(second), await ids('nobody')]).toEqual([[open.id], [open.id], []]);
      const closed = randomUUID();
      await store.calls.append(eventsOf(closed, startMs, [arrived(number), bridged(first), bridged(second)]));
      const hidden = await store.tickets.confirm({ ...draftOf(closed), confidential: true }, second, number);
      expect([await ids(first), await ids(second)]).toEqual([[open.id], [hidden.id, open.id]]);
    });

    it('numbers tickets without gaps, unique and growing', async () => {
      const one = await store.tickets.confirm(draftOf(randomUUID()), agent.id, '');
      const many = await Promise.all(
        Array.from({ length: 20 }, () => store.tickets.confirm(draftOf(randomUUID()), agent.id, '')),
      );
      const counts = many.map((t) => Number(t.number.slice(-6))).sort((a, b) => a - b);
      const first = Number(one.number.slice(-6));
      expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => first + 1 + i));
    });

    it('knows a caller: calls of 90 days, tickets newest first, the last name given', async () => {
      const number = uniqueNumber();
      const ids = [randomUUID(), randomUUID(), randomUUID()] as const;
      await store.calls.append(eventsOf(ids[0], Date.now() - 91 * day, [arrived(number)]));
      await store.calls.append(eventsOf(ids[1], Date.now() - 89 * day, [arrived(number)]));
      await store.calls.append(eventsOf(ids[2], Date.now(), [arrived(number)]));
      await store.tickets.confirm(draftOf(ids[1], 1, { callerName: '王女士' }), agent.id, number);
      const last = await store.tickets.confirm(draftOf(ids[2], 1), agent.id, number);
      const history = await store.calls.history(number);
      expect(history).toMatchObject({ callsIn90Days: 2, callerName: '王女士' });
      expect(history.tickets.map((t) => t.callId)).toEqual([ids[2], ids[1]]);
      expect(history.tickets[0]).toEqual(last);
      expect(await store.calls.history('')).toEqual({ callsIn90Days: 0, callerName: '', tickets: [] });
    });

    describe('promises to call back', () => {
      const promise = (number: string, more: Partial<Parameters<Store['callbacks']['book']>[0]> = {}) => ({
        id: randomUUID(),
        callId: randomUUID(),
        number,
        queue: 'main',
        priority: 2,
        needs: [{ skill: '方言-江淮', minLevel: 3 }],
        dialect: null,
        reason: 'missed' as const,
        joinedAtMs: 2_000,
        requestedAtMs: 3_000,
        notBeforeMs: 4_000,
        ...more,
      });
      const newNumber = (): string => `139${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;

      it('one a number, however many at once; the wish, the earlier place and the sooner call stand', async () => {
        const number = newNumber();
        const rows = await Promise.all(Array.from({ length: 8 }, () => store.callbacks.book(promise(number))));
        expect(new Set(rows.map((r) => r.id)).size).toBe(1);
        const asked = await store.callbacks.book(
          promise(number, {
            reason: 'asked',
            priority: 5,
            joinedAtMs: 9_000,
            requestedAtMs: 9_500,
            notBeforeMs: 1_000,
          }),
        );
        expect(asked).toMatchObject({
          ...{
            id: rows[0]?.id,
            reason: 'asked',
            priority: 5,
            joinedAtMs: 2_000,
            requestedAtMs: 9_500,
            notBeforeMs: 1_000,
          },
          ...{ state: 'open', tries: 0, needs: [{ skill: '方言-江淮', minLevel: 3 }] },
        });
        const missed = await store.callbacks.book(promise(number, { priority: 1 }));
        expect(missed).toMatchObject({ reason: 'asked', priority: 5, requestedAtMs: 9_500 });
      });

      it('is to do until it is done; then the number may be promised again', async () => {
        const number = newNumber();
        const first = await store.callbacks.book(promise(number));
        const change = { state: 'calling', tries: 1, agentId: 'a1', outCallId: 'c9', result: 'busy' } as const;
        expect(await store.callbacks.change(first.id, change)).toMatchObject(change);
        expect((await store.callbacks.open()).map((r) => r.id)).toContain(first.id);
        await store.callbacks.change(first.id, { state: 'reached' });
        expect((await store.callbacks.open()).map((r) => r.id)).not.toContain(first.id);
        const second = await store.callbacks.book(promise(number));
        expect(second.id).not.toBe(first.id);
        expect(await store.callbacks.byId(first.id)).toMatchObject({ state: 'reached', tries: 1 });
        expect((await store.callbacks.recent(1_000)).map((r) => r.id)).toEqual(
          expect.arrayContaining([first.id, second.id]),
        );
        expect(await store.callbacks.change(randomUUID(), { state: 'reached' })).toBeUndefined();
      });

      it('what agents can do is kept, and changed', async () => {
        const user = await store.users.create({
          login: `p-${randomUUID()}`,
          displayName: '云坐席',
          agentNumber: '7001',
          role: 'cloud',
          passwordHash: 'x',
        });
        const profile = { userId: user.id, queues: ['main'], skills: { '方言-江淮': 4 }, seatLevel: 'cloud' } as const;
        await store.profiles.save(profile);
        await store.profiles.save({ ...profile, skills: {} });
        expect((await store.profiles.list()).filter((p) => p.userId === user.id)).toEqual([{ ...profile, skills: {} }]);
      });
    });
  });
}
