/**
 * Takes charge of calls that a switch kept up while no process of ours was there. The decisions are made in
 * `core/adopt.ts`; here the past is read from the database and the decisions are handed to the call centre.
 */
import type { Logger } from 'pino';
import type { SpeechSide, TranscriptUpdate } from '../../asr/ports.ts';
import type { LegId, LegSnapshot, Switch } from '../../telephony/ports/switch.ts';
import type { DraftEngine, DraftState } from '../drafts/engine.ts';
import { dayOf } from '../drafts/day.ts';
import { secondDraftOf, type Draft } from '../drafts/types.ts';
import type { Store } from '../store/ports.ts';
import { adopt, type Adopted } from './core/adopt.ts';
import { recordOf, type CallRecord } from './core/call-record.ts';
import type { CallSettings } from './core/call-types.ts';
import type { CallSpeech } from './call-speech.ts';
import type { RunnerParts } from './call-runner.ts';
import type { LiveCall } from './live-call.ts';
import type { Seats } from './seats.ts';
import type { TimelineWriter } from './timeline-writer.ts';

/** What an adopted call brings along besides its state. */
export interface Past {
  readonly transcript: readonly TranscriptUpdate[];
  readonly draft: DraftState;
  /** Of a second matter. */
  readonly second?: DraftState;
}

export interface AdoptionReport {
  /** Legs of the switch at our start: none means that it does not outlive us, or that nobody was on the line. */
  readonly legs: number;
  readonly adopted: ReadonlySet<string>;
  readonly strays: number;
  readonly tookMs: number;
}

export interface AdoptionOptions {
  readonly switch: Pick<Switch, 'list' | 'hangup'>;
  readonly store: Pick<Store, 'calls' | 'drafts'>;
  readonly drafts: DraftEngine;
  readonly settings: CallSettings;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** A leg of a call that has come to this process. */
  readonly isOurs: (legId: LegId) => boolean;
  readonly take: (adopted: Adopted, past: Past) => void;
}

/** Timelines read at a time: the database has as many connections. */
const AT_ONCE = 8;

export async function adoptCalls(options: AdoptionOptions): Promise<AdoptionReport> {
  const { switch: sw, settings, nowMs, logger, take } = options;
  const beganMs = nowMs();
  // Callers may have come since the switch was started: those are no leftovers.
  const legs = (await sw.list()).filter((l) => !options.isOurs(l.legId));
  if (legs.length === 0) return { legs: 0, adopted: new Set(), strays: 0, tookMs: nowMs() - beganMs };
  const records = await openRecords(options, legs);
  const { adopted, over, hangUp, strays } = adopt(records, legs, settings, nowMs());
  await inTurns(adopted, async (one) => {
    take(one, await pastOf(options, one.record));
  });
  await Promise.allSettled(hangUp.map((legId) => sw.hangup(legId, 'normal')));
  const tookMs = nowMs() - beganMs;
  logger.warn(
    { legs: legs.length, adopted: adopted.length, over: over.length, strays: strays.length, tookMs },
    'calls that went on without us were adopted',
  );
  return { legs: legs.length, adopted: new Set(adopted.map((a) => a.record.callId)), strays: strays.length, tookMs };
}

async function openRecords(
  { store, isOurs }: AdoptionOptions,
  legs: readonly LegSnapshot[],
): Promise<readonly CallRecord[]> {
  const marked = legs.flatMap((l) => l.marks['call_id'] ?? []);
  // The row of a call is written with its first event; a call that is open but has no leg is found here, too.
  const open = (await store.calls.openCalls()).map((c) => c.callId);
  const records: CallRecord[] = [];
  await inTurns([...new Set([...open, ...marked])], async (callId) => {
    const record = recordOf(await store.calls.timeline(callId));
    if (record !== undefined && !isOurs(record.callerLegId)) records.push(record);
  });
  return records;
}

async function pastOf({ store, drafts }: AdoptionOptions, { callId, from, arrivedAtMs }: CallRecord): Promise<Past> {
  const [transcript, stored, second] = await Promise.all([
    store.calls.transcript(callId),
    store.drafts.load(callId),
    store.drafts.load(secondDraftOf(callId)),
  ]);
  // What was heard but had not reached the stored draft is read once more.
  const readAgain = (start: Draft): DraftState =>
    transcript.reduce(
      (state, segment) => drafts.step(state, { type: 'speech', segment }).state,
      drafts.restore(start, [], { callerNumber: from, callerName: '', day: dayOf(arrivedAtMs) }),
    );
  const draft = readAgain(stored ?? drafts.start(callId).draft);
  return { transcript, draft, ...(second === undefined ? {} : { second: readAgain(second) }) };
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What the call centre lends for taking a call up. */
export interface Adopter {
  readonly openCall: (adopted: NonNullable<RunnerParts['adopted']>, draft: DraftState) => LiveCall;
  readonly ownLeg: (legId: LegId, call: LiveCall) => void;
  readonly seats: () => Seats;
  readonly timeline: () => TimelineWriter;
  readonly loadHistory: (call: LiveCall, from: string) => void;
  readonly nowMs: () => number;
}

/** The call as it was: legs, words, draft, seats; then what is not as it should be is put right. */
export function takeUp(house: Adopter, adopted: Adopted, past: Past): void {
  const { record, state, effects, inputs, legIds, present } = adopted;
  const { callId, recordingStartedAtMs } = record;
  const call = house.openCall({ state, recordingStartedAtMs }, past.draft);
  for (const legId of legIds) house.ownLeg(legId, call);
  for (const update of past.transcript) call.segments.set(update.segmentId, update);
  call.firstWaitMs = record.firstWaitMs;
  call.ticketNumber = record.ticketNumber;
  house.timeline().goOnAfter(callId, record.seq);
  if (past.second !== undefined) call.draft.takeUpSecond(past.second, record.agentId);
  if (record.agentId !== null) void call.draft.assign(record.agentId);
  if (recordingStartedAtMs !== null) call.runner.speech.takeUp(heardBefore(record, past, house.nowMs));
  const seats = house.seats();
  // Who has a leg has a telephone.
  for (const agentId of present) seats.input(agentId, { type: 'registered', on: true });
  call.runner.takeUp(effects, inputs);
  // Who talks has wanted to take calls.
  for (const agentId of present) {
    const { work, intent } = seats.get(agentId);
    if (work.type === 'talking' && intent === 'off') seats.setIntent(agentId, 'available', '');
  }
  house.loadHistory(call, record.from);
}

/** Where hearing left off: the gap is marked from there. */
export function heardBefore(
  { recordingStartedAtMs, lastAtMs }: CallRecord,
  { transcript }: Past,
  nowMs: () => number,
): Parameters<CallSpeech['takeUp']>[0] {
  const startedAtMs = recordingStartedAtMs ?? lastAtMs;
  const heardToMs = transcript.reduce((latest, s) => Math.max(latest, s.endMs), Math.max(0, lastAtMs - startedAtMs));
  return { streams: streamsOf(transcript), heardToMs, recordedMs: () => nowMs() - startedAtMs };
}

/** How many streams had been opened for each side, by the names of what was heard (`c2-…`, `a1-…`). */
export function streamsOf(transcript: readonly TranscriptUpdate[]): Readonly<Record<SpeechSide, number>> {
  const highest = (side: SpeechSide): number =>
    transcript.reduce((most, s) => {
      const found = s.side === side ? /^[ca](\d+)-/.exec(s.segmentId) : null;
      return Math.max(most, Number(found?.[1] ?? 0));
    }, 0);
  return { caller: highest('caller'), agent: highest('agent') };
}
