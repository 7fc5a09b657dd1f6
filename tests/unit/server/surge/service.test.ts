import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { surgeSchema } from '../../../../config/surge-schema.ts';
import type { AgentRecord, QueueState } from '../../../../server/acd/line-store.ts';
import type { CallInView, SurgeStatus } from '../../../../server/surge/api-types.ts';
import { usualPolicy, type LinePolicy } from '../../../../server/acd/line-policy.ts';
import { SurgeService } from '../../../../server/surge/surge-service.ts';
import type { CallEventBody } from '../../../../server/timeline/events.ts';
import { memorySurgeStore, type MemorySurgeStore } from './memory-surge-store.ts';

const plansDir = fileURLToPath(new URL('../../../../config/sample/surge', import.meta.url));

class House {
  nowMs = 1_800_000_000_000;
  ids = 0;
  readonly store: MemorySurgeStore;
  policy: LinePolicy = usualPolicy;
  agents: AgentRecord[] = [];
  waiting = 0;
  readonly statuses: SurgeStatus[] = [];
  readonly callIns: CallInView[] = [];
  readonly released: string[] = [];
  readonly service: SurgeService;
  #seq = 0;

  constructor(store = memorySurgeStore(), startMs = 1_800_000_000_000) {
    this.store = store;
    this.nowMs = startMs;
    this.service = new SurgeService({
      settings: surgeSchema.parse({ partners: [partner], plan: 'standard' }),
      plansDir,
      store,
      tickets: { byNumber: () => Promise.resolve(undefined) },
      sentBy: () => Promise.resolve(undefined),
      line: {
        queues: () => Promise.resolve([this.queue()]),
        agents: () => Promise.resolve(this.agents),
      },
      rules: {
        setPolicy: (policy) => {
          this.policy = policy;
        },
      },
      pages: {
        surge: (_userId, status) => {
          this.statuses.push(status);
        },
        callIn: (_userId, callIn) => {
          this.callIns.push(callIn);
        },
        online: () => true,
      },
      cityName: '江城',
      offsetMs: 0,
      nameOf: (userId) => `姓名${userId}`,
      supervisors: () => ['s1'],
      onReleased: (userId) => {
        this.released.push(userId);
      },
      logger: pino({ level: 'silent' }),
      nowMs: () => this.nowMs,
      newId: () => `id-${this.ids++}-${startMs}`,
    });
  }

  queue(): QueueState {
    const oldestJoinedAtMs = this.waiting === 0 ? null : this.nowMs - 60_000;
    const counts = { callbacks: 0, staffed: this.agents.length, free: 0, servedPerMinute: 0, estimatedWaitMs: 0 };
    return { queue: 'main', waiting: this.waiting, oldestJoinedAtMs, ...counts };
  }

  staff(count: number, prefix = 'a'): void {
    for (let i = 0; i < count; i++)
      this.agents.push({
        ...{ agentId: `${prefix}${i}`, intent: 'available', pauseReason: '', phone: 'busy', freeSinceMs: 0 },
        ...{ queues: ['main'], skills: {}, seatLevel: 'on-site', callsTaken: 0, lastOfferSeq: 0, owner: '' },
      });
  }

  say(callId: string, ...bodies: CallEventBody[]): void {
    for (const body of bodies) this.service.onEvent({ ...body, callId, seq: ++this.#seq, atMs: this.nowMs });
  }

  arrive(callId: string, from: string): void {
    this.say(callId, { type: 'call.arrived', from, to: '12345', trunk: 't', legId: 'l' }, { type: 'call.answered' });
  }

  /** `people` a minute phone, one look each 10 s. */
  async minutes(count: number, people: number): Promise<void> {
    for (let i = 0; i < count * 6; i++) {
      this.nowMs += 10_000;
      for (let p = 0; p < people / 6; p++) this.arrive(`c${this.nowMs}-${p}`, `1380000${this.nowMs % 1e7}${p}`);
      await this.service.look();
    }
  }
}

const partner = {
  id: 'linjiang',
  name: '临江',
  sipUri: 'sip:12345@192.0.2.7',
  apiUrl: 'https://linjiang.example',
  secret: 'a-secret-of-both-hotlines',
  trunk: 'linjiang',
};

describe('the surge runner', () => {
  let house: House;

  beforeEach(async () => {
    house = new House();
    await house.service.start();
  });

  afterEach(async () => {
    await house.service.close();
  });

  it('starts with the sample plans, the chosen one in force', async () => {
    const plans = await house.service.plans.list();
    expect(plans.map((p) => p.name)).toContain('standard');
    expect(house.service.status()).toMatchObject({ planName: 'standard', planVersion: 1, level: 'normal' });
  });

  it('raises the level, tells the line and the supervisors, and ends everything when it is calm', async () => {
    house.staff(3);
    house.waiting = 40;
    await house.minutes(3, 60);
    expect(house.service.status().level).toBe('emergency');
    expect(house.policy).toMatchObject({ maxWrapUpMs: 15_000, outboundPaused: true, partnersAboveMs: 5_000 });
    expect(house.policy.admission?.maxWaiting).toBe(2);
    expect(house.statuses.at(-1)?.why.zh).toMatch(/每分钟/);
    house.waiting = 0;
    await house.minutes(14, 0);
    expect(house.service.status().level).toBe('normal');
    expect(house.policy).toEqual(usualPolicy);
    const kinds = (await house.service.decisions(500)).map((d) => d.kind);
    expect(kinds.filter((k) => k === 'start')).toHaveLength(kinds.filter((k) => k === 'stop').length);
  });

  it('goes on after a restart where it was', async () => {
    house.staff(3);
    house.waiting = 40;
    await house.minutes(3, 60);
    const before = house.service.status();
    const again = new House(house.store, house.nowMs + 20_000);
    await again.service.start();
    expect(again.service.status()).toMatchObject({ level: 'emergency', levelSinceMs: before.levelSinceMs });
    expect(again.policy).toEqual(house.policy);
    await again.service.close();
  });

  it('a supervisor says yes to the announcement, and it is played', async () => {
    house.staff(3);
    house.waiting = 40;
    await house.minutes(2, 60);
    const [proposal] = house.service.status().proposals;
    expect(house.policy.sayFirst).toEqual([]);
    expect(await house.service.answer('nothing', 'accept', 's1')).toBeUndefined();
    const status = await house.service.answer(proposal?.id ?? '', 'accept', 's1');
    expect(status?.active.map((a) => a.type)).toContain('announce');
    expect(house.policy.sayFirst).toEqual(['incident-water']);
  });

  it('calls in standby seats, counts who comes, and lets them go at the end', async () => {
    for (let i = 0; i < 4; i++) await house.service.standby.saveEntry({ userId: `cloud${i}`, dialects: ['吴语'] });
    house.staff(2);
    house.waiting = 40;
    await house.minutes(2, 60);
    expect(
      house.callIns
        .filter((c) => c.state === 'asked')
        .map((c) => c.userId)
        .sort(),
    ).toEqual(['cloud0', 'cloud1', 'cloud2', 'cloud3']);
    const [first, second, third] = house.callIns;
    expect(await house.service.standby.answer(first?.id ?? '', 'somebody-else', 'accepted')).toBeUndefined();
    expect(await house.service.standby.answer(first?.id ?? '', first?.userId ?? '', 'accepted')).toMatchObject({
      state: 'accepted',
    });
    await house.service.standby.answer(second?.id ?? '', second?.userId ?? '', 'declined');
    expect(house.service.status().callIns).toEqual({ asked: 2, accepted: 1, ready: 0 });
    house.staff(1, first?.userId.slice(0, -1));
    house.agents = house.agents.map((a) =>
      a.agentId.startsWith('cloud') ? { ...a, agentId: first?.userId ?? '' } : a,
    );
    await house.minutes(4, 60);
    expect(house.service.status()).toMatchObject({ callIns: { ready: 1, asked: 0 }, numbers: { seatsCalledIn: 1 } });
    // Three minutes without an answer: too late.
    expect(await house.service.standby.answer(third?.id ?? '', third?.userId ?? '', 'accepted')).toBe('late');
    house.waiting = 0;
    await house.minutes(14, 0);
    expect(house.released).toEqual([first?.userId]);
    expect(house.service.standby.mine(first?.userId ?? '').callIn).toBeNull();
  });

  it.each(['callIn', 'want'] as const)('asks those first who fit: both, then skill or dialect (%s)', async (how) => {
    const { standby } = house.service;
    const seats = {
      none: {},
      dialect: { dialects: ['吴语'] },
      skill: { skills: ['企业'] },
      both: { dialects: ['吴语'], skills: ['企业'] },
      other: { dialects: ['粤语'], skills: ['旅游'] },
    };
    for (const [userId, can] of Object.entries(seats)) await standby.saveEntry({ userId, ...can });
    const asked = async (count: number): Promise<string[]> => {
      await standby[how]({
        ...{ seats: how === 'want' ? house.callIns.length + count : count, wave: 1 },
        ...{ skills: ['企业'], dialects: ['吴语'] },
        ...{ bySocket: true, byWebhook: false, answerWithinMs: 60_000, why: { zh: '多', en: 'many' } },
      });
      return house.callIns.map((c) => c.userId);
    };
    expect(await asked(1)).toEqual(['both']);
    expect((await asked(2)).slice(1).sort()).toEqual(['dialect', 'skill']);
    expect((await asked(2)).slice(3).sort()).toEqual(['none', 'other']);
  });

  it('asks only those who are in shift', async () => {
    const entry = await house.service.standby.saveEntry({ userId: 'night' });
    const tomorrow = house.nowMs + 86_400_000;
    await house.service.standby.saveShifts(entry.id, [{ startsAtMs: tomorrow, endsAtMs: tomorrow + 3_600_000 }]);
    expect(house.service.standby.counts().standby).toBe(0);
    house.nowMs = tomorrow;
    expect(house.service.standby.counts().standby).toBe(1);
    house.nowMs = tomorrow + 3_600_000;
    expect(house.service.standby.counts().standby).toBe(0);
  });

  it.each([
    ['said no', (id: string, userId: string) => house.service.standby.answer(id, userId, 'declined')],
    ['said nothing', () => Promise.resolve((house.nowMs += 61_000))],
  ] as const)('leaves who %s alone for an hour', async (_name, answers) => {
    const { standby } = house.service;
    await standby.saveEntry({ userId: 'one' });
    const call = {
      ...{ seats: 1, wave: 1, skills: [], dialects: [], bySocket: true, byWebhook: false },
      ...{ answerWithinMs: 60_000, why: { zh: '多', en: 'many' } },
    };
    const askedAtMs = house.nowMs;
    const [asked] = await standby.callIn(call);
    await answers(asked?.id ?? '', 'one');
    await standby.seen(new Set());
    house.nowMs = askedAtMs + 3_599_000;
    expect(await standby.callIn(call)).toEqual([]);
    house.nowMs = askedAtMs + 3_601_000;
    expect(await standby.callIn(call)).toMatchObject([{ userId: 'one', state: 'asked' }]);
  });

  it('knows people who phone again, and call-backs of its own', async () => {
    for (let i = 0; i < 5; i++) house.arrive(`again${i}`, '13800000000');
    house.say(
      'out',
      { type: 'call.arrived', from: '13900000000', to: '', trunk: '', legId: 'l' },
      {
        type: 'callback.queued',
        callbackId: 'cb',
        queue: 'main',
        attempt: 1,
        joinedAtMs: 0,
      },
    );
    house.nowMs += 5_000;
    await house.service.look();
    const { numbers } = house.service.status();
    expect(numbers.attemptsPerMinute).toBeCloseTo(2.5);
    expect(numbers.peoplePerMinute).toBeCloseTo(0.5);
  });

  it('a call that a partner takes is answered, not lost', async () => {
    house.staff(1);
    house.arrive('d1', '13800000001');
    house.say(
      'd1',
      { type: 'queue.left', waitMs: 1_000, reason: 'diverted' },
      {
        type: 'call.bridged',
        agentId: 'partner:linjiang',
        waitMs: 1_000,
      },
    );
    house.arrive('d2', '13800000002');
    house.say('d2', { type: 'queue.left', waitMs: 1_000, reason: 'abandoned' });
    house.nowMs += 5_000;
    await house.service.look();
    expect(house.service.status().numbers.abandonRate).toBe(0.5);
  });

  it('runs a plan over the hours before without touching anything', async () => {
    house.staff(3);
    house.waiting = 40;
    await house.minutes(5, 60);
    const [plan] = (await house.service.plans.list()).filter((p) => p.name === 'own-seats');
    const policy = house.policy;
    const run = await house.service.dryRun(plan?.yaml ?? '', 1);
    expect('points' in run && run.points.at(-1)?.level).toBe('emergency');
    expect('decisions' in run && run.decisions.some((d) => d.measure === 'partners')).toBe(false);
    expect(house.policy).toBe(policy);
    expect(await house.service.dryRun('levels: [', 1)).toHaveProperty('faults');
  });

  it('keeps every version of a plan, tells all faults, changes the plan in force', async () => {
    const [own] = (await house.service.plans.list()).filter((p) => p.name === 'own-seats');
    const changed = own?.yaml.replace('minPeople: 10', 'minPeople: 20') ?? '';
    expect(await house.service.plans.save(changed, 's1', 1)).toMatchObject({ plan: { version: 2, inForce: false } });
    expect((await house.service.plans.versions('own-seats')).map((p) => p.version)).toEqual([2, 1]);
    const bad = await house.service.plans.save('name: A\nlevels: {}', 's1', 1);
    expect('faults' in bad && bad.faults.map((f) => f.path)).toEqual(
      expect.arrayContaining(['name', 'title', 'levels.busy']),
    );
    expect(await house.service.putInForce('own-seats', 2)).toMatchObject({ planName: 'own-seats', planVersion: 2 });
    expect(await house.service.putInForce('no-such-plan', undefined)).toBeUndefined();
    const again = new House(house.store, house.nowMs);
    await again.service.start();
    expect(again.service.status()).toMatchObject({ planName: 'own-seats', planVersion: 2 });
    await again.service.close();
  });
});
