/** An agent on a poor line has calls on a telephone outside: the trunk is baresip, a SIP phone that we did not write. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ack, AgentView, None, OfferView, Result } from '../../server/realtime/protocol.ts';
import type { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { Baresip } from '../support/baresip.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { Hotline } from '../support/hotline.ts';
import { amplitude, readWav, saveWav, silence, tone } from '../support/speech.ts';
import { openSession, until, type Session } from './api.ts';
import { allQuiet, Opened, phoneIn, scriptedAgent, storedCall, typesOf } from './rig.ts';

const MOBILE = '13900139000';
const CALLER_HZ = 700;
let hotline: Hotline;
let session: Session;
let mobile: Baresip;
const opened = new Opened();

beforeAll(async () => {
  const sipPort = await freeUdpPort();
  hotline = await Hotline.start({
    env: {
      HOTLINE_ASR__ENGINE: 'off',
      HOTLINE_LINE__WRAPUPMS: '300',
      HOTLINE_LINE__AGENTSBYPHONE: 'true',
      HOTLINE_CALLBACK__MISSED: 'false',
      HOTLINE_SIP__DIALOUTURI: `sip:{number}@127.0.0.1:${String(sipPort)}`,
    },
  });
  session = await openSession(hotline, 'supervisor1');
  mobile = await Baresip.start({ number: MOBILE, audio: saveWav(silence(60_000)), sipPort });
}, 90_000);
afterEach(() => opened.close());
afterAll(async () => {
  await mobile.close();
  await hotline.dispose();
});

const ask = <T>(send: (ack: Ack<T>) => unknown): Promise<Result<T>> => new Promise((resolve) => void send(resolve));

/** Available, and every call goes to the mobile telephone. */
async function byPhone(): Promise<ScriptedAgent & { offers: OfferView[] }> {
  const agent = Object.assign(opened.add(await scriptedAgent(hotline, 'agent1')), { offers: [] as OfferView[] });
  agent.page.on('offer', (offer) => agent.offers.push(offer));
  const use = (number: string): Promise<Result<AgentView>> =>
    ask((ack) => agent.page.emit('phone.use', { number }, ack));
  expect(await use('110')).toMatchObject({ ok: false, code: 'bad-request' });
  expect(await use(MOBILE)).toMatchObject({ ok: true, value: { byPhone: true } });
  return agent;
}

async function pickUp(times: number): Promise<void> {
  await until('the mobile to ring', () => Promise.resolve(mobile.output.split(/Incoming call/i).length > times));
  await mobile.accept();
}

const bridged = (number: string): Promise<boolean> =>
  until(`the caller ${number} to be joined`, async () =>
    typesOf(await storedCall(session, number, false)).includes('call.bridged'),
  );

describe('an agent on a telephone outside', () => {
  it('picks up, presses 1 and hears the caller; the number is in no log', async () => {
    const agent = await byPhone();
    const { call } = opened.add(await phoneIn(hotline, '13800000021'));
    call.sendDigit('0');
    await pickUp(1);
    await until('the page to be told', () => Promise.resolve(agent.offers.at(-1)?.byPhone === 'picked-up'));
    expect(agent.phone.calls).toHaveLength(0);
    expect(typesOf(await storedCall(session, '13800000021', false))).not.toContain('call.bridged');
    await mobile.digit('1');
    await bridged('13800000021');
    await call.play(tone(CALLER_HZ, 1_500));
    await mobile.hangUp();
    expect((await call.ended).by).toBe('remote');
    const stored = await storedCall(session, '13800000021');
    expect(typesOf(stored)).toEqual(expect.arrayContaining(['agent.answered', 'wrap-up.started', 'call.ended']));
    const file = await until('what the mobile heard', async () => (await mobile.heard()).at(-1));
    const heard = readWav(file);
    expect(amplitude(heard.subarray(-8_000), CALLER_HZ)).toBeGreaterThan(2_000);
    await allQuiet(hotline);
    expect(hotline.output).not.toContain(MOBILE);
  }, 60_000);

  it('takes the next call on the page; a mailbox that only hangs up pauses the agent and the caller waits on', async () => {
    const agent = await byPhone();
    const { call } = opened.add(await phoneIn(hotline, '13800000022'));
    call.sendDigit('0');
    await pickUp(2);
    const offer = await until('the page to be told', () =>
      Promise.resolve(agent.offers.findLast((o) => o.byPhone === 'picked-up')),
    );
    await ask<None>((ack) => agent.page.emit('offer.accept', { offerId: offer.offerId }, ack));
    await bridged('13800000022');
    call.hangUp();
    await allQuiet(hotline);

    let view: AgentView | undefined;
    agent.page.on('agent', (now) => (view = now));
    const { call: second } = opened.add(await phoneIn(hotline, '13800000023'));
    second.sendDigit('0');
    await pickUp(3);
    // A telephone that refuses while it rings is no mailbox.
    await until('the page to be told of the third', () =>
      Promise.resolve(agent.offers.some((o) => o.byPhone === 'picked-up' && o.offerId !== offer.offerId)),
    );
    await mobile.hangUp();
    await until('the agent to be paused', () => Promise.resolve(view?.pausedBySystem));
    const stored = await storedCall(session, '13800000023', false);
    expect(stored.timeline.find((e) => e.type === 'offer.ended')?.['reason']).toBe('no-answer');
    expect(typesOf(stored)).not.toContain('call.bridged');
    second.hangUp();
    await allQuiet(hotline);
  }, 60_000);
});
