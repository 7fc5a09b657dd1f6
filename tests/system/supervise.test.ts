/** A colleague is asked, a call is passed on, three talk, a supervisor takes part: on real SIP, told by tones. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Draft, DraftPatch } from '../../server/drafts/types.ts';
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { DeskCallView, Directory, PageToServer, Result } from '../../server/realtime/protocol.ts';
import { tone, toneAmplitude } from '../../tools/call/audio.ts';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { Hotline } from '../support/hotline.ts';
import { openSession, until, type Session } from './api.ts';
import { allQuiet, Opened, phoneIn, storedCall, typesOf, type Caller } from './rig.ts';

jest.setTimeout(60_000);

const HZ = { caller: 440, agent1: 1_000, agent2: 1_600, agent3: 700, supervisor1: 2_200 } as const;
type Voice = keyof typeof HZ;
const voices = Object.keys(HZ) as Voice[];
/** Tones are sent at 8000; music and a quiet line are far below. */
const HEARD = 3_000;
const NOT_HEARD = 600;

/** A person at a desk without a browser: what the page was told, what the phone hears. */
class Desk {
  readonly agent: ScriptedAgent;
  call: DeskCallView | null = null;
  phoneCall: PhoneCall | undefined;
  readonly transcript: TranscriptUpdate[] = [];
  draft: DraftPatch | Draft | undefined;

  constructor(agent: ScriptedAgent) {
    this.agent = agent;
    agent.page.on('call', (call) => (this.call = call));
    agent.page.on('transcript', (_callId, update) => void this.transcript.push(update));
    agent.page.on('draft', (patch) => {
      const fields = { ...this.draft?.fields, ...patch.fields };
      this.draft = { ...patch, fields };
    });
    agent.phone.subscribe((event) => {
      if (event.type === 'answered') this.phoneCall = event.call;
    });
  }

  async ask<E extends keyof PageToServer>(event: E, payload: Parameters<PageToServer[E]>[0]): Promise<Result<unknown>> {
    const emitter = this.agent.page as unknown as { emitWithAck(event: string, payload: unknown): Promise<unknown> };
    return (await emitter.emitWithAck(event, payload)) as Result<unknown>;
  }

  get state(): string {
    return this.call?.state ?? 'none';
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}

let hotline: Hotline;
let session: Session;
let directory: Directory;
let caller: Caller;
let callId = '';
const opened = new Opened();
const desks = new Map<Voice, Desk>();

const desk = (name: Voice): Desk => {
  const found = desks.get(name);
  if (found === undefined) throw new Error(`nobody is at the desk of ${name}`);
  return found;
};

async function sitDown(name: Exclude<Voice, 'caller'>): Promise<Desk> {
  const { login, password } = hotline.login(name);
  const agent = await ScriptedAgent.start({
    ...{ server: hotline.url, login, password, address: '127.0.0.1', answerAfterMs: 50 },
    sip: { host: '127.0.0.1', port: hotline.sipPort },
    speech: tone(HZ[name], 120_000),
  });
  await agent.setAvailable(false);
  const made = opened.add(new Desk(agent));
  desks.set(name, made);
  return made;
}

async function caller1(number: string, to: Voice): Promise<Caller> {
  const made = opened.add(await phoneIn(hotline, number));
  void made.call.play(tone(HZ.caller, 120_000));
  await desk(to).agent.setAvailable(true);
  await inState(to, 'talking', 30_000);
  await desk(to).ask('agent.set-intent', { intent: 'paused', reason: '培训' });
  return made;
}

function inState(name: Voice, state: string, timeoutMs = 10_000): Promise<unknown> {
  return until(`${name} to be ${state}`, () => Promise.resolve(desk(name).state === state), timeoutMs);
}

const phoneOf = (name: Voice): PhoneCall | undefined => (name === 'caller' ? caller.call : desk(name).phoneCall);

/** Exactly these are heard, now and a moment later. */
async function hears(name: Voice, expected: readonly Voice[]): Promise<void> {
  const levels = (): string =>
    voices
      .filter((v) => toneAmplitude(phoneOf(name)?.heardLast(300) ?? new Int16Array(), HZ[v]) > HEARD)
      .sort()
      .join(' ');
  const quiet = (): boolean =>
    voices
      .filter((v) => !expected.includes(v))
      .every((v) => toneAmplitude(phoneOf(name)?.heardLast(300) ?? new Int16Array(), HZ[v]) < NOT_HEARD);
  const wanted = [...expected].sort().join(' ');
  const isSo = (): Promise<boolean> => Promise.resolve(levels() === wanted && quiet());
  await until(`${name} to hear [${wanted}] and nobody else`, isSo, 10_000);
  await new Promise((go) => setTimeout(go, 300));
  await until(`${name} to go on hearing [${wanted}]`, isSo, 5_000);
}

const idOf = (number: string): string => directory.colleagues.find((c) => c.agentNumber === number)?.agentId ?? '';
const toAgent = (number: string): { readonly kind: 'agent'; readonly agentId: string } => ({
  kind: 'agent',
  agentId: idOf(number),
});

beforeAll(async () => {
  hotline = await Hotline.start({ env: { HOTLINE_ASR__ENGINE: 'scripted', HOTLINE_LINE__WRAPUPMS: '60000' } });
  session = await openSession(hotline, 'supervisor1');
  await Promise.all((['agent1', 'agent2', 'agent3', 'supervisor1'] as const).map(sitDown));
  const asked = await desk('supervisor1').ask('call.directory', {});
  if (!asked.ok) throw new Error(asked.message);
  directory = asked.value as Directory;
  caller = await caller1('13800138001', 'agent1');
  callId = desk('agent1').call?.callId ?? '';
}, 120_000);
afterAll(async () => {
  await opened.close();
  await hotline.dispose();
});

describe('a supervisor', () => {
  it('listens to both and is heard by nobody', async () => {
    expect(await desk('agent2').ask('supervise.start', { callId, mode: 'listen' })).toMatchObject({
      code: 'not-allowed',
    });
    expect(await desk('supervisor1').ask('supervise.start', { callId, mode: 'listen' })).toMatchObject({ ok: true });
    await inState('supervisor1', 'supervising');
    await hears('supervisor1', ['caller', 'agent1']);
    await hears('caller', ['agent1']);
    await hears('agent1', ['caller']);
    expect(desk('agent1').call?.supervision).toBeNull();
  });

  it('whispers: heard by the agent only', async () => {
    expect(await desk('supervisor1').ask('supervise.start', { callId, mode: 'whisper' })).toMatchObject({ ok: true });
    await hears('agent1', ['caller', 'supervisor1']);
    await hears('caller', ['agent1']);
    expect(desk('agent1').call?.supervision).toBe('whisper');
  });

  it('barges in: heard by both', async () => {
    expect(await desk('supervisor1').ask('supervise.start', { callId, mode: 'barge' })).toMatchObject({ ok: true });
    await hears('caller', ['agent1', 'supervisor1']);
    await hears('agent1', ['caller', 'supervisor1']);
  });

  it('leaves, and the call goes on', async () => {
    expect(await desk('supervisor1').ask('supervise.end', { callId })).toMatchObject({ ok: true });
    await inState('supervisor1', 'none');
    await hears('caller', ['agent1']);
  });
});

describe('a colleague', () => {
  it('is asked while the caller hears music', async () => {
    await desk('agent1').ask('draft.edit', { callId, field: 'callerName', value: '赵敏' });
    expect(await desk('agent1').ask('call.consult', { callId, target: toAgent('1002') })).toMatchObject({ ok: true });
    await inState('agent2', 'consulted');
    await hears('agent2', ['agent1']);
    await hears('agent1', ['agent2']);
    await hears('caller', []);
    expect(desk('agent1').call?.party).toMatchObject({ name: '李明', answered: true });
    expect(await desk('agent2').ask('draft.edit', { callId, field: 'callerName', value: '别人' })).toMatchObject({
      ok: false,
    });
  });

  it('takes the call, with what was said and written', async () => {
    expect(await desk('agent1').ask('call.complete', { callId })).toMatchObject({ ok: true });
    await inState('agent2', 'talking');
    await inState('agent1', 'wrap-up');
    await hears('caller', ['agent2']);
    await hears('agent2', ['caller']);
    const { transcript, draft } = desk('agent2');
    expect(transcript.some((s) => s.side === 'caller' && s.text !== '')).toBe(true);
    expect(draft?.fields.callerName?.value).toBe('赵敏');
    expect(await desk('agent1').ask('draft.edit', { callId, field: 'callerName', value: '晚了' })).toMatchObject({
      ok: false,
    });
    expect(await desk('agent2').ask('draft.edit', { callId, field: 'callerName', value: '赵敏敏' })).toMatchObject({
      ok: true,
    });
  });

  it('joins as the third; whoever leaves, two remain', async () => {
    await desk('agent2').ask('call.consult', { callId, target: toAgent('1003') });
    await inState('agent3', 'consulted');
    await until('the colleague to have answered', () => Promise.resolve(desk('agent2').call?.party?.answered === true));
    expect(await desk('agent2').ask('call.conference', { callId })).toMatchObject({ ok: true });
    await hears('caller', ['agent2', 'agent3']);
    await hears('agent3', ['caller', 'agent2']);
    desk('agent2').phoneCall?.hangUp();
    await inState('agent3', 'talking');
    await inState('agent2', 'wrap-up');
    await hears('caller', ['agent3']);
  });
});

describe('taking over', () => {
  it('gives the call to the supervisor', async () => {
    await desk('supervisor1').ask('supervise.start', { callId, mode: 'listen' });
    await hears('supervisor1', ['caller', 'agent3']);
    expect(await desk('supervisor1').ask('supervise.take-over', { callId })).toMatchObject({ ok: true });
    await inState('supervisor1', 'talking');
    await inState('agent3', 'wrap-up');
    await hears('caller', ['supervisor1']);
    caller.call.hangUp();
    await inState('supervisor1', 'wrap-up');
  });

  it('and all the rest is on the timeline', async () => {
    const stored = await storedCall(session, '13800138001');
    const told = typesOf(stored);
    const story = [
      'supervision.started',
      'supervision.changed',
      'supervision.ended',
      'consult.started',
      'consult.answered',
      'call.transferred',
      'conference.started',
      'conference.ended',
      'call.taken-over',
      'call.ended',
    ];
    expect(told.filter((type, i) => story.includes(type) && told.indexOf(type) === i)).toEqual(story);
    expect(hotline.output).toContain('call-supervised');
    expect(hotline.output).not.toContain('13800138001');
  });
});

describe('a caller who hangs up in the middle of a consultation', () => {
  it('leaves nobody on the line', async () => {
    await desk('agent1').ask('wrap-up.finish', { callId });
    await desk('agent2').ask('wrap-up.finish', { callId });
    caller = await caller1('13800138002', 'agent1');
    callId = desk('agent1').call?.callId ?? '';
    await desk('agent1').ask('call.consult', { callId, target: toAgent('1002') });
    await inState('agent2', 'consulted');
    caller.call.hangUp();
    await inState('agent1', 'wrap-up');
    await inState('agent2', 'none');
    const phones = [desk('agent1'), desk('agent2')].map((d) => d.phoneCall);
    await until('both phones to be free', () => Promise.resolve(phones.every((p) => p?.outcome !== undefined)));
    expect(phones.map((p) => p?.outcome?.by)).toEqual(['remote', 'remote']);
    await allQuiet(hotline);
  });
});
