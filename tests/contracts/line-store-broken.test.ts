/** The contract must notice lines that break it. */
import { describe, expect, it } from '@jest/globals';
import type {
  AgentUpdate,
  JoinAnswer,
  Reservation,
  Waiting,
  WaitingCall,
  WaitingChange,
} from '../../server/acd/line-store.ts';
import { MemoryLineStore } from '../../server/acd/memory/memory-line-store.ts';
import { counterIds } from '../support/ids.ts';
import { lineStoreChecks } from './line-store.contract.ts';

class ForgetsReservations extends MemoryLineStore {
  override async match(holdMs?: number): Promise<readonly Reservation[]> {
    const made = await super.match(holdMs);
    for (const r of made) await super.release(r.offerId, 0);
    return made;
  }
}

class LosesThePlace extends MemoryLineStore {
  override async release(offerId: string, excludeMs: number): Promise<'released' | 'expired'> {
    const held = (await this.reservations()).find((r) => r.offerId === offerId);
    const call = (await this.waiting()).find((w) => w.callId === held?.callId);
    const answer = await super.release(offerId, excludeMs);
    if (call === undefined) return answer;
    await super.leave(call.callId);
    await super.join({ callId: call.callId, queue: call.queue, priority: call.priority });
    return answer;
  }
}

class NeverExpires extends MemoryLineStore {
  override match(): Promise<readonly Reservation[]> {
    return super.match(1e9);
  }
}

class IgnoresSkills extends MemoryLineStore {
  override join(call: WaitingCall): Promise<JoinAnswer> {
    return super.join({ ...call, needs: [] });
  }
}

class IgnoresExclusion extends MemoryLineStore {
  override release(offerId: string): Promise<'released' | 'expired'> {
    return super.release(offerId, 0);
  }
}

class RestartsTheClock extends MemoryLineStore {
  override setAgent(agent: AgentUpdate): Promise<void> {
    return super.removeAgent(agent.agentId).then(() => super.setAgent(agent));
  }
}

class AcceptsForEver extends MemoryLineStore {
  override async accept(offerId: string): Promise<'accepted' | 'expired'> {
    await super.accept(offerId);
    return 'accepted';
  }
}

class KeepsTheAccepted extends MemoryLineStore {
  override async accept(offerId: string): Promise<'accepted' | 'expired'> {
    const call = (await this.reservations()).find((r) => r.offerId === offerId);
    const answer = await super.accept(offerId);
    if (call !== undefined) await super.join({ callId: call.callId, queue: 'main', priority: 5 });
    return answer;
  }
}

class ForgetsAgeing extends MemoryLineStore {
  override join(call: WaitingCall): Promise<JoinAnswer> {
    return super.join({ ...call, facts: {} });
  }
}

class MovesToTheEnd extends MemoryLineStore {
  override async change(callId: string, change: WaitingChange): Promise<'changed' | 'not-waiting'> {
    return super.change(callId, { joinedAtMs: 1e15, ...change });
  }
}

class ForgetsTheFront extends MemoryLineStore {
  override joinFront(call: WaitingCall): Promise<JoinAnswer> {
    return super.join(call);
  }
}

class Silent extends MemoryLineStore {
  override subscribe(): () => void {
    return () => undefined;
  }
}

class AlwaysFull extends MemoryLineStore {
  override join(call: WaitingCall): Promise<JoinAnswer> {
    return super.join({ ...call, insist: false });
  }
}

class Unsorted extends MemoryLineStore {
  override async waiting(): Promise<readonly Waiting[]> {
    return [...(await super.waiting())].sort((a, b) => a.joinedAtMs - b.joinedAtMs);
  }
}

const broken = [
  { Kind: ForgetsReservations, caught: 'never reserves a call or an agent twice' },
  { Kind: LosesThePlace, caught: 'keeps the place of a released call' },
  { Kind: NeverExpires, caught: 'offers again when the hold runs out' },
  { Kind: IgnoresSkills, caught: 'of the queue and able' },
  { Kind: IgnoresExclusion, caught: 'passes over the agent for a while' },
  { Kind: RestartsTheClock, caught: 'keeps a reservation when agent and call are told again' },
  { Kind: AcceptsForEver, caught: 'takes the call out of the line' },
  { Kind: KeepsTheAccepted, caught: 'takes the call out of the line' },
  { Kind: ForgetsAgeing, caught: 'gives the urgent line, the elderly' },
  { Kind: MovesToTheEnd, caught: 'without losing its wait' },
  { Kind: ForgetsTheFront, caught: 'puts a returned call before everyone' },
  { Kind: Silent, caught: 'says once when a caller has waited too long' },
  { Kind: AlwaysFull, caught: 'unless they insist' },
  { Kind: Unsorted, caught: 'serves by priority' },
] as const;

describe('LineStore contract: broken stores', () => {
  it.each(broken.map(({ Kind, caught }) => [Kind.name, caught, Kind] as const))(
    'notices %s: %s',
    async (_, caught, Kind) => {
      const failed: string[] = [];
      for (const { name, run } of lineStoreChecks()) {
        let nowMs = 1_000_000_000_000;
        const line = new Kind({ nowMs: () => nowMs, newId: counterIds('o') });
        const advance = (ms: number): Promise<void> => {
          nowMs += ms;
          return Promise.resolve();
        };
        await run({ line, advance, dispose: () => line.close() }).catch(() => failed.push(name));
      }
      expect(failed.filter((name) => name.includes(caught))).not.toEqual([]);
    },
    20_000,
  );
});
