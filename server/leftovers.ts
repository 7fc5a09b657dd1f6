/** Puts right what a crash left behind: calls without an end, drafts that missed their last words. */
import type { Logger } from 'pino';
import type { DraftEngine } from './drafts/engine.ts';
import type { CallRow, Store } from './store/ports.ts';

export interface Leftovers {
  readonly calls: number;
  readonly drafts: number;
}

/** The embedded switch dies with its server, so every call without an end has ended. */
export async function closeLeftoverCalls(store: Store, engine: DraftEngine, logger: Logger): Promise<Leftovers> {
  const open = await store.calls.openCalls();
  let drafts = 0;
  for (const call of open) {
    if (call.agentId !== null && (await bringDraftUpToDate(store, engine, call))) drafts++;
    const last = (await store.calls.timeline(call.callId)).at(-1);
    if (last === undefined) continue;
    const talkMs = call.bridgedAtMs === null ? 0 : last.atMs - call.bridgedAtMs;
    // The end is when something was last heard of the call, not when somebody got round to writing it down.
    await store.calls.append([
      { type: 'call.ended', cause: 'server-restart', talkMs, callId: call.callId, seq: last.seq + 1, atMs: last.atMs },
    ]);
  }
  if (open.length > 0) logger.warn({ calls: open.length, drafts }, 'calls cut by a restart were closed');
  return { calls: open.length, drafts };
}

/** Sentences that were stored but had not reached the stored draft are read once more. */
async function bringDraftUpToDate(store: Store, engine: DraftEngine, call: CallRow): Promise<boolean> {
  const stored = await store.drafts.load(call.callId);
  const transcript = await store.calls.transcript(call.callId);
  const start = stored ?? engine.start(call.callId).draft;
  let state = engine.restore(start, [], { callerNumber: call.from, callerName: '' });
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
