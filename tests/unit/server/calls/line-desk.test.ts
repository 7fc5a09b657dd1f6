/** The door of the live line and that of the simulation are one rule: seen from both sides. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atTheDoor, usualPolicy, type LinePolicy } from '../../../../server/acd/line-policy.ts';
import type { LineStore, QueueState } from '../../../../server/acd/line-store.ts';
import type { CallbackService } from '../../../../server/calls/callback-service.ts';
import type { CallState } from '../../../../server/calls/core/call-types.ts';
import { LineDesk } from '../../../../server/calls/line-desk.ts';
import { noPartners } from '../../../../server/calls/partners.ts';
import { decideArrival } from '../../../../server/surge/core/arrival.ts';
import { newController } from '../../../../server/surge/core/controller.ts';
import { policyOf } from '../../../../server/surge/core/policy.ts';
import { feed, flood, standard } from '../surge/samples.ts';

const { active } = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood }).state;
const policy = policyOf(active);

interface Found {
  readonly waiting: number;
  readonly estimatedWaitMs: number;
  readonly open: number;
  readonly partner: string | null;
}

function deskWith(found: Found, withPolicy: LinePolicy): LineDesk {
  const queue: QueueState = {
    ...{ queue: 'main', waiting: found.waiting, callbacks: 0, oldestJoinedAtMs: null, staffed: 1, free: 0 },
    ...{ servedPerMinute: 1, estimatedWaitMs: found.estimatedWaitMs },
  };
  const place = { position: 1, estimatedWaitMs: found.estimatedWaitMs };
  const line = { queues: () => Promise.resolve([queue]), place: () => Promise.resolve(place) } as unknown as LineStore;
  const callbacks = { canDial: true, mayCall: () => true, counts: { open: found.open } } as unknown as CallbackService;
  const desk = new LineDesk({
    ...{ line, ownNumber: '12345', stickyDays: 7, nowMs: () => 0, newId: () => 'x', callbacks: () => callbacks },
    ...{ historyOf: () => undefined, ownLeg: () => undefined },
  });
  desk.setPolicy(withPolicy);
  desk.setPartners({ ...noPartners, choose: () => found.partner });
  return desk;
}

const state = {
  facts: { callId: 'c', from: '13800000000' },
  queued: { queue: 'main', priority: 5, joinedAtMs: 0 },
  settings: { queues: { main: { callbackDigit: '1', leaveDigit: null, announcements: [] } } },
} as unknown as CallState;

describe('the door of the live line', () => {
  it('does what the simulated one decides', async () => {
    const anything = fc.record<Found>({
      waiting: fc.nat(60),
      estimatedWaitMs: fc.nat(400_000),
      open: fc.constantFrom(0, 1_999, 2_000),
      partner: fc.constantFrom(null, 'linjiang'),
    });
    await fc.assert(
      fc.asyncProperty(anything, async (found) => {
        const partnerCalls = found.partner === null ? { linjiang: 60, haizhou: 60 } : { haizhou: 60 };
        const decided = decideArrival(active, { ...found, openCallBacks: found.open, partnerCalls });
        const live = await deskWith(found, policy).atTheDoor(state, 'main');
        const way = live?.way.to ?? 'line';
        if (decided.to === 'partner') expect(way).toBe('partner');
        else if (decided.to === 'away') {
          expect(live).toMatchObject({
            cause: 'line-full',
            way: { to: decided.offerCallBack ? 'callback' : 'message' },
          });
          expect(live?.letGo?.prompts).toEqual(decided.offerCallBack ? [decided.prompt] : undefined);
        } else {
          expect(way).toBe(decided.offerCallBack || decided.offerDeflect !== null ? 'callback' : 'line');
          expect(live?.letGo).toBeUndefined();
        }
      }),
    );
  });

  it('is open while no plan says otherwise', async () => {
    const full = { waiting: 10_000, estimatedWaitMs: 3_600_000, open: 0, partner: 'linjiang' };
    expect(await deskWith(full, usualPolicy).atTheDoor(state, 'main')).toBeNull();
    expect(atTheDoor(usualPolicy, { ...full, openCallbacks: 0 }, () => 'linjiang')).toMatchObject({ to: 'line' });
  });

  it('says the known incident and the other way to those who wait long, and to nobody else', async () => {
    const words = async (estimatedWaitMs: number): Promise<readonly string[]> =>
      (await deskWith({ waiting: 1, estimatedWaitMs, open: 2_000, partner: null }, policy).announcement(state))
        ?.prompts ?? [];
    const told = policyOf(feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood }).state.active);
    expect(told.deflect).toEqual({ aboveMs: 180_000, prompts: ['offer-web'] });
    expect(await words(10_000)).toEqual([]);
    expect(await words(200_000)).toEqual(['offer-web']);
    const incident = { ...policy, sayFirst: ['incident-water'], sayFirstFromMs: 60_000 };
    const heard = await deskWith(
      { waiting: 1, estimatedWaitMs: 61_000, open: 2_000, partner: null },
      incident,
    ).announcement(state);
    expect(heard?.prompts).toEqual(['incident-water']);
  });
});
