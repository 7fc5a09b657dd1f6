/** The line on real SIP: who answers whom, ways out of it, and being called back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { SipPhone, type PhoneEvent } from '../../tools/call/sip-phone.ts';
import type { Ack, AgentProfileView, None, SupervisorDelta, SupervisorView } from '../../server/realtime/protocol.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { Hotline } from '../support/hotline.ts';
import { openSession, until, type Session } from './api.ts';
import { allQuiet, hearsSound, Opened, phoneIn, scriptedAgent, storedCall, typesOf, type Caller } from './rig.ts';

let hotline: Hotline;
let session: Session;
let trunkPort: number;
const opened = new Opened();

const queues = [{ name: 'main', maxLength: 1, overflow: { to: 'queue', queue: 'second' } }, { name: 'second' }];
const waiting = [{ queue: 'main', title: '综合队列', leaveDigit: '9', firstAnnouncementMs: 500 }];

beforeAll(async () => {
  trunkPort = await freeUdpPort();
  hotline = await Hotline.start({
    env: {
      HOTLINE_ASR__ENGINE: 'off',
      HOTLINE_LINE__WRAPUPMS: '300',
      HOTLINE_LINE__WAITING: JSON.stringify(waiting),
      HOTLINE_QUEUES: JSON.stringify(queues),
      HOTLINE_SIP__DIALOUTURI: `sip:{number}@127.0.0.1:${String(trunkPort)}`,
      HOTLINE_CALLBACK__RETRYAFTERMS: '[1000]',
      HOTLINE_CALLBACK__QUIETFROM: '00:00',
      HOTLINE_CALLBACK__QUIETTO: '00:00',
      HOTLINE_CALLBACK__MISSEDAFTERMS: '1000',
    },
  });
  session = await openSession(hotline, 'supervisor1');
}, 90_000);
afterEach(() => opened.close());
afterAll(() => hotline.dispose());

/** Everything a supervisor's page would show, kept up from the deltas. */
class Watcher {
  view: SupervisorView | undefined;
  readonly agent: ScriptedAgent;

  constructor(agent: ScriptedAgent) {
    this.agent = agent;
    agent.page.on('supervisor', (view) => (this.view = view));
    agent.page.on('supervisor.delta', (delta) => {
      if (this.view !== undefined) this.view = merged(this.view, delta);
    });
    agent.page.emit('supervisor.watch', { on: true }, () => undefined);
  }
}

function merged(view: SupervisorView, delta: SupervisorDelta): SupervisorView {
  const { waiting: w, seats: s, callbacks: c, ...rest } = delta;
  return {
    ...view,
    ...rest,
    waiting: list(view.waiting, w, (x) => x.callId),
    seats: list(view.seats, s, (x) => x.agentId),
    callbacks: list(view.callbacks, c, (x) => x.id),
  };
}

function list<T>(
  before: readonly T[],
  delta: { readonly put: readonly T[]; readonly gone: readonly string[] } | undefined,
  idOf: (x: T) => string,
): readonly T[] {
  if (delta === undefined) return before;
  const put = new Set(delta.put.map(idOf));
  return [...before.filter((x) => !put.has(idOf(x)) && !delta.gone.includes(idOf(x))), ...delta.put];
}

const agent = async (name: string, answerAfterMs = 100): Promise<ScriptedAgent> =>
  opened.add(await scriptedAgent(hotline, name, answerAfterMs));

/** Presses 0 in the greeting: a person, at once. */
async function caller(number: string): Promise<Caller> {
  const made = opened.add(await phoneIn(hotline, number));
  made.call.sendDigit('0');
  return made;
}

/** In the line, and hearing music: then digits are heard, too. */
async function waitingCaller(number: string, watcher: Watcher): Promise<Caller> {
  const before = watcher.view?.waiting.length ?? 0;
  const made = await caller(number);
  await until('the caller to stand in the line', () => Promise.resolve((watcher.view?.waiting.length ?? 0) > before));
  await hearsSound(made.call, 'music');
  return made;
}

async function watch(): Promise<Watcher> {
  const watcher = new Watcher(await agent('supervisor1'));
  await watcher.agent.setAvailable(false);
  await until('the view', () => Promise.resolve(watcher.view !== undefined));
  return watcher;
}

const ask = <T>(send: (ack: Ack<T>) => unknown): Promise<unknown> => new Promise((resolve) => void send(resolve));

/** The citizen's telephone, which we ring. */
async function citizen(number: string, onIncoming: 'answer' | 'ring' = 'answer'): Promise<SipPhone> {
  const phone = new SipPhone({ address: '127.0.0.1', user: number, port: trunkPort, onIncoming });
  await phone.start();
  return opened.add(phone);
}

describe('a waiting caller', () => {
  it('leaves the line by a digit', async () => {
    const watcher = await watch();
    const { call } = await waitingCaller('13800000001', watcher);
    call.sendDigit('9');
    expect((await call.ended).by).toBe('remote');
    const stored = await storedCall(session, '13800000001');
    expect(stored.call.endCause).toBe('left-line');
    await allQuiet(hotline);
  }, 40_000);

  it('is called back at the place in the line: first the agent, then the citizen', async () => {
    const watcher = await watch();
    const { call } = await waitingCaller('13800000002', watcher);
    const first = Date.now();
    call.sendDigit('1');
    await call.ended;
    await until('the call-back to stand in the line', () =>
      Promise.resolve(watcher.view?.callbacks.some((c) => c.state === 'in-line')),
    );
    const phone = await citizen('13800000002');
    const rung = phone.next('incoming', 30_000);
    const ringing: number[] = [];
    const one = await agent('agent1', 700);
    one.phone.subscribe((event: PhoneEvent) => {
      if (event.type === 'answered') ringing.push(Date.now());
    });
    const { call: back, fromUser } = await rung;
    expect(ringing).toHaveLength(1);
    expect(fromUser).toBe('12345');
    await hearsSound(back, 'the agent');
    const stored = await until('the call-back to be bridged', async () => {
      const found = await storedCall(session, '13800000002', false);
      return typesOf(found).includes('call.bridged') ? found : undefined;
    });
    const queued = stored.timeline.find((e) => e.type === 'callback.queued');
    expect(Number(queued?.['joinedAtMs'])).toBeLessThan(first);
    expect(typesOf(stored)).not.toContain('queue.joined');
    back.hangUp();
    await allQuiet(hotline);
    // The page is told a moment later.
    await until('the promise to be kept', () => Promise.resolve(watcher.view?.callbacks.length === 0));
  }, 60_000);

  it('who gives up is called back when nobody waits, and again when out; who phones meanwhile is not', async () => {
    const watcher = await watch();
    const gone = await waitingCaller('13800000003', watcher);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    gone.call.hangUp();
    await until('the missed call to be kept', () =>
      Promise.resolve(watcher.view?.callbacks.some((c) => c.reason === 'missed')),
    );
    const phone = await citizen('13800000003', 'ring');
    const rung = phone.next('incoming', 30_000);
    const one = await agent('agent1');
    const { call: busy } = await rung;
    busy.reject(486);
    await until('the try to be counted', () =>
      Promise.resolve(watcher.view?.callbacks.some((c) => c.tries === 1 && c.result === 'busy')),
    );
    await one.setAvailable(false);
    const again = await caller('13800000003');
    await one.setAvailable(true);
    await hearsSound(again.call, 'the agent');
    await until('the promise to be void', () => Promise.resolve(watcher.view?.callbacks.length === 0), 20_000);
    expect(phone.calls).toHaveLength(0);
    again.call.hangUp();
    await allQuiet(hotline);
    const tried = await until('the first try to be stored', async () => {
      const { calls } = (await session.get('/api/calls/recent')) as { calls: { trunk: string; endCause: string }[] };
      return calls.find((c) => c.trunk === 'callback' && c.endCause === 'callback-not-reached');
    });
    expect(tried).toBeDefined();
  }, 60_000);
});

describe('whoever can do it answers', () => {
  it('agents get calls of their own queues only; who finds a full queue is taken by the next one', async () => {
    const watcher = await watch();
    const one = await agent('agent1');
    const id = watcher.view?.seats.find((s) => s.agentNumber === '1001')?.agentId ?? '';
    const profile = (queue: string): AgentProfileView => ({ queues: [queue], skills: {}, seatLevel: 'on-site' });
    const set = (queue: string): Promise<unknown> =>
      ask<None>((ack) => watcher.agent.page.emit('agent.profile', { agentId: id, profile: profile(queue) }, ack));
    await set('second');
    const first = await waitingCaller('13800000004', watcher);
    const answered = one.phone.next('answered', 20_000);
    const second = await caller('13800000005');
    await answered;
    expect(watcher.view?.waiting.map((w) => w.queue)).toContain('main');
    const stored = await until('the move to be stored', async () => {
      const found = await storedCall(session, '13800000005', false);
      return typesOf(found).includes('call.bridged') ? found : undefined;
    });
    expect(stored.timeline.find((e) => e.type === 'queue.joined')?.['queue']).toBe('second');
    second.call.hangUp();
    const taken = one.phone.next('answered', 20_000);
    await set('main');
    await taken;
    first.call.hangUp();
    await allQuiet(hotline);
  }, 60_000);
});
