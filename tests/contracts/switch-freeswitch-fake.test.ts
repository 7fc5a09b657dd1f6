/** The FreeSWITCH adapter on a FreeSWITCH of words: everything that needs no media, and every fault of the link. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { FreeswitchSwitch } from '../../telephony/freeswitch/freeswitch-switch.ts';
import type { OriginateRequest, SwitchEvent } from '../../telephony/ports/switch.ts';
import { FakeFreeswitch, type FakeChannel } from '../support/fake-freeswitch.ts';
import { until } from './switch-harness.ts';

jest.setTimeout(30_000);

const HOST = '127.0.0.1';
const logger = pino({ enabled: false });
let fake: FakeFreeswitch;
let sw: FreeswitchSwitch;
let events: SwitchEvent[];

const make = (): FreeswitchSwitch =>
  new FreeswitchSwitch({
    name: 'fs1',
    eventSocket: { host: HOST, port: fake.port, password: fake.password },
    domain: 'hotline.test',
    profiles: { trunk: 'trunk', endpoints: 'internal' },
    outboundProxy: null,
    directory: {
      find: (username) => ({
        ...{ username, endpointId: `agent:${username}`, role: 'agent', ha1Md5: '', ha1Sha256: '', expiresAtMs: 9e15 },
      }),
    },
    tap: { mode: 'auto', bind: HOST, advertisedAddress: HOST, wsPort: 0, sipPort: 0 },
    ...{ logger, newId: randomUUID, backoffMs: { min: 20, max: 100 }, commandTimeoutMs: 1_000, qualityEveryMs: 50 },
  });

beforeEach(async () => {
  fake = new FakeFreeswitch();
  await fake.start();
  sw = make();
  events = [];
  sw.subscribe((event) => events.push(event));
  await sw.start();
});
afterEach(async () => {
  await sw.close();
  await fake.stop();
});

const seen = async (type: SwitchEvent['type'], legId?: string): Promise<SwitchEvent> => {
  const find = (): SwitchEvent | undefined =>
    events.find((e) => e.type === type && (legId === undefined || ('legId' in e && e.legId === legId)));
  await until(
    () => find() !== undefined,
    5_000,
    () => `no ${type}; seen: ${events.map((e) => e.type).join(' ')}`,
  );
  const event = find();
  if (event === undefined) throw new Error('unreachable');
  return event;
};
const caller = async (): Promise<FakeChannel> => {
  const channel = fake.incoming();
  await seen('leg.incoming', channel.uuid);
  await sw.answer(channel.uuid);
  await seen('leg.answered', channel.uuid);
  return channel;
};
const request = (more: Partial<OriginateRequest> = {}): OriginateRequest => ({
  legId: randomUUID(),
  target: { type: 'uri', uri: 'sip:5000@127.0.0.1:5099' },
  from: { user: '12345' },
  ringMs: 5_000,
  mediaTimeoutMs: 5_000,
  ...more,
});
const dialled = async (): Promise<string> => {
  const { legId, ...rest } = request();
  await sw.originate({ legId, ...rest });
  await seen('leg.answered', legId);
  return legId;
};
const typesOf = (legId: string): string[] => events.flatMap((e) => ('legId' in e && e.legId === legId ? [e.type] : []));

describe('quality', () => {
  const counters = (channel: FakeChannel, received: number, sent: number, flaws: number): void => {
    channel.variables['rtp_audio_in_packet_count'] = String(received);
    channel.variables['rtp_audio_out_packet_count'] = String(sent);
    channel.variables['rtp_audio_in_flaw_total'] = String(flaws);
    channel.variables['rtp_audio_in_jitter_min_variance'] = '4.00';
  };
  const told = (isFinal: boolean): Extract<SwitchEvent, { type: 'leg.quality' }>[] =>
    events.flatMap((e) => (e.type === 'leg.quality' && e.isFinal === isFinal ? [e] : []));

  it('is told of the last seconds and, at the end, of the whole leg', async () => {
    const channel = await caller();
    counters(channel, 250, 240, 0);
    await until(
      () => told(false).length > 0,
      5_000,
      () => 'no quality',
    );
    expect(told(false)[0]).toMatchObject({
      legId: channel.uuid,
      said: { packets: 250, lostPackets: 0, jitterMs: 2 },
      heard: undefined,
      roundTripMs: undefined,
    });
    fake.report(channel, 'SEND_RTCP_MESSAGE', { 'Source-Lost': '25', 'Source-Jitter': '80' });
    fake.report(channel, 'RECV_RTCP_MESSAGE', { 'Source0-Lost': '5', 'Source0-Jitter': '240', 'Rtt0-Avg': '0.080000' });
    counters(channel, 475, 490, 99);
    const seenBefore = told(false).length;
    await until(
      () => told(false).some((e) => e.said.lostPackets > 0),
      5_000,
      () => `no new quality after ${seenBefore}`,
    );
    const event = told(false).find((e) => e.said.lostPackets > 0);
    expect(event).toMatchObject({
      said: { packets: 225, lostPackets: 25, jitterMs: 10 },
      heard: { packets: 245, lostPackets: 5, jitterMs: 30 },
      roundTripMs: 80,
    });
    expect(event?.said.mos).toBeGreaterThan(1);
    expect(event?.said.mos).toBeLessThan(event?.heard?.mos ?? 0);
    expect(event?.heard?.mos).toBeLessThan(4.4);
    fake.hangup(channel);
    await seen('leg.ended', channel.uuid);
    expect(told(true)).toEqual([
      expect.objectContaining({ said: expect.objectContaining({ packets: 475, lostPackets: 25 }) }),
    ]);
    expect(typesOf(channel.uuid).slice(-2)).toEqual(['leg.quality', 'leg.ended']);
  });
});

describe('legs', () => {
  it('tells, answers, marks and lists an incoming call', async () => {
    const channel = fake.incoming('13800138000', {
      ...{ sip_from_display: '"李明"', hl_trunk: 'carrier' },
      ...{ 'sip_h_X-Case': 'A 1', 'sip_h_X-Long': 'x'.repeat(257), 'sip_P-Asserted-Identity': '13800138000' },
      sip_h_Diversion: '<sip:12319@carrier.example>;reason=unconditional',
    });
    expect(await seen('leg.incoming')).toEqual({
      type: 'leg.incoming',
      legId: channel.uuid,
      from: '13800138000',
      fromDisplayName: '李明',
      to: '12345',
      origin: { type: 'trunk', trunk: 'carrier' },
      callerIdentity: 'asserted',
      diversions: [{ user: '12319', reason: 'unconditional' }],
      headers: { 'x-case': 'A 1' },
    });
    await sw.ring(channel.uuid);
    await sw.answer(channel.uuid);
    await sw.setMarks(channel.uuid, { call_id: 'c;1=,{x} 号', empty: '' });
    expect(channel.variables['hl_m_call_id']).toMatch(/^[A-Za-z0-9%._-]+$/);
    expect(await sw.list()).toEqual([
      {
        ...{ legId: channel.uuid, state: 'parked', direction: 'inbound', peerLegId: undefined },
        marks: { call_id: 'c;1=,{x} 号', empty: '' },
      },
    ]);
  });

  it('joins, parks, and parks whoever is left', async () => {
    const a = await caller();
    const b = await dialled();
    await sw.bridge(a.uuid, b);
    expect(await seen('leg.bridged', a.uuid)).toMatchObject({ peerLegId: b });
    await sw.park(a.uuid);
    await seen('leg.parked', b);
    const c = await dialled();
    await sw.bridge(a.uuid, b);
    await sw.bridge(a.uuid, c);
    expect(typesOf(a.uuid).filter((t) => t === 'leg.parked')).toHaveLength(1);
    expect(typesOf(b).filter((t) => t === 'leg.parked')).toHaveLength(2);
    const channel = fake.channels.get(c);
    if (channel === undefined) throw new Error('the channel is gone');
    fake.hangup(channel);
    await seen('leg.ended', c);
    await until(
      () => typesOf(a.uuid).filter((t) => t === 'leg.parked').length === 2,
      3_000,
      () => 'the caller was not parked',
    );
  });

  it.each([
    ['USER_BUSY', 486, 'busy'],
    ['CALL_REJECTED', 603, 'rejected'],
    ['UNALLOCATED_NUMBER', 404, 'not-found'],
    ['NORMAL_TEMPORARY_FAILURE', 503, 'congestion'],
    ['NO_USER_RESPONSE', 480, 'unavailable'],
    ['INCOMPATIBLE_DESTINATION', 488, 'incompatible-media'],
  ])('maps %s', async (refuse, status, cause) => {
    fake.farEnd = { refuse, status };
    const dial = request();
    await sw.originate(dial);
    expect(await seen('leg.ended', dial.legId)).toMatchObject({ cause, by: 'remote', sipStatus: status });
  });

  it('keeps the ringing time itself', async () => {
    fake.farEnd = 'ring';
    const dial = request({ ringMs: 200 });
    await sw.originate(dial);
    await seen('leg.ringing', dial.legId);
    expect(await seen('leg.ended', dial.legId)).toMatchObject({ cause: 'no-answer', by: 'local' });
  });

  it('plays one after the other, stops, and tells what is missing', async () => {
    const a = await caller();
    await sw.play(a.uuid, { playId: 'p', files: ['/x/1.wav'], repeat: 'once' });
    await seen('play.started', a.uuid);
    fake.played(a);
    expect(await seen('play.finished', a.uuid)).toMatchObject({ playId: 'p', reason: 'completed' });
    await sw.play(a.uuid, { playId: 'm', files: ['/x/music.wav'], repeat: 'forever' });
    await sw.play(a.uuid, { playId: 'q', files: ['/x/missing.wav'], repeat: 'once' });
    await until(
      () => events.filter((e) => e.type === 'play.finished').length === 3,
      3_000,
      () => 'plays are not told finished',
    );
    expect(events.filter((e) => e.type === 'play.finished').map((e) => `${e.playId} ${e.reason}`)).toEqual([
      'p completed',
      'm stopped',
      'q failed',
    ]);
  });

  it('follows registrations', async () => {
    fake.registered('u1', 'sofia::register', 'call-1');
    expect(await seen('endpoint.registered')).toMatchObject({ endpointId: 'agent:u1' });
    fake.registered('u1', 'sofia::register', 'call-2');
    fake.registered('u1', 'sofia::unregister', 'call-1');
    fake.registered('u1', 'sofia::expire', 'call-2');
    await seen('endpoint.unregistered');
    expect(events.filter((e) => e.type.startsWith('endpoint.'))).toHaveLength(2);
  });

  it('lets no header or name become a command', async () => {
    const dial = request({
      from: { user: "1'}{x", displayName: "a',b=c}\r\n${x}" },
      headers: { 'X-A': "v'} &hangup" },
    });
    await sw.originate(dial);
    await seen('leg.answered', dial.legId);
    const command = fake.commands.find((c) => c.startsWith('bgapi originate')) ?? '';
    expect(command.split('\n')[0]).toMatch(
      /^bgapi originate \{[^{}]*\}sofia\/trunk\/5000@127\.0\.0\.1:5099 &park\(\)$/,
    );
    await expect(sw.originate(request({ target: { type: 'uri', uri: 'sip:a@b &x' } }))).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(sw.originate(request({ headers: { Via: 'x' } }))).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('faults', () => {
  it('understands every word for a channel that is gone', async () => {
    const a = await caller();
    const b = await dialled();
    fake.channels.delete(a.uuid);
    const gone = { code: 'no-such-leg' };
    await expect(sw.bridge(a.uuid, b)).rejects.toMatchObject(gone);
    await expect(sw.setMarks(a.uuid, { a: '1' })).rejects.toMatchObject(gone);
    await expect(sw.startRecording(a.uuid, '/tmp/x.wav')).rejects.toMatchObject(gone);
    await expect(sw.play(a.uuid, { playId: 'x', files: ['/x.wav'], repeat: 'once' })).rejects.toMatchObject(gone);
    await sw.hangup(a.uuid, 'normal');
    expect(await seen('leg.ended', a.uuid)).toMatchObject({ by: 'local', cause: 'normal' });
    const late = fake.incoming();
    await seen('leg.incoming', late.uuid);
    fake.channels.delete(late.uuid);
    await expect(sw.answer(late.uuid)).rejects.toMatchObject(gone);
  });

  it('finds out what happened while the link was cut', async () => {
    const a = await caller();
    const b = await dialled();
    const c = await dialled();
    await sw.setMarks(a.uuid, { call_id: 'c1' });
    await sw.bridge(a.uuid, b);
    await fake.stop();
    await until(
      () => sw.state === 'down',
      3_000,
      () => 'the cut was not seen',
    );
    await expect(sw.setMarks(a.uuid, { x: 'y' })).rejects.toMatchObject({ code: 'closed' });
    fake.channels.delete(c);
    const new1 = fake.incoming('139');
    await fake.start();
    await seen('leg.incoming', new1.uuid);
    expect(await seen('leg.ended', c)).toMatchObject({ by: 'remote' });
    expect(typesOf(a.uuid)).toEqual(['leg.incoming', 'leg.answered', 'leg.bridged']);
    expect((await sw.list()).find((l) => l.legId === a.uuid)).toMatchObject({
      state: 'bridged',
      marks: { call_id: 'c1' },
    });
  });

  it('is adopted by the next process with marks and state', async () => {
    const a = await caller();
    const b = await dialled();
    await sw.setMarks(a.uuid, { call_id: 'c1' });
    await sw.bridge(a.uuid, b);
    await sw.detach();
    const next = make();
    await next.start();
    const legs = await next.list();
    expect(legs).toHaveLength(2);
    expect(legs.find((l) => l.legId === a.uuid)).toEqual({
      ...{ legId: a.uuid, state: 'bridged', direction: 'inbound', peerLegId: b },
      marks: { call_id: 'c1' },
    });
    await next.park(a.uuid);
    await next.close();
    expect(fake.channels.size).toBe(0);
  });

  it('takes up the calls of a FreeSWITCH that was restarted: marks and prompts again, the lost ones told', async () => {
    const a = await caller();
    const b = await caller();
    await sw.setMarks(a.uuid, { call_id: 'c1' });
    await sw.play(a.uuid, { playId: 'm', files: ['/x/music.wav'], repeat: 'forever' });
    await fake.stop();
    fake.reborn([a]);
    fake.commands.length = 0;
    await fake.start();
    expect(await seen('leg.ended', b.uuid)).toMatchObject({ cause: 'failed' });
    await until(
      () => fake.commands.some((c) => c.includes('playback')) && a.variables['hl_m_call_id'] === 'c1',
      3_000,
      () => 'the call was not restored',
    );
    expect(fake.commands).toContain('api sofia recover');
    expect(typesOf(a.uuid)).not.toContain('leg.ended');
  });

  it('gives up on a command that is not answered, and keeps replies in order', async () => {
    const a = await caller();
    fake.freeze(true);
    await expect(sw.setMarks(a.uuid, { a: '1' })).rejects.toMatchObject({ code: 'media-failed' });
    fake.freeze(false);
    await sw.setMarks(a.uuid, { a: '2' });
    expect(a.variables['hl_m_a']).toBe('2');
  });

  it('survives 100,000 events in one burst', async () => {
    const a = await caller();
    const body = JSON.stringify({
      'Event-Name': 'DTMF',
      'Unique-ID': a.uuid,
      'DTMF-Digit': '1',
      'DTMF-Duration': '800',
    });
    fake.burst(Buffer.from(`Content-Length: ${body.length}\nContent-Type: text/event-json\n\n${body}`), 100_000);
    await until(
      () => events.filter((e) => e.type === 'leg.digit').length === 100_000,
      20_000,
      () => 'events are missing',
    );
    await sw.hangup(a.uuid, 'normal');
    expect(typesOf(a.uuid).at(-1)).toBe('leg.ended');
  });
});
