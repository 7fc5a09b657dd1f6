/**
 * Twenty calls in every state on a switch that stays up while the call centre above it is thrown away and made anew:
 * real SIP and RTP, real machines, one store. Run for each switch.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import type { AudioFrame, EngineReport, Recognizer } from '../../asr/ports.ts';
import { loadCity } from '../../config/load-city.ts';
import { configSchema } from '../../config/schema.ts';
import { MemoryLineStore } from '../../server/acd/memory/memory-line-store.ts';
import { CallCenter, type CallCenterOptions } from '../../server/calls/call-center.ts';
import { CallControl } from '../../server/calls/call-control.ts';
import type { AdoptionReport } from '../../server/calls/adoption.ts';
import type { Phase } from '../../server/calls/core/call-types.ts';
import type { LiveCall } from '../../server/calls/live-call.ts';
import { createDraftEngine } from '../../server/drafts/engine.ts';
import { callbackSetup } from '../../server/line-setup.ts';
import type { Me } from '../../server/realtime/protocol.ts';
import type { Switch } from '../../telephony/ports/switch.ts';
import { tone, toneAmplitude } from '../../tools/call/audio.ts';
import { Pacer } from '../../tools/call/pacer.ts';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import { memoryStore } from './memory-store.ts';
import { until } from '../system/api.ts';

const HOST = '127.0.0.1';
const CALLER_HZ = 440;
const AGENT_HZ = 1_000;
/** A heard tone has at least half of the amplitude it is sent with. */
const HEARD = 4_000;

type PhaseName = Phase['name'];

/** A switch that outlives its call centre, and how phones reach it. */
export interface AdoptionRig {
  readonly switch: Switch;
  readonly sip: { readonly host: string; readonly port: number; readonly domain: string };
  readonly trunk: { readonly host: string; readonly port: number };
  addEndpoint(endpointId: string): { readonly username: string; readonly password: string };
  /** The same switch as the next process has it; not started when that is for the next process to do. */
  next(): Promise<Switch>;
  /** A leg of an agent silent for this long is lost. */
  readonly mediaTimeoutMs: number;
  dispose(): Promise<void>;
}

/** `andThen`: also what people do with the calls afterwards. */
export function adoptionSuite(switchName: string, makeRig: () => Promise<AdoptionRig>, andThen: boolean): void {
  describe(`a call centre on ${switchName} that dies and is made anew`, () => {
    suite(makeRig, andThen);
  });
}

/** Hears nothing, remembers what it was given. */
class DeafRecognizer implements Recognizer {
  readonly name = 'deaf';
  readonly description = 'deaf';
  readonly capabilities = {
    partials: false,
    tokenTimes: false,
    syllables: false,
    revisedFinals: false,
    confidence: false,
    hotWords: false,
    sampleRateHz: 8_000,
    languages: [],
  };
  readonly state = { type: 'ready' } as const;
  readonly firstFrames = new Map<string, AudioFrame>();
  start = (): Promise<void> => Promise.resolve();
  onState = (): (() => void) => () => undefined;
  close = (): Promise<void> => Promise.resolve();
  report = (): readonly EngineReport[] => [];
  open: Recognizer['open'] = ({ streamId }) => ({
    push: (frame) => {
      if (!this.firstFrames.has(streamId)) this.firstFrames.set(streamId, frame);
    },
    end: () => Promise.resolve(),
  });
}

function suite(makeRig: () => Promise<AdoptionRig>, andThen: boolean): void {
  const dir = mkdtempSync(join(tmpdir(), 'adoption-'));
  const pacer = new Pacer();
  const phones = new Map<string, SipPhone>();
  const callers = new Map<string, PhoneCall>();
  /** The latest call at each agent's phone. */
  const atDesk = new Map<string, PhoneCall>();
  const store = memoryStore();
  const recognizer = new DeafRecognizer();
  const people = new Map<string, { displayName: string; agentNumber: string; role: Me['role'] }>();
  let rig: AdoptionRig;
  let sw: Switch;
  let options: Omit<CallCenterOptions, 'line' | 'switch'>;
  let center: CallCenter;
  let control: CallControl;
  let line: MemoryLineStore;
  let report: AdoptionReport;
  const before = new Map<string, { phase: PhaseName; joinedAtMs: number; callId: string }>();

  const me = (id: string): Me => ({
    id,
    login: id,
    displayName: id,
    agentNumber: id,
    role: id === 's1' ? 'supervisor' : 'agent',
  });
  const callOf = (number: string): LiveCall => {
    const found = center.all().find((c) => c.runner.state.facts.from === number);
    if (found === undefined) throw new Error(`no call of ${number}`);
    return found;
  };
  const phaseOf = (number: string): Phase => callOf(number).runner.state.phase;
  const inPhase = (number: string, name: PhaseName): Promise<unknown> =>
    until(`${number} to be ${name}`, () => Promise.resolve(phaseOf(number).name === name), 15_000);
  const hears = (call: PhoneCall | undefined, hz: number): Promise<unknown> =>
    until(
      `${String(hz)} Hz to be heard`,
      () => Promise.resolve(call !== undefined && toneAmplitude(call.heardLast(200), hz) > HEARD),
      15_000,
    );

  async function phone(user: string, more: Partial<ConstructorParameters<typeof SipPhone>[0]> = {}): Promise<SipPhone> {
    const made = new SipPhone({ address: HOST, user, pacer, ...more });
    await made.start();
    phones.set(user, made);
    return made;
  }

  /** A colleague whose phone has been ringing takes the call. */
  function pickUp(id: string): PhoneCall {
    const call = atDesk.get(id);
    if (call?.answer() !== true) throw new Error(`${id} has nothing to answer`);
    void call.play(tone(AGENT_HZ, 1_000), true);
    return call;
  }

  async function agentPhone(id: string, onIncoming: 'answer' | 'ring' = 'answer'): Promise<void> {
    const credentials = rig.addEndpoint(`agent:${id}`);
    people.set(id, { displayName: id, agentNumber: id, role: id === 's1' ? 'supervisor' : 'agent' });
    const made = await phone(credentials.username, {
      credentials,
      registrar: rig.sip,
      onIncoming,
    });
    made.subscribe((event) => {
      if (event.type === 'incoming') atDesk.set(id, event.call);
      if (event.type === 'answered') void event.call.play(tone(AGENT_HZ, 1_000), true);
    });
    await made.register();
    center.seats.input(id, { type: 'page-open' });
    await until(`${id} to be registered`, () => Promise.resolve(center.seats.get(id).registered));
  }

  /** Phones in; 0 leads past the greeting. */
  async function phoneIn(number: string, pressesZero = true): Promise<void> {
    const made = await phone(number);
    const call = await made.call(`sip:12345@${rig.trunk.host}:${String(rig.trunk.port)}`);
    expect(await call.answered).toBe(true);
    callers.set(number, call);
    void call.play(tone(CALLER_HZ, 1_000), true);
    await inPhase(number, 'flow');
    if (!pressesZero) return;
    await until(`${number} to leave the flow`, () => {
      if (phaseOf(number).name === 'flow') call.sendDigit('0');
      return Promise.resolve(phaseOf(number).name !== 'flow');
    });
  }

  /** A caller who talks to this agent. */
  async function talkTo(id: string, number: string): Promise<string> {
    await agentPhone(id);
    await phoneIn(number);
    center.seats.setIntent(id, 'available', '');
    await inPhase(number, 'talking');
    return callOf(number).runner.callId;
  }

  function makeCenter(): void {
    line = new MemoryLineStore({ nowMs: Date.now, newId: randomUUID });
    center = new CallCenter({ ...options, line, switch: sw });
    control = new CallControl({ center, persons: people, queues: [], canDialOut: false, logger: options.logger });
    center.start();
  }

  const toAgent = (agentId: string): { readonly kind: 'agent'; readonly agentId: string } => ({
    kind: 'agent',
    agentId,
  });

  beforeAll(async () => {
    const config = configSchema.parse({});
    const logger = pino({ enabled: false });
    rig = await makeRig();
    sw = rig.switch;
    options = {
      ...{ store, recognizer, logger },
      nowMs: Date.now,
      newId: randomUUID,
      drafts: createDraftEngine(await loadCity(config.cityDir)),
      prompts: (names) => names.map((name) => resolve('ivr/prompts/zh-CN', `${name}.wav`)),
      settings: {
        flow: {
          name: 'greeting-line',
          title: 't',
          start: 'greeting',
          person: 'line',
          nodes: {
            greeting: {
              type: 'say',
              prompts: ['greeting', 'greeting', 'greeting', 'greeting'],
              skippable: false,
              next: 'line',
            },
            line: { type: 'queue', queue: 'main', skills: [], priority: 5 },
          },
        },
        ...{ ringMs: 60_000, excludeAfterNoAnswerMs: 30_000, agentReturnMs: 60_000, firstAnnouncementMs: 60_000 },
        ...{ positionEveryMs: 60_000, maxWaitMs: 600_000, wrapUpMs: 30_000, mediaTimeoutMs: rig.mediaTimeoutMs },
      },
      ivr: {
        calendar: { name: 'always' } as never,
        progress: { find: () => Promise.resolve(null) },
        recorded: new Set(),
      },
      ownNumber: '12345',
      stickyDays: 0,
      callback: callbackSetup(config),
      recordingPath: (callId) => join(dir, `${callId}.wav`),
      callsOutliveUs: true,
    };
    makeCenter();
    expect(await center.adopt()).toMatchObject({ legs: 0 });
  });

  afterAll(async () => {
    await center.close();
    await Promise.all([...phones.values()].map((p) => p.close()));
    await rig.dispose();
    rmSync(dir, { recursive: true, force: true });
  });

  const talkers = ['t1', 't2', 't3', 't4', 't5', 't6'];
  const waiters = ['w1', 'w2', 'w3', 'w4'];

  it('had twenty calls in every state', async () => {
    for (const n of talkers) await talkTo(`agent-${n}`, n);
    for (const n of ['h1', 'h2']) {
      await talkTo(`agent-${n}`, n);
      callOf(n).runner.input({ type: 'hold', agentId: `agent-${n}` });
    }
    const asking = await talkTo('asks', 'c1');
    await agentPhone('asked-rings', 'ring');
    expect(control.consult(me('asks'), asking, toAgent('asked-rings'))).toMatchObject({ ok: true });
    const asked = await talkTo('asks-2', 'c2');
    await agentPhone('asked-2');
    control.consult(me('asks-2'), asked, toAgent('asked-2'));
    const three = await talkTo('asks-3', 'c3');
    await agentPhone('asked-3');
    control.consult(me('asks-3'), three, toAgent('asked-3'));
    for (const n of ['c2', 'c3']) {
      await until(`${n} to be asked`, () => {
        const phase = phaseOf(n);
        return Promise.resolve(phase.name === 'consulting' && phase.answered);
      });
    }
    expect(control.conference(me('asks-3'), three)).toMatchObject({ ok: true });
    const sent = await talkTo('sends', 'x1');
    await agentPhone('receives', 'ring');
    expect(control.transfer(me('sends'), sent, toAgent('receives'))).toMatchObject({ ok: true });
    const heard = await talkTo('heard', 's-call');
    await agentPhone('s1');
    expect(control.supervise(me('s1'), heard, 'listen')).toMatchObject({ ok: true });
    await until('the supervisor to listen', () =>
      Promise.resolve(callOf('s-call').runner.state.supervisors.some((s) => s.sinceMs !== null)),
    );
    await talkTo('goes', 'l1');
    atDesk.get('goes')?.setSending(false);
    await inPhase('l1', 'agent-lost');
    // Offered to an agent who does not answer, before others wait.
    await agentPhone('rings', 'ring');
    center.seats.setIntent('rings', 'available', '');
    await phoneIn('r1');
    await until('the offer', () => Promise.resolve(atDesk.get('rings') !== undefined));
    for (const n of waiters) {
      await phoneIn(n);
      await inPhase(n, 'waiting');
    }
    await phoneIn('f1', false);
    for (const call of center.all()) {
      const { facts, phase, queued } = call.runner.state;
      before.set(facts.from, { phase: phase.name, joinedAtMs: queued?.joinedAtMs ?? 0, callId: facts.callId });
    }
    expect(before.size).toBe(20);
    expect(new Set([...before.values()].map((b) => b.phase))).toEqual(
      new Set(['talking', 'held', 'consulting', 'conference', 'transferring', 'agent-lost', 'waiting', 'flow']),
    );
  });

  it('whose callers go on talking without it', async () => {
    await hears(callers.get('t1'), AGENT_HZ);
    await center.close();
    sw = await rig.next();
    recognizer.firstFrames.clear();
    await new Promise((go) => setTimeout(go, 1_000));
    for (const n of talkers) {
      await hears(callers.get(n), AGENT_HZ);
      await hears(atDesk.get(`agent-${n}`), CALLER_HZ);
    }
    expect([...callers.values()].filter((c) => c.outcome !== undefined)).toEqual([]);
  });

  it('takes charge of every call in the state it was in', async () => {
    makeCenter();
    if (sw !== rig.switch) await sw.start();
    report = await center.adopt();
    expect(report).toMatchObject({ strays: 0 });
    expect(report.adopted.size).toBe(20);
    expect(report.tookMs).toBeLessThan(5_000);
    for (const [number, { phase, callId }] of before) {
      expect([number, phaseOf(number).name]).toEqual([number, phase]);
      expect(callOf(number).runner.callId).toBe(callId);
    }
  });

  it('keeps those who wait in their old order, with music', async () => {
    await Promise.all(center.all().map((c) => c.runner.settled()));
    const waiting = await line.waiting();
    expect(waiting.map((w) => w.callId)).toEqual(['r1', ...waiters].map((n) => before.get(n)?.callId));
    // The store keeps its own clock: the moments are those of the first joining, not of the adoption.
    for (const n of waiters) {
      const at = waiting.find((w) => w.callId === before.get(n)?.callId)?.joinedAtMs ?? 0;
      expect(Math.abs(at - (before.get(n)?.joinedAtMs ?? 0))).toBeLessThan(1_000);
    }
    const call = callers.get('w1');
    await until('music', () => Promise.resolve(call?.heardLast(400).some((s) => Math.abs(s) > 300) === true));
  });

  if (!andThen) return;

  it('goes on with those who talk: audio, seats, transcript with a marked gap, one recording', async () => {
    for (const n of talkers) {
      await hears(callers.get(n), AGENT_HZ);
      expect(center.seats.get(`agent-${n}`).work).toMatchObject({ type: 'talking', callId: before.get(n)?.callId });
    }
    const callId = before.get('t1')?.callId ?? '';
    await until('words to be listened to again', () => Promise.resolve(recognizer.firstFrames.has(`${callId}:c1-`)));
    callers.get('t1')?.hangUp();
    await inPhase('t1', 'ended');
    expect(center.seats.get('agent-t1').work).toMatchObject({ type: 'wrap-up', callId });
    const told = async (): Promise<string[]> => (await store.calls.timeline(callId)).map((e) => e.type);
    await until('the recording', async () => (await told()).includes('recording.finished'));
    expect((await told()).filter((t) => t === 'recording.started')).toHaveLength(1);
    const wav = readFileSync(join(dir, `${callId}.wav`));
    const { arrivedAtMs } = callOf('t1').runner.state.facts;
    const talkedMs = Date.now() - arrivedAtMs;
    expect((wav.length - 44) / 32).toBeGreaterThan(talkedMs * 0.6);
    const gap = recognizer.firstFrames.get(`${callId}:c1-`)?.gapBeforeMs ?? 0;
    expect(gap).toBeGreaterThan(900);
  });

  it('carries out what people want next', async () => {
    callOf('h1').runner.input({ type: 'resume', agentId: 'agent-h1' });
    await hears(callers.get('h1'), AGENT_HZ);
    // The colleague who was ringing all the time answers.
    await hears(pickUp('asked-rings'), AGENT_HZ);
    expect(control.complete(me('asks'), before.get('c1')?.callId ?? '')).toMatchObject({ ok: true });
    await hears(callers.get('c1'), AGENT_HZ);
    expect(callOf('c1').runner.state.agentId).toBe('asked-rings');
    expect(control.endConsult(me('asks-2'), before.get('c2')?.callId ?? '')).toMatchObject({ ok: true });
    await hears(callers.get('c2'), AGENT_HZ);
    atDesk.get('asks-3')?.hangUp();
    await inPhase('c3', 'talking');
    expect(callOf('c3').runner.state.agentId).toBe('asked-3');
    pickUp('receives');
    await inPhase('x1', 'talking');
    expect(control.takeOver(me('s1'), before.get('s-call')?.callId ?? '')).toMatchObject({ ok: true });
    await until('the supervisor to have the call', () =>
      Promise.resolve(callOf('s-call').runner.state.agentId === 's1'),
    );
    await hears(callers.get('s-call'), AGENT_HZ);
    center.returnAgent(callOf('l1'), 'goes');
    await inPhase('l1', 'talking');
    callers.get('f1')?.sendDigit('0');
    await inPhase('f1', 'waiting');
  });

  it('serves the line in the old order', async () => {
    center.seats.input('agent-t1', { type: 'page-open' });
    center.seats.input('agent-t1', { type: 'finish-wrap-up' });
    center.seats.setIntent('agent-t1', 'available', '');
    await inPhase('r1', 'talking');
    expect(phaseOf('w1').name).toBe('waiting');
  });
}
