/** The edge on a real drachtio-server: calls go through, and on when something dies. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import { BlackHole, EdgeRig, eventually, findDrachtio, statusOf, type EdgeRigOptions } from '../support/edge-rig.ts';
import { freeUdpPort } from '../support/free-ports.ts';

jest.setTimeout(120_000);

const program = findDrachtio();
const why = 'needs drachtio-server: DRACHTIO_BIN is not set and PATH has none';
const withDrachtio = program === undefined ? (_name: string, _tests: () => void): void => undefined : describe;

const opened: { close(): Promise<void> }[] = [];
function opening<T extends { close(): Promise<void> }>(thing: T): T {
  opened.push(thing);
  return thing;
}

async function rig(options: EdgeRigOptions): Promise<EdgeRig> {
  const edge = opening(await EdgeRig.open(program ?? ''));
  await edge.startEdge(options);
  return edge;
}

async function phone(options: Partial<ConstructorParameters<typeof SipPhone>[0]> = {}): Promise<SipPhone> {
  const made = opening(new SipPhone({ address: '127.0.0.1', user: '13800000001', ...options }));
  await made.start();
  return made;
}

const switchThat = (
  onIncoming: ConstructorParameters<typeof SipPhone>[0]['onIncoming'] = 'answer',
): Promise<SipPhone> => phone({ user: '12345', onIncoming });

const node = (name: string, port: number, weight = 1): { name: string; port: number; weight: number } => ({
  name,
  port,
  weight,
});

/** Weights so far apart that the first is tried first. */
const FIRST = 1_000;
const LATER = 0.01;

const answered = (call: PhoneCall): Promise<boolean> => call.answered;

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

// One skip stands for the whole file: a machine without the server is told why, once.
if (program === undefined) {
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- counted and named in the summary
  it.skip(`edge on drachtio-server (${why})`, () => {});
}

withDrachtio('edge on drachtio-server', () => {
  it('a call goes through, and is hung up from both ends after the edge was killed', async () => {
    const fs = await switchThat();
    const edge = await rig({ nodes: [node('fs1', fs.sipPort)] });
    const caller = await phone();

    const first = await caller.call(edge.uri());
    expect(await answered(first)).toBe(true);
    const second = await caller.call(edge.uri());
    expect(await answered(second)).toBe(true);
    await eventually('both calls at the switch', () => fs.calls.length === 2);

    await edge.killEdge();
    first.hangUp();
    expect(await first.ended).toMatchObject({ by: 'local' });
    await eventually('the BYE of the caller at the switch', () => fs.calls.length === 1);
    for (const call of fs.calls) call.hangUp();
    expect(await second.ended).toMatchObject({ by: 'remote', why: 'bye' });

    const refused = await caller.call(edge.uri());
    expect((await refused.ended).status).toBe(503);
  });

  it('refuses strangers and forged headers', async () => {
    const fs = await switchThat();
    const edge = await rig({ nodes: [node('fs1', fs.sipPort)] });
    const stranger = await phone({ address: '127.0.0.9' });
    expect((await (await stranger.call(edge.uri())).ended).status).toBe(403);
    expect(await statusOf(edge.sipPort, 'INVITE', ['X-Hotline-Trunk: police'])).toBe(400);
    expect(await statusOf(edge.sipPort, 'OPTIONS', [])).toBe(200);
    expect(await statusOf(edge.sipPort, 'REGISTER', [])).toBe(405);
    expect(fs.calls.length).toBe(0);
    expect(await edge.metrics()).toMatch(/invites_total\{trunk="stranger",result="stranger"\} 1/);
  });

  it('lets our switches call out through a trunk, and nowhere else', async () => {
    const fs = await switchThat();
    const carrier = await switchThat({ rejectStatus: 486 });
    const edge = await rig({
      nodes: [node('fs1', fs.sipPort)],
      edge: { nodes: [{ name: 'fs1', address: '127.0.0.2', port: 5080 }] },
      trunks: [{ name: 'carrier', addresses: ['127.0.0.1'] }],
    });
    const route = [`Route: <sip:127.0.0.1:${edge.sipPort};lr>`];
    const out = (uri: string): Promise<number> => statusOf(edge.sipPort, 'INVITE', route, { from: '127.0.0.2', uri });
    expect(await out(`sip:13900000000@127.0.0.1:${carrier.sipPort}`)).toBe(486);
    expect(await out('sip:13900000000@192.0.2.1:5060')).toBe(403);
  });

  it('lets a burst through and refuses what is over the rate', async () => {
    const fs = await switchThat();
    const edge = await rig({
      nodes: [node('fs1', fs.sipPort)],
      edge: { trunks: [{ name: 'carrier', callsPerSecond: 0.1, burst: 2 }] },
    });
    const caller = await phone();
    const calls: PhoneCall[] = [];
    for (let i = 0; i < 3; i += 1) calls.push(await caller.call(edge.uri()));
    const outcome = async (call: PhoneCall): Promise<number> =>
      (await call.answered) ? 200 : (await call.ended).status;
    expect((await Promise.all(calls.map(outcome))).sort()).toEqual([200, 200, 503]);
    expect(fs.calls.length).toBe(2);
    expect(await edge.metrics()).toMatch(/invites_total\{trunk="carrier",result="trunk-rate"\} 1/);
  });

  it('sends no call to a switch that our server publishes as draining, though it answers', async () => {
    const [draining, good] = [await switchThat(), await switchThat()];
    const file = join(tmpdir(), `hotline-nodes-${randomUUID()}.json`);
    const nodes = (state: string): string =>
      JSON.stringify({ nodes: [{ name: 'draining', state, calls: 1 }], waiting: 0 });
    await writeFile(file, nodes('draining'));
    opening({ close: () => rm(file, { force: true }) });
    const edge = await rig({
      nodes: [node('draining', draining.sipPort, FIRST), node('good', good.sipPort, LATER)],
      edge: { stateUrl: pathToFileURL(file).href, stateEveryMs: 200 },
    });
    await eventually('the verdict', async () => (await edge.verdictOf('draining')) === 'draining');
    const caller = await phone();
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect([draining.calls.length, good.calls.length]).toEqual([0, 1]);
    await writeFile(file, nodes('up'));
    await eventually('the verdict', async () => (await edge.verdictOf('draining')) === 'up');
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect(draining.calls.length).toBe(1);
  });

  it('goes on to the next switch when one is a black hole, and skips it from then on', async () => {
    const good = await switchThat();
    const hole = opening(await BlackHole.open(true));
    const edge = await rig({
      // The hole answers OPTIONS, so only calls can show what it is.
      nodes: [node('hole', hole.port, FIRST), node('good', good.sipPort, LATER)],
      edge: { deadHoldMs: 60_000 },
    });
    const caller = await phone();
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect(hole.invites[0]).toMatch(/^X-Hotline-Trunk: carrier\r$/m);
    await eventually('the verdict on the hole', async () => (await edge.verdictOf('hole')) === 'dead');

    const seen = hole.invites.length;
    const next = await caller.call(edge.uri());
    expect(await answered(next)).toBe(true);
    expect(hole.invites.length).toBe(seen);
    expect(good.calls.length).toBe(2);
    expect(await edge.metrics()).toMatch(/failovers_total\{target="hole",why="unanswered"\} 1/);
  });

  it('goes on to the next switch when one says 503, and asks it last for a while', async () => {
    const good = await switchThat();
    const full = await switchThat({ rejectStatus: 503 });
    const edge = await rig({
      nodes: [node('full', full.sipPort, FIRST), node('good', good.sipPort, LATER)],
      edge: { busyHoldMs: 60_000 },
    });
    let refusals = 0;
    full.subscribe(({ type }) => {
      if (type === 'incoming') refusals += 1;
    });
    const caller = await phone();
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    await eventually('the verdict', async () => (await edge.verdictOf('full')) === 'busy');
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect([refusals, good.calls.length]).toEqual([1, 2]);
  });

  it('a switch whose port is closed is found dead by OPTIONS, and alive again when it is back', async () => {
    const port = await freeUdpPort();
    const good = await switchThat();
    const edge = await rig({ nodes: [node('gone', port, FIRST), node('good', good.sipPort, LATER)] });
    expect(await edge.verdictOf('gone')).toBe('dead');
    const caller = await phone();
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect(good.calls.length).toBe(1);

    const back = await phone({ user: '12345', port });
    await eventually('the switch to be seen again', async () => (await edge.verdictOf('gone')) === 'up');
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect(back.calls.length).toBe(1);
  });

  it('when no switch is left a partner gets the call with reason and place, else a polite 503', async () => {
    const hole = opening(await BlackHole.open(true));
    const partner = await switchThat();
    const edge = await rig({
      nodes: [node('hole', hole.port)],
      edge: {
        area: '420100',
        spillOnFailure: true,
        trunks: [{ name: 'carrier', callsPerSecond: 100, burst: 100, area: '420106' }],
        partners: [
          { name: 'jiangbei', address: '127.0.0.1', port: partner.sipPort, number: '12345', callsPerSecond: 1 },
        ],
      },
    });
    const caller = await phone();
    expect(await answered(await caller.call(edge.uri()))).toBe(true);
    expect(partner.calls.length).toBe(1);
    expect(hole.invites[0]).toMatch(/^X-Hotline-Spill: reason=switch-failed;area=420106;from=420100;to=jiangbei\r$/m);

    // The partner has agreed to one call a second: the next finds nobody.
    await eventually('the verdict on the hole', async () => (await edge.verdictOf('hole')) === 'dead');
    const refused = await caller.call(edge.uri());
    expect((await refused.ended).status).toBe(503);
    expect(await edge.metrics()).toMatch(/spilled_total\{partner="jiangbei",reason="switch-failed"\} 1/);
  });

  it('with every switch silent and no partner the caller hears 503, not 408', async () => {
    const hole = opening(await BlackHole.open(true));
    const edge = await rig({ nodes: [node('hole', hole.port)] });
    const caller = await phone();
    expect((await (await caller.call(edge.uri())).ended).status).toBe(503);
  });
});
