/**
 * The sample flow over real SIP: a caller presses keys (RFC 4733), an agent answers and hangs up, a ticket is asked for
 * by its number. What is proven is what the caller went through, from the call's timeline.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { Hotline } from '../support/hotline.ts';
import { openSession, until, type Session } from './api.ts';
import { allQuiet, Opened, phoneIn, scriptedAgent, storedCall, typesOf, type Caller, type StoredCall } from './rig.ts';

jest.setTimeout(90_000);

type Event = StoredCall['timeline'][number];
const of = (stored: StoredCall, type: string): Event[] => stored.timeline.filter((e) => e.type === type);
const nodes = (stored: StoredCall): unknown[] => of(stored, 'ivr.entered').map((e) => e['node']);

describe('the call flow', () => {
  const opened = new Opened();
  let hotline: Hotline;
  let session: Session;

  beforeAll(async () => {
    hotline = await Hotline.start({ env: { HOTLINE_IVR__FLOW: 'full-service', HOTLINE_ASR__ENGINE: 'off' } });
    session = await openSession(hotline, 'supervisor1');
    // They hear the greeting at the same time.
    const [dialect, progress, message, leaving] = await Promise.all(
      ['02', '05', '06', '07'].map((n) => phone(`138000000${n}`)),
    );
    Object.assign(callers, { dialect, progress, message, leaving });
  });

  afterAll(async () => {
    await opened.close();
    await hotline.dispose();
  });

  const callers = {} as Readonly<Record<'dialect' | 'progress' | 'message' | 'leaving', Caller>>;
  const phone = async (number: string): Promise<Caller> => opened.add(await phoneIn(hotline, number));

  /** Until the caller of this number has been through a node. */
  const reaches = (number: string, node: string): Promise<StoredCall> =>
    until(`${number} to reach ${node}`, async () => {
      const stored = await storedCall(session, number, false).catch(() => undefined);
      return stored !== undefined && nodes(stored).includes(node) && stored;
    });

  const press = (caller: Caller, digits: string): void => {
    for (const digit of digits) caller.call.sendDigit(digit);
  };

  it('leads to the line at once with 0', async () => {
    const caller = await phone('13800000001');
    press(caller, '0');
    const stored = await until('the line', async () => {
      const now = await storedCall(session, '13800000001', false);
      return typesOf(now).includes('queue.joined') && now;
    });
    expect(nodes(stored)).toEqual(['greeting', 'line']);
    caller.call.hangUp();
    const ended = await storedCall(session, '13800000001');
    expect(typesOf(ended)).toContain('queue.left');
  });

  it('takes the dialect that was chosen along into the line', async () => {
    const caller = callers.dialect;
    await reaches('13800000002', 'menu');
    press(caller, '2');
    await reaches('13800000002', 'dialect');
    press(caller, '2');
    const stored = await until('the line', async () => {
      const now = await storedCall(session, '13800000002', false);
      return typesOf(now).includes('queue.joined') && now;
    });
    expect(of(stored, 'ivr.language-chosen')).toEqual([expect.objectContaining({ dialect: 'wu' })]);
    expect(of(stored, 'queue.joined')).toEqual([expect.objectContaining({ queue: 'main', dialect: 'wu' })]);
    caller.call.hangUp();
    await storedCall(session, '13800000002');
  });

  it('asks for a rating after the agent has hung up, and keeps it', async () => {
    const agent: ScriptedAgent = await scriptedAgent(hotline, 'agent1', 100);
    try {
      const caller = await phone('13800000003');
      press(caller, '0');
      const { call: agentsCall } = await agent.phone.next('answered', 30_000);
      await until('the talk', async () =>
        typesOf(await storedCall(session, '13800000003', false)).includes('call.bridged'),
      );
      agentsCall.hangUp();
      await reaches('13800000003', 'rate');
      press(caller, '2');
      await until('the question why', async () => {
        const now = await storedCall(session, '13800000003', false);
        return of(now, 'prompt.started').some((e) => e['prompt'] === 'ask-why');
      });
      press(caller, '1');
      expect((await caller.call.ended).by).toBe('remote');
      const stored = await storedCall(session, '13800000003');
      expect(of(stored, 'ivr.rated')).toEqual([expect.objectContaining({ score: 2, reason: '等待太久' })]);
      expect(stored.call.endCause).toBe('agent-hung-up');
    } finally {
      await agent.close();
    }
  });

  it('tells where a ticket stands', async () => {
    const agent: ScriptedAgent = await scriptedAgent(hotline, 'agent1', 100);
    let number = '';
    try {
      const first = await phone('13800000004');
      press(first, '0');
      await agent.phone.next('answered', 30_000);
      const { call } = await until('the talk', async () => {
        const now = await storedCall(session, '13800000004', false);
        return typesOf(now).includes('call.bridged') && now;
      });
      number = await makeTicket(agent, call.callId);
      first.call.hangUp();
    } finally {
      await agent.close();
    }
    const caller = callers.progress;
    await reaches('13800000005', 'menu');
    press(caller, '1');
    await reaches('13800000005', 'ticket-number');
    press(caller, number.replaceAll(/\D/g, ''));
    const stored = await reaches('13800000005', 'goodbye');
    expect(of(stored, 'ivr.progress-told')).toEqual([expect.objectContaining({ found: true, state: 'accepted' })]);
    const said = of(stored, 'prompt.started').map((e) => String(e['prompt']));
    expect(said.some((p) => p.startsWith('ticket-before+number-') && p.endsWith('ticket-state+state-accepted'))).toBe(
      true,
    );
    caller.call.hangUp();
  });

  it('turns a message into a draft for whoever is free next', async () => {
    const caller = callers.message;
    await reaches('13800000006', 'menu');
    press(caller, '4');
    await until('the recording', async () =>
      typesOf(await storedCall(session, '13800000006', false)).includes('recording.started'),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    caller.call.hangUp();
    const stored = await storedCall(session, '13800000006');
    expect(of(stored, 'ivr.voicemail-left')).toHaveLength(1);
    await until('the recording to end', async () =>
      typesOf(await storedCall(session, '13800000006')).includes('recording.finished'),
    );
    const agent: ScriptedAgent = await scriptedAgent(hotline, 'agent2', 100);
    try {
      const given = await new Promise<{ callId: string }>((resolve) => {
        agent.page.once('draft.given', resolve);
        void agent.setAvailable(false).then(() => agent.setAvailable(true));
      }).catch(() => ({ callId: '' }));
      expect(given.callId).toBe(stored.call.callId);
    } finally {
      await agent.close();
    }
  });

  it('leaves nothing behind when the caller hangs up at a node', async () => {
    const caller = callers.leaving;
    await reaches('13800000007', 'menu');
    press(caller, '1');
    await reaches('13800000007', 'ticket-number');
    press(caller, '202');
    caller.call.hangUp();
    const stored = await storedCall(session, '13800000007');
    expect(of(stored, 'ivr.left')).toEqual([expect.objectContaining({ node: 'ticket-number', to: 'caller-gone' })]);
    expect(typesOf(stored).at(-1)).toBe('call.ended');
    await allQuiet(hotline);
    expect(hotline.output).not.toContain('1380000');
  });
});

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
    const saved = await page.timeout(10_000).emitWithAck('draft.edit', { callId, field, value });
    if (!saved.ok) throw new Error(`${field} was refused: ${saved.message}`);
  }
  const confirmed = await page.timeout(10_000).emitWithAck('ticket.confirm', { callId });
  if (!confirmed.ok) throw new Error(`no ticket: ${confirmed.message}`);
  return confirmed.value.number;
}
