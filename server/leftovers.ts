/** Puts right what a crash left behind: calls without an end, drafts that missed their last words. */
import type { Logger } from 'pino';
import type { DraftEngine } from './drafts/engine.ts';
import { dayOf } from './drafts/day.ts';
import { secondDraftOf, type Draft } from './drafts/types.ts';
import type { CallRow, Store } from './store/ports.ts';

export interface Leftovers {
  readonly calls: number;
  readonly drafts: number;
}

/** What the switch still had when we started. */
export interface StillUp {
  /** A call that goes on, or has come since. */
  readonly isLive: (callId: string) => boolean;
  /** The switch had legs: it has outlived us, so whoever is not there any more has hung up. */
  readonly legs: number;
}

/** A switch that dies with its server leaves nothing: then every call without an end has ended with it. */
export async function closeLeftoverCalls(
  store: Store,
  engine: DraftEngine,
  logger: Logger,
  stillUp: StillUp = { isLive: () => false, legs: 0 },
): Promise<Leftovers> {
  const open = (await store.calls.openCalls()).filter((call) => !stillUp.isLive(call.callId));
  const cause = stillUp.legs > 0 ? 'caller-hung-up' : 'server-restart';
  let drafts = 0;
  for (const call of open) {
    if (call.agentId !== null && (await bringDraftUpToDate(store, engine, call))) drafts++;
    const last = (await store.calls.timeline(call.callId)).at(-1);
    if (last === undefined) continue;
    const talkMs = call.bridgedAtMs === null ? 0 : last.atMs - call.bridgedAtMs;
    // The end is when something was last heard of the call, not when somebody got round to writing it down.
    await store.calls.append([
      { type: 'call.ended', cause, talkMs, callId: call.callId, seq: last.seq + 1, atMs: last.atMs },
    ]);
  }
  if (open.length > 0)
    logger.warn({ calls: open.length, drafts }, 'calls that ended while nobody was there were closed');
  return { calls: open.length, drafts };
}

/** Sentences that were stored but had not reached the stored draft are read once more. */
async function bringDraftUpToDate(store: Store, engine: DraftEngine, call: CallRow): Promise<boolean> {
  const second = await store.drafts.load(secondDraftOf(call.callId));
  if (second !== undefined) await bringUpToDate(store, engine, call, second);
  return bringUpToDate(store, engine, call, await store.drafts.load(call.callId));
}

async function bringUpToDate(store: Store, engine: DraftEngine, call: CallRow, stored?: Draft): Promise<boolean> {
  const transcript = await store.calls.transcript(call.callId);
  const start = stored ?? engine.start(call.callId).draft;
  let state = engine.restore(start, [], { callerNumber: call.from, callerName: '', day: dayOf(call.arrivedAtMs) });
  for (const segment of transcript) ({ state } = engine.step(state, { type: 'speech', segment }));
  if (stored === undefined || state.draft.rev > stored.rev) await store.drafts.save(state.draft, call.agentId);
  return true;
}

/** The first sentence a draft engine reads is slow (dictionaries, compilation): it is read before the first caller. */
export function warmUp(engine: DraftEngine): void {
  const text = '我要反映小区楼下的问题，每天晚上都有，我的电话是一三八零零一三八零零零';
  const segment = {
    segmentId: 'warm-up',
    side: 'caller' as const,
    text,
    syllables: [],
    tokens: [],
    startMs: 0,
    endMs: 1_000,
  };
  let state = engine.start('warm-up');
  for (let i = 0; i < 5; i++) {
    ({ state } = engine.step(state, { type: 'speech', segment: { ...segment, segmentId: `warm-up-${String(i)}` } }));
  }
}
