/** Signalling of the embedded switch with a media engine that only takes notes; web phones over real sockets. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { createEmbeddedSwitch, type EmbeddedSwitch } from '../../../../telephony/embedded/embedded-switch.ts';
import type { SwitchEvent } from '../../../../telephony/ports/switch.ts';
import { ha1 } from '../../../../telephony/sip/auth/digest.ts';
import { FakeMedia } from './fake-media.ts';
import { serveUpgrades, WebPhone } from './web-phone.ts';

const DOMAIN = 'hotline.test';
const USER = { username: 'alice', password: 'secret' };
const account = { username: USER.username, realm: DOMAIN, password: USER.password };
const credential = {
  username: USER.username,
  endpointId: 'agent-1',
  role: 'agent' as const,
  ha1Md5: ha1('MD5', account),
  ha1Sha256: ha1('SHA-256', account),
  expiresAtMs: Date.now() + 3_600_000,
};

function makeSwitch(media: FakeMedia, port = 0): EmbeddedSwitch {
  let ids = 0;
  return createEmbeddedSwitch({
    sip: {
      bind: '127.0.0.1',
      port,
      advertisedAddress: null,
      domain: DOMAIN,
      trunks: [],
      allowPrivateNetworks: true,
      strangerRequestsPerSecond: 100,
    },
    directory: { find: (username) => (username === 'alice' ? credential : undefined) },
    media,
    logger: pino({ enabled: false }),
    newId: () => `leg-${++ids}`,
  });
}

describe('embedded switch', () => {
  let media: FakeMedia;
  let sw: EmbeddedSwitch;
  let server: Server;
  let url: string;
  let events: SwitchEvent[];
  let wake: () => void;
  const phones: WebPhone[] = [];

  beforeEach(async () => {
    media = new FakeMedia();
    sw = makeSwitch(media);
    await sw.start();
    ({ server, url } = await serveUpgrades(sw));
    events = [];
    wake = () => undefined;
    sw.subscribe((event) => {
      events.push(event);
      wake();
    });
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) phone.socket.terminate();
    server.close();
    await sw.close();
  });

  async function event<T extends SwitchEvent['type']>(type: T): Promise<Extract<SwitchEvent, { type: T }>> {
    for (;;) {
      const found = events.find((e): e is Extract<SwitchEvent, { type: T }> => e.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function page(contact?: string): Promise<WebPhone> {
    const phone = await WebPhone.open(url, contact);
    phones.push(phone);
    return phone;
  }

  async function registered(contact = 'abc'): Promise<WebPhone> {
    const phone = await page(contact);
    expect(await phone.proved('REGISTER', `sip:${DOMAIN}`, USER)).toContain('SIP/2.0 200');
    return phone;
  }

  /** A web phone that was dialled and has answered. */
  async function dialled(): Promise<WebPhone> {
    const phone = await registered();
    await sw.originate({
      legId: 'out',
      target: { type: 'endpoint', endpointId: 'agent-1' },
      from: { user: '12345' },
      headers: { 'X-Call': 'c1' },
      ringMs: 5_000,
      mediaTimeoutMs: 5_000,
    });
    const invite = await phone.next(/^INVITE/);
    expect(invite).toContain('X-Call: c1');
    phone.reply(invite, '180 Ringing');
    await event('leg.ringing');
    phone.reply(invite, '200 OK', 'v=0 page\r\n');
    await event('leg.answered');
    await phone.next(/^ACK/);
    return phone;
  }

  it('takes only WebSockets that speak SIP', async () => {
    const socket = new WebSocket(url, 'chat');
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('400');
  });

  it('registers a page and rings it over its socket as WebRTC', async () => {
    await dialled();
    expect(media.kinds.get('out')).toBe('webrtc');
    expect(sw.isRegistered('agent-1')).toBe(true);
    expect(sw.counters()).toMatchObject({ bindings: 1, legs: 1, 'web-sockets': 1 });
    await sw.hangup('out', 'normal');
    expect(await event('leg.ended')).toEqual({
      type: 'leg.ended',
      legId: 'out',
      cause: 'normal',
      by: 'local',
      sipStatus: 0,
    });
    expect(media.calls.at(-1)).toBe('closeLeg out');
  });

  it('challenges a page that calls, then tells who it is', async () => {
    const phone = await page();
    const done = phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const incoming = await event('leg.incoming');
    expect(incoming).toMatchObject({ origin: { type: 'endpoint', endpointId: 'agent-1' }, to: '12345' });
    await sw.answer(incoming.legId);
    expect(await done).toContain('v=0 answer to v=0 offer');
    expect(media.kinds.get(incoming.legId)).toBe('webrtc');
  });

  it('refuses a page with a wrong password', async () => {
    const phone = await page();
    expect(await phone.proved('REGISTER', `sip:${DOMAIN}`, { ...USER, password: 'x' })).toContain('SIP/2.0 403');
    expect(sw.counters()).toMatchObject({ 'refused-credentials': 1 });
  });

  it('keeps the leg of a page whose socket dies until media is lost, and says BYE over the new socket', async () => {
    const phone = await dialled();
    phone.socket.terminate();
    await event('endpoint.unregistered');
    expect(events.some((e) => e.type === 'leg.ended')).toBe(false);
    const again = await registered('def');
    media.emit({ type: 'media-lost', legId: 'out', silentMs: 5_000 });
    expect(await again.next(/^BYE/)).toContain('Q.850;cause=27');
    expect(await event('leg.ended')).toMatchObject({ cause: 'media-lost', by: 'local' });
  });

  it('follows a page that goes on over another socket', async () => {
    const phone = await dialled();
    phone.socket.terminate();
    const again = await registered('def');
    expect(await sw.list()).toMatchObject([{ legId: 'out', state: 'parked' }]);
    await sw.hangup('out', 'normal');
    expect(await again.next(/^BYE/)).toContain('BYE sip:abc@abc.invalid');
  });

  it('passes hold through as a new offer and answers it', async () => {
    const phone = await page();
    const done = phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const { legId } = await event('leg.incoming');
    await sw.answer(legId);
    const ok = await done;
    const toTag = /^To: .*;tag=(\S+)/m.exec(ok)?.[1] ?? '';
    const dialog = [`From: <sip:alice@t>;tag=f`, `To: <sip:12345@t>;tag=${toTag}`, 'Call-ID: INVITE-abc'];
    phone.send([
      `ACK sip:hotline@127.0.0.1 SIP/2.0`,
      'Via: SIP/2.0/WS abc.invalid;branch=z9hG4bKack',
      'CSeq: 2 ACK',
      ...dialog,
    ]);
    phone.request('INVITE', 'sip:hotline@127.0.0.1', dialog, 'v=0 sendonly\r\n');
    expect(await phone.next(/^SIP\/2\.0 200[\s\S]*CSeq: 3 INVITE/)).toContain('v=0 answer to v=0 sendonly');
    phone.request('INFO', 'sip:hotline@127.0.0.1', [...dialog, 'X-Empty: 1']);
    await phone.next(/^SIP\/2\.0 200[\s\S]*CSeq: 4 INFO/);
    media.broken.add('answerOffer');
    phone.send([`ACK sip:h SIP/2.0`, 'Via: SIP/2.0/WS abc.invalid;branch=z9hG4bKack2', 'CSeq: 3 ACK', ...dialog]);
    phone.request('INVITE', 'sip:hotline@127.0.0.1', dialog, 'v=0 nonsense\r\n');
    expect(await phone.next(/^SIP\/2\.0 488/)).toContain('CSeq: 5 INVITE');
    expect(await sw.list()).toMatchObject([{ legId, state: 'parked' }]);
  });

  it('opens the way with 183 and says the same in the 200', async () => {
    const phone = await page();
    const done = phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const { legId } = await event('leg.incoming');
    await sw.openEarly(legId);
    const progress = await phone.next(/^SIP\/2\.0 183/);
    expect(progress).toContain('v=0 answer to v=0 offer');
    await sw.play(legId, { playId: 'p', files: ['/tmp/x.wav'], repeat: 'once' });
    await expect(sw.park(legId)).rejects.toMatchObject({ code: 'wrong-state' });
    await sw.answer(legId);
    expect(await done).toContain('v=0 answer to v=0 offer');
    expect(media.calls.filter((c) => c === `answerOffer ${legId}`)).toHaveLength(1);
    await sw.openEarly(legId);
    expect(await sw.list()).toMatchObject([{ legId, state: 'parked' }]);
  });

  it('cannot open the way towards a caller who made no offer', async () => {
    const phone = await page();
    void phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER);
    const { legId } = await event('leg.incoming');
    await expect(sw.openEarly(legId)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('refuses an offer that cannot be used with 488', async () => {
    media.broken.add('answerOffer');
    const phone = await page();
    const done = phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const { legId } = await event('leg.incoming');
    await expect(sw.answer(legId)).rejects.toMatchObject({ code: 'media-failed' });
    expect(await done).toContain('SIP/2.0 488');
    expect(await event('leg.ended')).toMatchObject({ cause: 'incompatible-media', sipStatus: 488 });
  });

  it('tells a caller to try again later when there is no media to be had', async () => {
    media.broken.add('answerOffer');
    media.fault = 'unavailable';
    const phone = await page();
    const done = phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const { legId } = await event('leg.incoming');
    await expect(sw.answer(legId)).rejects.toMatchObject({ code: 'media-failed' });
    const refusal = await done;
    expect(refusal).toContain('SIP/2.0 503');
    expect(refusal).toMatch(/^Retry-After: [1-9]\d*\r$/im);
    expect(await event('leg.ended')).toMatchObject({ cause: 'congestion', sipStatus: 503 });
  });

  it('does not answer a caller who hung up meanwhile', async () => {
    let open = (): void => undefined;
    media.gate = new Promise((resolve) => {
      open = resolve;
    });
    const phone = await page();
    void phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const { legId } = await event('leg.incoming');
    const answering = sw.answer(legId);
    phone.socket.terminate();
    await event('leg.ended');
    open();
    await expect(answering).rejects.toMatchObject({ code: 'no-such-leg' });
    expect(media.calls.filter((c) => c === `closeLeg ${legId}`).length).toBeGreaterThan(0);
    expect(await sw.list()).toEqual([]);
  });

  it('hangs up when the answer of the far end cannot be used', async () => {
    media.broken.add('acceptAnswer');
    const phone = await registered();
    await sw.originate({
      legId: 'out',
      target: { type: 'endpoint', endpointId: 'agent-1' },
      from: { user: '12345' },
      ringMs: 5_000,
      mediaTimeoutMs: 0,
    });
    phone.reply(await phone.next(/^INVITE/), '200 OK', 'v=0 page\r\n');
    expect(await phone.next(/^BYE/)).toContain('cause=88');
    expect(await event('leg.ended')).toMatchObject({ cause: 'incompatible-media', by: 'local' });
  });

  it('tells when media cannot be made, and refuses what makes no sense', async () => {
    await registered();
    media.broken.add('createOffer');
    const request = {
      legId: 'out',
      target: { type: 'endpoint', endpointId: 'agent-1' },
      from: { user: '12345' },
      ringMs: 5_000,
      mediaTimeoutMs: 0,
    } as const;
    await sw.originate(request);
    expect(await event('leg.ended')).toMatchObject({ cause: 'failed', by: 'local' });
    const bad = { code: 'bad-request' };
    await expect(sw.originate({ ...request, headers: { Subject: 'x' } })).rejects.toMatchObject(bad);
    await expect(sw.originate({ ...request, marks: { 'Not Good': '1' } })).rejects.toMatchObject(bad);
    await expect(sw.originate({ ...request, target: { type: 'uri', uri: 'tel:1' } })).rejects.toMatchObject(bad);
  });

  it('passes digits from INFO to the peer', async () => {
    const phone = await dialled();
    const other = await page('xyz');
    const done = other.proved('INVITE', `sip:12345@${DOMAIN}`, USER, 'v=0 offer\r\n');
    const { legId } = await event('leg.incoming');
    await sw.answer(legId);
    const toTag = /^To: .*;tag=(\S+)/m.exec(await done)?.[1] ?? '';
    await sw.bridge(legId, 'out');
    const dialog = [`From: <sip:alice@t>;tag=f`, `To: <sip:12345@t>;tag=${toTag}`, 'Call-ID: INVITE-xyz'];
    const body = 'Signal=7\r\nDuration=120\r\n';
    other.send(
      [
        'INFO sip:hotline@127.0.0.1 SIP/2.0',
        'Via: SIP/2.0/WS xyz.invalid;branch=z9hG4bKinfo',
        'CSeq: 9 INFO',
        ...dialog,
      ],
      body,
      'application/dtmf-relay',
    );
    await other.next(/^SIP\/2\.0 200[\s\S]*CSeq: 9 INFO/);
    expect(await event('leg.digit')).toEqual({ type: 'leg.digit', legId, digit: '7', durationMs: 120 });
    expect(media.calls).toContain('sendDigit 7 out');
    phone.socket.terminate();
  });

  it('says which port is taken and what to do', async () => {
    const second = makeSwitch(new FakeMedia(), sw.sipPort);
    await expect(second.start()).rejects.toThrow(
      `SIP cannot start: UDP port ${sw.sipPort} on 127.0.0.1 is taken by another program. Stop it, or set sip.port to a free port.`,
    );
  });

  it('turns calls away at once that come in while it closes', async () => {
    const phone = await dialled();
    let finish = (): void => undefined;
    media.closing = new Promise((resolve) => {
      finish = resolve;
    });
    const closed = sw.close();
    await phone.next(/^BYE/);
    const refused = await phone.proved('INVITE', `sip:12345@${DOMAIN}`, USER);
    expect(refused).toMatch(/^SIP\/2.0 503[^]*retry-after: 5/i);
    finish();
    await closed;
    expect(events.filter((e) => e.type === 'leg.incoming')).toEqual([]);
  });

  it('ends everything when it closes', async () => {
    const phone = await dialled();
    const bye = phone.next(/^BYE/);
    await sw.close();
    expect(await bye).toContain('cause=41');
    expect(await event('leg.ended')).toMatchObject({ cause: 'shutdown' });
    expect(media.calls.at(-1)).toBe('close ');
    await expect(sw.answer('out')).rejects.toMatchObject({ code: 'closed' });
  });

  it('goes on when a listener throws', async () => {
    sw.subscribe(() => {
      throw new Error('bug');
    });
    await registered();
    expect(await event('endpoint.registered')).toEqual({ type: 'endpoint.registered', endpointId: 'agent-1' });
  });
});
