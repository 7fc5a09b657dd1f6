/** A store in memory with what calls need of it: for tests that throw a call centre away and make a new one. */
import type { Draft } from '../../server/drafts/types.ts';
import { recordOf } from '../../server/calls/core/call-record.ts';
import type { CallRow, CallStore, DraftStore, Store } from '../../server/store/ports.ts';
import type { CallEvent } from '../../server/timeline/events.ts';

export class MemoryCalls implements CallStore {
  readonly events = new Map<string, CallEvent[]>();

  append(events: readonly CallEvent[]): Promise<void> {
    for (const event of events) {
      const stored = this.events.get(event.callId) ?? [];
      if (event.seq !== stored.length + 1) return Promise.reject(new Error(`gap before ${String(event.seq)}`));
      stored.push(event);
      this.events.set(event.callId, stored);
    }
    return Promise.resolve();
  }

  #row(callId: string): CallRow | undefined {
    const record = recordOf(this.events.get(callId) ?? []);
    if (record === undefined) return undefined;
    const { from, to, trunk, arrivedAtMs, bridgedAtMs, agentId, recordingStartedAtMs, ticketNumber, queued } = record;
    return {
      ...{ callId, from, to, trunk, arrivedAtMs, bridgedAtMs, agentId, recordingStartedAtMs, ticketNumber },
      answeredAtMs: null,
      queuedAtMs: queued?.joinedAtMs ?? null,
      endedAtMs: record.stage === 'ended' ? record.lastAtMs : null,
      endCause: null,
      recordingPath: null,
    };
  }

  call(callId: string): Promise<CallRow | undefined> {
    return Promise.resolve(this.#row(callId));
  }

  timeline(callId: string): Promise<readonly CallEvent[]> {
    return Promise.resolve([...(this.events.get(callId) ?? [])]);
  }

  async transcript(callId: string): ReturnType<CallStore['transcript']> {
    return (await this.timeline(callId)).flatMap((e) => (e.type === 'speech.final' ? [e.segment] : []));
  }

  openCalls(): Promise<readonly CallRow[]> {
    const rows = [...this.events.keys()].flatMap((callId) => this.#row(callId) ?? []);
    return Promise.resolve(rows.filter((r) => r.endedAtMs === null));
  }

  recent = (): Promise<readonly CallRow[]> => Promise.resolve([]);
  withCaller = (): Promise<undefined> => Promise.resolve(undefined);
  history: CallStore['history'] = () => Promise.resolve({ callsIn90Days: 0, callerName: '', tickets: [] });
  eventsOf: CallStore['eventsOf'] = async function* () {
    await Promise.resolve();
    yield [];
  };
  dayCounts: CallStore['dayCounts'] = () =>
    Promise.resolve({
      ...{ offered: 0, bridged: 0, bridgedWithin15s: 0, abandoned: 0, abandonedWithin5s: 0, tickets: 0 },
      meanTalkMs: 0,
      callbacks: 0,
      callbacksReached: 0,
    });
}

export class MemoryDrafts implements DraftStore {
  readonly drafts = new Map<string, Draft>();

  save(draft: Draft): Promise<void> {
    this.drafts.set(draft.callId, draft);
    return Promise.resolve();
  }

  load(callId: string): Promise<Draft | undefined> {
    return Promise.resolve(this.drafts.get(callId));
  }

  open = (): Promise<readonly Draft[]> => Promise.resolve([]);
  drop = (): Promise<void> => Promise.resolve();
  unclaimedMessages = (): Promise<readonly string[]> => Promise.resolve([]);
}

/** Calls and drafts are kept; nobody is to be called back; nothing else is there. */
export function memoryStore(): Store & { readonly calls: MemoryCalls; readonly drafts: MemoryDrafts } {
  const callbacks = {
    open: () => Promise.resolve([]),
    recent: () => Promise.resolve([]),
    byId: () => Promise.resolve(undefined),
    change: () => Promise.resolve(undefined),
    book: () => Promise.reject(new Error('nobody is to be called back in this test')),
  };
  const parts = { calls: new MemoryCalls(), drafts: new MemoryDrafts(), callbacks };
  return parts as unknown as ReturnType<typeof memoryStore>;
}
