/** What the checks of the waiting line have in common. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AgentUpdate,
  JoinAnswer,
  LineEvent,
  LineStore,
  QueueRules,
  WaitingCall,
} from '../../server/acd/line-store.ts';
import { defaultQueueRules } from '../../server/acd/queue-rules.ts';

export interface LineHarness {
  readonly line: LineStore;
  /** Moves the store's clock. */
  advance(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

export interface Check {
  readonly name: string;
  readonly run: (harness: LineHarness) => Promise<void>;
}

export const queue = (name: string, rules: Partial<QueueRules> = {}): QueueRules => ({
  ...defaultQueueRules,
  ...rules,
  name,
});

/** Collects checks; while one runs it stands for the harness that the check was given. */
export class LineKit {
  readonly checks: Check[] = [];
  #harness: LineHarness | undefined;
  #group = '';

  get line(): LineStore {
    return this.#given.line;
  }

  advance(ms: number): Promise<void> {
    return this.#given.advance(ms);
  }

  get #given(): LineHarness {
    if (this.#harness === undefined) throw new Error('no check is running');
    return this.#harness;
  }

  readonly about = (name: string, body: () => void): void => {
    this.#group = name;
    body();
  };

  readonly check = (name: string, body: () => Promise<void>): void => {
    this.checks.push({
      name: `${this.#group}: ${name}`,
      run: async (harness) => {
        this.#harness = harness;
        await body();
      },
    });
  };

  readonly call = (callId: string, more: Partial<WaitingCall> = {}): WaitingCall => ({
    callId,
    queue: 'main',
    priority: 5,
    ...more,
  });

  readonly join = (callId: string, more: Partial<WaitingCall> = {}): Promise<JoinAnswer> =>
    this.line.join(this.call(callId, more));

  readonly agent = (agentId: string, more: Partial<AgentUpdate> = {}): Promise<void> =>
    this.line.setAgent({ agentId, intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'], ...more });

  readonly pairs = async (): Promise<string[]> =>
    (await this.line.match(10_000)).map((r) => `${r.callId}-${r.agentId}`);

  readonly waiting = async (): Promise<string[]> => (await this.line.waiting()).map((w) => w.callId);

  /** Messages may take a moment. */
  readonly heardBy = async (heard: readonly LineEvent[], count: number): Promise<readonly LineEvent[]> => {
    for (let i = 0; i < 400 && heard.length < count; i += 1) await sleep(5);
    return heard;
  };

  readonly firstOffer = async (): Promise<string> => (await this.line.match(10_000))[0]?.offerId ?? '';
}
