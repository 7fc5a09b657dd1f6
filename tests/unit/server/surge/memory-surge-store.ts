/** The surge part's store in memory, with the promises of the real one. */
import type {
  CallInRow,
  OutboxRow,
  PartnerCallRow,
  RosterRow,
  ShiftRow,
  SurgePlanRow,
  SurgeStore,
} from '../../../../server/store/surge-ports.ts';

const done = Promise.resolve();

export interface MemorySurgeStore extends SurgeStore {
  readonly outboxRows: Map<string, OutboxRow & { doneAtMs?: number }>;
  readonly handedBack: Map<string, unknown>;
  usual: readonly number[] | null;
}

export function memorySurgeStore(): MemorySurgeStore {
  const plans: SurgePlanRow[] = [];
  const state = new Map<string, string>();
  const roster = new Map<string, RosterRow>();
  let shifts: ShiftRow[] = [];
  const callIns = new Map<string, CallInRow>();
  const decisions: { id: string; atMs: number; body: unknown }[] = [];
  const samples = new Map<number, unknown>();
  const partnerCalls = new Map<string, PartnerCallRow>();
  const nonces = new Set<string>();
  const outboxRows: MemorySurgeStore['outboxRows'] = new Map();
  const handedBack = new Map<string, unknown>();
  const keyOf = (direction: string, partnerId: string, callId: string): string => `${direction}/${partnerId}/${callId}`;
  return {
    outboxRows,
    handedBack,
    usual: null,
    savePlan: (plan) => {
      const saved = { ...plan, version: plans.filter((p) => p.name === plan.name).length + 1 };
      plans.unshift(saved);
      return Promise.resolve(saved);
    },
    plans: () => Promise.resolve([...new Map([...plans].reverse().map((p) => [p.name, p])).values()]),
    planVersions: (name) => Promise.resolve(plans.filter((p) => p.name === name)),
    saveState: (key, body) => {
      state.set(key, JSON.stringify(body));
      return done;
    },
    loadState: (key) => {
      const text = state.get(key);
      return Promise.resolve(text === undefined ? undefined : JSON.parse(text));
    },
    roster: () => Promise.resolve([...roster.values()]),
    saveRoster: (row) => {
      const saved = { ...row, id: roster.get(row.userId)?.id ?? row.id };
      roster.set(row.userId, saved);
      return Promise.resolve(saved);
    },
    shifts: () => Promise.resolve(shifts),
    replaceShifts: (rosterId, list) => {
      shifts = [...shifts.filter((s) => s.rosterId !== rosterId), ...list];
      return done;
    },
    saveCallIn: (row) => {
      callIns.set(row.id, row);
      return done;
    },
    callIns: (sinceMs) => Promise.resolve([...callIns.values()].filter((c) => c.askedAtMs >= sinceMs)),
    saveDecisions: (rows) => {
      decisions.push(...rows);
      return done;
    },
    decisions: (limit) =>
      Promise.resolve(
        decisions
          .map((d) => d.body)
          .reverse()
          .slice(0, limit),
      ),
    saveSample: (atMs, body) => {
      if (!samples.has(atMs)) samples.set(atMs, body);
      return done;
    },
    samples: (fromMs, toMs) =>
      Promise.resolve([...samples].filter(([atMs]) => atMs >= fromMs && atMs <= toMs).map(([, body]) => body)),
    forget: () => done,
    usualWeek(): Promise<readonly number[] | null> {
      return Promise.resolve(this.usual);
    },
    savePartnerCall: (row) => {
      const key = keyOf(row.direction, row.partnerId, row.callId);
      partnerCalls.set(key, { ...row, id: partnerCalls.get(key)?.id ?? row.id });
      return done;
    },
    partnerCall: (direction, partnerId, callId) =>
      Promise.resolve(partnerCalls.get(keyOf(direction, partnerId, callId))),
    partnerCalls: (limit) => Promise.resolve([...partnerCalls.values()].slice(0, limit)),
    useNonce: (partnerId, nonce) => {
      const key = `${partnerId}/${nonce}`;
      const fresh = !nonces.has(key);
      nonces.add(key);
      return Promise.resolve(fresh);
    },
    saveHandedBack: (partnerId, callId, body) => {
      handedBack.set(`${partnerId}/${callId}`, body);
      return done;
    },
    putOutbox: (row) => {
      outboxRows.set(row.id, row);
      return done;
    },
    dueOutbox: (nowMs, limit) =>
      Promise.resolve(
        [...outboxRows.values()].filter((r) => r.doneAtMs === undefined && r.nextAtMs <= nowMs).slice(0, limit),
      ),
    doneOutbox: (id, atMs) => {
      const row = outboxRows.get(id);
      if (row !== undefined) outboxRows.set(id, { ...row, doneAtMs: atMs });
      return done;
    },
  };
}
