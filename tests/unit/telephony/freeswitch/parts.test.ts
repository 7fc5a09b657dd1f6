import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { ChannelCore } from '../../../../telephony/freeswitch/channel-core.ts';
import { channelEnd } from '../../../../telephony/freeswitch/causes.ts';
import { directoryAnswer } from '../../../../telephony/freeswitch/directory-http.ts';
import { endpointDial, originateCommand, uriDial } from '../../../../telephony/freeswitch/dial-string.ts';
import { LegTable, newLeg, type Leg } from '../../../../telephony/freeswitch/leg.ts';
import { LegReaper } from '../../../../telephony/freeswitch/leg-reaper.ts';
import { decodeValue, encodeValue, markVariables, readMarks } from '../../../../telephony/freeswitch/marks.ts';
import { Registrations } from '../../../../telephony/freeswitch/registrations.ts';
import { StereoSplitter } from '../../../../telephony/freeswitch/taps/stereo-splitter.ts';
import { TapTimeline } from '../../../../telephony/freeswitch/taps/tap-timeline.ts';
import type { EndpointCredential, LegSnapshot, SwitchEvent } from '../../../../telephony/ports/switch.ts';

describe('marks', () => {
  it('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = text.replaceAll(/\p{Surrogate}/gu, '');
        const encoded = encodeValue(value);
        expect(encoded).toMatch(/^[A-Za-z0-9%._~-]+$/);
        expect(decodeValue(encoded)).toBe(value);
      }),
    );
  });

  it('are told from other variables', () => {
    const variables = markVariables({ call_id: 'c 1', empty: '' });
    const fields = Object.fromEntries(Object.entries(variables).map(([k, v]) => [`variable_${k}`, v]));
    expect(readMarks({ ...fields, variable_other: 'x' })).toEqual({ call_id: 'c 1', empty: '' });
    expect(decodeValue('%zz')).toBe('%zz');
  });
});

describe('dial strings', () => {
  const request = {
    legId: 'a1b2c3d4-0000',
    target: { type: 'uri', uri: 'sip:x@y' },
    ringMs: 1_500,
    mediaTimeoutMs: 0,
  } as const;

  it('hold nothing that ends a list', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'binary', maxLength: 60 }),
        (name, value) => {
          const command = originateCommand(
            { ...request, from: { user: '1', displayName: name }, headers: { 'X-A': value } },
            'sofia/trunk/a@b',
          );
          expect(command).toMatch(/^originate \{[^{}\r\n]*\}sofia\/trunk\/a@b &park\(\)$/);
          expect((command.match(/'/g) ?? []).length % 2).toBe(0);
          expect((command.match(/='/g) ?? []).length * 2).toBe((command.match(/'/g) ?? []).length);
        },
      ),
    );
  });

  it('go through the edge when there is one, and refuse what is no address', () => {
    expect(uriDial('sip:1@h:5060', 'trunk', 'edge:5060')).toBe('sofia/trunk/1@h:5060;fs_path=sip:edge:5060');
    expect(endpointDial('agent-1', 'internal', 'hotline.local')).toBe('sofia/internal/agent-1%hotline.local');
    for (const uri of ['sip:a b@h', 'sip:a@h}x', 'tel:1', 'sip:a@h &x', 'sip:a@h\n'])
      expect(() => uriDial(uri, 'trunk', null)).toThrow('bad-request');
    expect(() => endpointDial('a%b', 'internal', 'd')).toThrow('bad-request');
    expect(() => originateCommand({ ...request, legId: "x'}", from: { user: '1' } }, 'x')).toThrow('bad-request');
  });
});

describe('the last one in a conference', () => {
  const leaves = (move: (a: Leg, b: Leg) => void): readonly string[] => {
    const legs = new LegTable();
    const core = new ChannelCore(legs);
    const [a, b] = ['a', 'b'].map((legId) => {
      const leg = legs.add(newLeg({ legId, direction: 'inbound', state: 'conferenced' }));
      leg.conferenceId = 'c1';
      return leg;
    });
    if (a === undefined || b === undefined) throw new Error('two legs were made');
    move(a, b);
    const fields = { 'Unique-ID': 'a', Action: 'del-member', 'Conference-Name': 'c1' };
    return core.on({ name: 'conference::maintenance', fields, body: '' }).map((effect) => effect.type);
  };

  it('is parked when the other one goes', () => {
    expect(leaves(() => undefined)).toEqual(['leave-conference']);
  });

  it('is left alone when both are on their way into a bridge', () => {
    expect(
      leaves((a, b) => {
        a.joining = 'b';
        b.joining = 'b';
      }),
    ).toEqual([]);
  });
});

describe('ends of channels', () => {
  it.each([
    [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_hangup_disposition: 'recv_bye' }, undefined, 'normal remote 0'],
    [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_hangup_disposition: 'recv_bye' }, 'busy', 'normal remote 0'],
    [{ 'Hangup-Cause': 'USER_BUSY', variable_sip_hangup_disposition: 'send_refuse' }, 'busy', 'busy local 0'],
    [{ 'Hangup-Cause': 'MEDIA_TIMEOUT', variable_sip_hangup_disposition: 'send_bye' }, undefined, 'media-lost local 0'],
    [{ 'Hangup-Cause': 'MEDIA_TIMEOUT' }, undefined, 'media-lost local 0'],
    [{ 'Hangup-Cause': 'SOMETHING_NEW', variable_sip_hangup_disposition: 'recv_bye' }, undefined, 'failed remote 0'],
  ] as const)('%j', (fields, asked, expected) => {
    const { cause, by, sipStatus } = channelEnd(fields, asked);
    expect(`${cause} ${by} ${sipStatus}`).toBe(expected);
  });
});

describe('directory', () => {
  const credential: EndpointCredential = {
    ...{ username: 'u"1', endpointId: 'agent:<1>', role: 'agent', ha1Md5: 'abc', ha1Sha256: 'def', expiresAtMs: 1_000 },
  };
  const options = (nowMs: number): Parameters<typeof directoryAnswer>[0] => ({
    directory: { find: (name) => (name === 'u"1' ? credential : undefined) },
    ...{ domain: 'd', token: 't', nowMs: () => nowMs },
  });
  const form = { section: 'directory', domain: 'd', user: 'u"1' };

  it('gives a hash, never a password, and escapes', () => {
    const xml = directoryAnswer(options(0), form);
    expect(xml).toContain('<param name="a1-hash" value="abc"/>');
    expect(xml).toContain('<user id="u&#34;1">');
    expect(xml).toContain('agent%3A%3C1%3E');
    expect(xml).not.toMatch(/password/);
    expect(xml.split('\n')[0]).toMatch(/^<\?xml[^<]*\?>$/);
  });

  it.each([
    ['an unknown user', 0, { ...form, user: 'x' }],
    ['an expired credential', 1_000, form],
    ['another domain', 0, { ...form, domain: 'e' }],
    ['another section', 0, { ...form, section: 'dialplan' }],
    ['nothing', 0, {}],
  ])('does not find %s', (_name, nowMs, asked) => {
    expect(directoryAnswer(options(nowMs), asked)).toContain('status="not found"');
  });
});

describe('registrations', () => {
  it('are those of the list after a reconnect', () => {
    const events: SwitchEvent[] = [];
    const find = (username: string): EndpointCredential => ({
      ...{ username, endpointId: `agent:${username}`, role: 'agent', ha1Md5: '', ha1Sha256: '', expiresAtMs: 0 },
    });
    const registrations = new Registrations({ find }, (event) => events.push(event));
    const register = (user: string, callId: string): void => {
      registrations.on({ name: 'sofia::register', fields: { 'from-user': user, 'call-id': callId }, body: '' });
    };
    register('a', '1');
    register('a', '1');
    register('b', '2');
    registrations.replace(JSON.stringify({ rows: [{ token: '2', reg_user: 'b' }, { token: '3', reg_user: 'c' }, 5] }));
    registrations.replace('garbage');
    expect(events.map((e) => `${e.type.slice(9)} ${'endpointId' in e ? e.endpointId : ''}`)).toEqual([
      'registered agent:a',
      'registered agent:b',
      'unregistered agent:a',
      'registered agent:c',
      'unregistered agent:b',
      'unregistered agent:c',
    ]);
  });
});

describe('TapTimeline', () => {
  it('places frames one after the other and follows a slow drift', () => {
    const timeline = new TapTimeline();
    expect(timeline.place(1, 1_000)).toEqual({ skip: 0, atMs: 980, gapBeforeMs: 0 });
    expect(timeline.place(1, 1_035)).toEqual({ skip: 0, atMs: 1_000, gapBeforeMs: 0 });
    expect(timeline.place(2, 1_065)).toEqual({ skip: 0, atMs: 1_020, gapBeforeMs: 0 });
  });

  it('marks what is missing', () => {
    const timeline = new TapTimeline();
    timeline.place(1, 1_000);
    expect(timeline.place(1, 2_020)).toEqual({ skip: 0, atMs: 2_000, gapBeforeMs: 1_000 });
    expect(timeline.place(1, 2_100, 3)).toEqual({ skip: 0, atMs: 2_080, gapBeforeMs: 60 });
  });

  it('leaves out what is stale, and a backlog that follows', () => {
    const timeline = new TapTimeline();
    timeline.place(1, 1_000);
    expect(timeline.place(100, 11_000)).toEqual({ skip: 80, atMs: 10_600, gapBeforeMs: 9_600 });
    expect(timeline.place(100, 11_002).skip).toBe(99);
  });

  it('never goes back in time', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 120 }),
            fc.integer({ min: 0, max: 3_000 }),
            fc.integer({ min: 0, max: 3 }),
          ),
          { maxLength: 60 },
        ),
        (steps) => {
          const timeline = new TapTimeline();
          let clockMs = 0;
          let endMs = 0;
          for (const [frames, laterMs, lost] of steps) {
            clockMs += laterMs;
            const { skip, atMs, gapBeforeMs } = timeline.place(frames, clockMs, lost);
            expect(skip).toBeLessThanOrEqual(frames);
            expect(gapBeforeMs).toBeGreaterThanOrEqual(0);
            if (skip < frames) {
              expect(atMs).toBeGreaterThanOrEqual(endMs);
              endMs = atMs + (frames - skip) * 20;
            }
          }
        },
      ),
    );
  });
});

describe('StereoSplitter', () => {
  it('splits whole frames however the bytes are cut', () => {
    const bytes = Buffer.alloc(640 * 3);
    for (let i = 0; i < 480; i++) {
      bytes.writeInt16LE(i, i * 4);
      bytes.writeInt16LE(-i, i * 4 + 2);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: bytes.length - 1 }), (cut) => {
        const splitter = new StereoSplitter();
        splitter.push(bytes.subarray(0, cut));
        const frames = splitter.take();
        splitter.push(bytes.subarray(cut));
        const all = [...frames, ...splitter.take()];
        expect(all).toHaveLength(3);
        expect(all.flatMap((f) => [...f.said])).toEqual(Array.from({ length: 480 }, (_, i) => i));
        expect(all[2]?.heard[159]).toBe(-479);
      }),
    );
  });
});

describe('LegReaper', () => {
  const leg: LegSnapshot = { legId: 'x', state: 'parked', direction: 'outbound', peerLegId: undefined, marks: {} };

  it('asks about legs that nobody has owned for a while, and only those', async () => {
    let nowMs = 0;
    let owned = false;
    const hangup = jest.fn(() => Promise.resolve());
    const reaper = new LegReaper({
      switch: { list: () => Promise.resolve([leg, { ...leg, legId: 'owned' }]), hangup },
      isOwned: (legId) => owned || legId === 'owned',
      ...{ everyMs: 1_000, graceMs: 5_000, nowMs: () => nowMs, logger: pino({ enabled: false }) },
    });
    await reaper.look();
    nowMs = 4_000;
    await reaper.look();
    owned = true;
    await reaper.look();
    owned = false;
    nowMs = 6_000;
    await reaper.look();
    expect(hangup).not.toHaveBeenCalled();
    nowMs = 11_000;
    await reaper.look();
    expect(hangup.mock.calls).toEqual([['x', 'normal']]);
  });
});
