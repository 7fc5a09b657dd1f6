/**
 * The sample flow over real SIP: a caller presses keys (RFC 4733), an agent answers and hangs up, a ticket is asked for
 * by its number. What is proven is what the caller went through, from the call's timeline.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import { tone } from '../support/speech.ts';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import type { Hello, Result, ServerToPage } from '../../server/realtime/protocol.ts';
import { Hotline } from '../support/hotline.ts';
import { openSession, until, type Session } from './api.ts';
import {
  allQuiet,
  hearsSound,
  Opened,
  phoneIn,
  scriptedAgent,
  storedCall,
  typesOf,
  type Caller,
  type StoredCall,
} from './rig.ts';

jest.setTimeout(90_000);

type Event = StoredCall['timeline'][number];
const of = (stored: StoredCall, type: string): Event[] => stored.timeline.filter((e) => e.type === type);
const nodes = (stored: StoredCall): unknown[] => of(stored, 'ivr.entered').map((e) => e['node']);

describe('the call flow', () => {
  const opened = new Opened();
  let hotline: Hotline;
  let flowsDir = '';
  let session: Session;
  /** Three callers go their ways at the same time as the others. */
  let dialect: Promise<StoredCall>;
  let message: Promise<StoredCall>;
  let leaving: Promise<StoredCall>;
  let speaking: Promise<StoredCall>;
  /** Whom the flow passes callers on to. */
  let outside: SipPhone;

  beforeAll(async () => {
    outside = opened.add(new SipPhone({ address: '127.0.0.1', user: '110' }));
    await outside.start();
    flowsDir = await moreThanTheSample(outside.sipPort);
    const env = { HOTLINE_IVR__FLOW: 'more', HOTLINE_IVR__FLOWSDIR: flowsDir };
    hotline = await Hotline.start({ env: { ...env, HOTLINE_ASR__ENGINE: 'scripted', HOTLINE_LINE__WRAPUPMS: '0' } });
    session = await openSession(hotline, 'supervisor1');
    [dialect, message, leaving] = [chooseDialect('13800000002'), leaveMessage('13800000006'), leave('13800000007')];
    speaking = speak('13800000008');
    // Told by the test that waits for it.
    for (const way of [dialect, message, leaving, speaking]) way.catch(() => undefined);
  });

  afterAll(async () => {
    await opened.close();
    await hotline.dispose();
    await rm(flowsDir, { recursive: true, force: true });
  });

  const phone = async (number: string): Promise<Caller> => opened.add(await phoneIn(hotline, number));

  const press = (caller: Caller, digits: string): void => {
    for (const digit of digits) caller.call.sendDigit(digit);
  };

  /** The call of this number as soon as it is as wanted. */
  const when = (number: string, what: string, isSo: (stored: StoredCall) => boolean): Promise<StoredCall> =>
    until(
      `${what} of ${number}`,
      async () => {
        const stored = await storedCall(session, number, false);
        return isSo(stored) && stored;
      },
      30_000,
    );
  const reaches = (number: string, node: string): Promise<StoredCall> =>
    when(number, node, (stored) => nodes(stored).includes(node));
  const has = (number: string, type: string): Promise<StoredCall> =>
    when(number, type, (stored) => typesOf(stored).includes(type));

  async function chooseDialect(number: string): Promise<StoredCall> {
    const caller = await phone(number);
    await reaches(number, 'menu');
    press(caller, '2');
    await reaches(number, 'dialect');
    press(caller, '2');
    const stored = await has(number, 'queue.joined');
    caller.call.hangUp();
    return stored;
  }

  async function leaveMessage(number: string): Promise<StoredCall> {
    const caller = await phone(number);
    await reaches(number, 'menu');
    press(caller, '4');
    await has(number, 'recording.started');
    // Long enough to be a message.
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    caller.call.hangUp();
    await has(number, 'recording.finished');
    return has(number, 'call.ended');
  }

  async function leave(number: string): Promise<StoredCall> {
    const caller = await phone(number);
    await reaches(number, 'menu');
    press(caller, '1');
    await reaches(number, 'ticket-number');
    press(caller, '202');
    caller.call.hangUp();
    return has(number, 'call.ended');
  }

  /** Says something; the scripted recogniser hears 投诉 in any sound. */
  async function speak(number: string): Promise<StoredCall> {
    const caller = await phone(number);
    await reaches(number, 'menu');
    press(caller, '6');
    await reaches(number, 'matter-6');
    const reached = outside.next('answered', 30_000);
    void caller.call.play(tone(500, 4_000));
    const { call } = await reached;
    void call.play(tone(900, 3_000));
    await has(number, 'transfer.answered');
    await hearsSound(caller.call, 'whoever was called');
    call.hangUp();
    return has(number, 'call.ended');
  }

  it('leads to the line at once with 0', async () => {
    const number = '13800000001';
    const caller = await phone(number);
    press(caller, '0');
    expect(nodes(await has(number, 'queue.joined'))).toEqual(['greeting', 'line']);
    caller.call.hangUp();
    expect(typesOf(await storedCall(session, number))).toContain('queue.left');
  });

  it('takes the dialect that was chosen along into the line', async () => {
    const stored = await dialect;
    expect(of(stored, 'ivr.language-chosen')).toEqual([expect.objectContaining({ dialect: 'wu' })]);
    expect(of(stored, 'queue.joined')).toEqual([expect.objectContaining({ queue: 'main', dialect: 'wu' })]);
  });

  it('leaves nothing behind when the caller hangs up at a node', async () => {
    const stored = await leaving;
    expect(of(stored, 'ivr.left')).toEqual([expect.objectContaining({ node: 'ticket-number', to: 'caller-gone' })]);
    expect(typesOf(stored).at(-1)).toBe('call.ended');
  });

  it('takes a spoken word for a key, and passes the caller on to another number', async () => {
    const stored = await speaking;
    expect(nodes(stored).slice(-2)).toEqual(['matter-6', 'out']);
    expect(of(stored, 'call.transferred')).toHaveLength(1);
    expect(stored.call.endCause).toBe('party-hung-up');
    // What was said to the flow is not kept.
    expect(typesOf(stored)).not.toContain('speech.final');
  });

  it('turns a message into a draft for whoever is free next', async () => {
    const stored = await message;
    expect(typesOf(stored)).toEqual(expect.arrayContaining(['ivr.voicemail-left', 'recording.finished']));
    expect(typesOf(stored)).not.toContain('queue.joined');
    const agent = opened.add(await scriptedAgent(hotline, 'agent2', 100));
    await agent.setAvailable(false);
    const { drafts } = await until('the draft to be the agent’s', async () => {
      const mine = await openDrafts(hotline, 'agent2');
      return mine.drafts.length > 0 && mine;
    });
    expect(drafts).toEqual([stored.call.callId]);
  });

  it('tells where a ticket stands, and asks for a rating when the agent has hung up', async () => {
    const [first, second] = ['13800000003', '13800000005'];
    const agent = opened.add(await scriptedAgent(hotline, 'agent1', 100));
    const caller = await phone(first);
    press(caller, '0');
    const { call: agentsCall } = await agent.phone.next('answered', 30_000);
    const { call } = await has(first, 'call.bridged');
    const asking = await phone(second);
    const number = await makeTicket(agent, call.callId);
    agentsCall.hangUp();
    await reaches(first, 'rate');
    press(caller, '2');
    await when(first, 'why', (now) => of(now, 'prompt.started').some((e) => e['prompt'] === 'ask-why'));
    press(caller, '1');
    await reaches(second, 'menu');
    press(asking, '1');
    await reaches(second, 'ticket-number');
    press(asking, number.replaceAll(/\D/g, ''));
    const told = await reaches(second, 'goodbye');
    expect(of(told, 'ivr.progress-told')).toEqual([expect.objectContaining({ found: true, state: 'accepted' })]);
    const said = of(told, 'prompt.started').map((e) => String(e['prompt']));
    expect(said.at(-2)).toMatch(/^ticket-before\+number-.*\+date-day\+ticket-state\+state-accepted$/);

    expect((await caller.call.ended).by).toBe('remote');
    const stored = await storedCall(session, first);
    expect(of(stored, 'ivr.rated')).toEqual([expect.objectContaining({ score: 2, reason: '等待太久' })]);
    expect(stored.call.endCause).toBe('agent-hung-up');
    asking.call.hangUp();
    await allQuiet(hotline);
    expect(hotline.output).not.toContain('1380000');
  });
});

/** A folder with the sample flow and two more nodes. */
async function moreThanTheSample(sipPort: number): Promise<string> {
  const sample = await readFile('ivr/flows/full-service.yaml', 'utf8');
  const more = [
    '  matter-6: { type: speech, prompts: [number-1], branches: [{ words: [投诉], next: out }], otherwise: line }',
    `  out: { type: transfer, to: 'sip:110@127.0.0.1:${String(sipPort)}', otherwise: line }`,
  ];
  const dir = await mkdtemp(join(tmpdir(), 'flows-'));
  const flow = `${sample.replace("'5': call-back", "'5': call-back, '6': matter-6")}${more.join('\n')}\n`;
  await writeFile(join(dir, 'more.yaml'), flow.replace('name: full-service', 'name: more'));
  return dir;
}

/** What the page does, without a page. */
async function makeTicket({ page }: ScriptedAgent, callId: string): Promise<string> {
  const fields = [
    ['kind', 'complaint'],
    ['classId', 'c010101'],
    ['streetId', 'binjiang'],
    ['departmentId', 'cg'],
    ['summary', '油烟扰民'],
  ] as const;
  for (const [field, value] of fields) {
    await done<unknown>((ack) => page.emit('draft.edit', { callId, field, value }, ack));
  }
  const { number } = await done<{ number: string }>((ack) => page.emit('ticket.confirm', { callId }, ack));
  return number;
}

function done<T>(send: (ack: (result: Result<T>) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((result) => {
      if (result.ok) resolve(result.value);
      else reject(new Error(`refused: ${result.message}`));
    });
  });
}

/** What the page of this agent would show. */
async function openDrafts(hotline: Hotline, name: string): Promise<{ drafts: readonly string[] }> {
  const { login, password } = hotline.login(name);
  const answer = await fetch(`${hotline.url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password }),
  });
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const page: Socket<ServerToPage> = io(hotline.url, {
    ...{ path: '/socket', transports: ['websocket'], extraHeaders: { cookie } },
  });
  try {
    const hello = await new Promise<Hello>((resolve) => page.once('hello', resolve));
    return { drafts: hello.openDrafts.map((draft) => draft.callId) };
  } finally {
    page.disconnect();
  }
}
