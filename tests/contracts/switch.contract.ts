/** The contract of `Switch`: what every adapter must do, proved with real SIP calls and by listening. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import { saveWav, tone, toneAmplitude } from '../../tools/call/audio.ts';
import { recordingContract } from './switch-recording.contract.ts';
import { Bench, expectHears, HEARD, sleep, TONES_HZ, until, windows, type SwitchHarness } from './switch-harness.ts';

const CALLER = tone(TONES_HZ.caller, 1_000);
const AGENT = tone(TONES_HZ.agent, 1_000);
const THIRD = tone(TONES_HZ.third, 1_000);

export function switchContract(adapterName: string, makeHarness: () => Promise<SwitchHarness>): void {
  describe(`Switch contract: ${adapterName}`, () => {
    let bench: Bench;
    let dir: string;
    let promptPath: string;
    let musicPath: string;
    let files = 0;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'switch-contract-'));
      promptPath = join(dir, 'prompt.wav');
      musicPath = join(dir, 'music.wav');
      await saveWav(promptPath, tone(TONES_HZ.third, 600));
      await saveWav(musicPath, tone(TONES_HZ.music, 1_000));
    });
    afterAll(async () => {
      await rm(dir, { recursive: true, force: true });
    });
    beforeEach(async () => {
      bench = new Bench(await makeHarness());
    });
    afterEach(async () => {
      await bench.dispose();
    });
    const newFile = (): string => join(dir, `recording-${files++}.wav`);

    describe('inbound legs', () => {
      it('tells who calls, rings and answers', async () => {
        const phone = await bench.phone({ user: '13800138000', displayName: '李明' });
        const ringing = phone.next('ringing');
        const call = await phone.call(bench.uri('12345'));
        const incoming = await bench.event('leg.incoming');
        expect(incoming).toMatchObject({ from: '13800138000', to: '12345', origin: { type: 'trunk' } });
        expect(incoming.fromDisplayName).toBe('李明');
        await bench.switch.ring(incoming.legId);
        await ringing;
        await bench.switch.answer(incoming.legId);
        expect(await call.answered).toBe(true);
        await bench.event('leg.answered', incoming.legId);
        await bench.switch.answer(incoming.legId);
        expect(await bench.switch.list()).toEqual([
          expect.objectContaining({
            legId: incoming.legId,
            state: 'parked',
            direction: 'inbound',
            peerLegId: undefined,
          }),
        ]);
        void call.play(CALLER, true);
        await bench.event('leg.media-up', incoming.legId);
        expect(bench.events.filter((e) => e.type === 'leg.answered')).toHaveLength(1);
      });

      it('names an endpoint that calls with its password', async () => {
        const credentials = bench.harness.addEndpoint('agent-7');
        const phone = await bench.phone({ user: credentials.username, credentials, registrar: bench.harness.sip });
        await phone.register();
        await phone.call(bench.endpointUri('12345'));
        const incoming = await bench.event('leg.incoming');
        expect(incoming.origin).toEqual({ type: 'endpoint', endpointId: 'agent-7' });
      });

      it('plays files one after the other, and music until it is stopped', async () => {
        const { call, legId } = await bench.caller();
        await bench.switch.play(legId, { playId: 'p1', files: [promptPath, promptPath], repeat: 'once' });
        expect(await bench.event('play.started', legId)).toMatchObject({ playId: 'p1' });
        await expectHears(call, ['third']);
        expect(await bench.event('play.finished', legId)).toMatchObject({ playId: 'p1', reason: 'completed' });
        const sounding = windows(call.heard(), 20).filter((w) => toneAmplitude(w, TONES_HZ.third) > HEARD);
        expect(sounding.length * 20).toBeGreaterThan(1_000);
        await expectHears(call, []);
        await bench.switch.play(legId, { playId: 'p2', files: [musicPath], repeat: 'forever' });
        await expectHears(call, ['music']);
        await sleep(1_500);
        await expectHears(call, ['music']);
        await bench.switch.stopPlay(legId);
        await expectHears(call, []);
        const finished = bench.events.filter((e) => e.type === 'play.finished');
        expect(finished).toMatchObject([{ reason: 'completed' }, { playId: 'p2', reason: 'stopped' }]);
      });

      it('ends a play when another begins, and says so when a file is missing', async () => {
        const { call, legId } = await bench.caller();
        await bench.switch.play(legId, { playId: 'p1', files: [musicPath], repeat: 'forever' });
        await bench.switch.play(legId, { playId: 'p2', files: [promptPath], repeat: 'once' });
        await expectHears(call, ['third']);
        const outcome = bench.switch
          .play(legId, { playId: 'p3', files: [join(dir, 'missing.wav')], repeat: 'once' })
          .then(
            () => 'accepted',
            () => 'refused',
          );
        const failed = (e: SwitchEvent): boolean =>
          e.type === 'play.finished' && e.playId === 'p3' && e.reason === 'failed';
        const told = (await outcome) === 'refused' || bench.events.some(failed);
        if (!told)
          await until(
            () => bench.events.some(failed),
            3_000,
            () => 'a missing file was not told',
          );
        expect(bench.events).toContainEqual({ type: 'play.finished', legId, playId: 'p1', reason: 'stopped' });
      });

      it('hears digits', async () => {
        const { call, legId } = await bench.caller();
        for (const digit of ['1', '0', '#']) call.sendDigit(digit);
        await until(
          () => bench.events.filter((e) => e.type === 'leg.digit').length >= 3,
          4_000,
          () => 'digits are missing',
        );
        const digits = bench.eventsOf(legId).flatMap((e) => (e.type === 'leg.digit' ? [e.digit] : []));
        expect(digits).toEqual(['1', '0', '#']);
      });

      it('tells when the caller hangs up before and after the answer', async () => {
        const phone = await bench.phone({ user: '1' });
        const ringing = phone.next('ringing');
        const early = await phone.call(bench.uri('12345'));
        const { legId } = await bench.event('leg.incoming');
        await bench.switch.ring(legId);
        await ringing;
        early.hangUp();
        expect(await bench.event('leg.ended', legId)).toMatchObject({ cause: 'cancelled', by: 'remote' });
        const { call, legId: second } = await bench.caller('2');
        call.hangUp();
        expect(await bench.event('leg.ended', second)).toMatchObject({ cause: 'normal', by: 'remote' });
        expect(await bench.switch.list()).toEqual([]);
      });

      it('rejects and hangs up with the cause given', async () => {
        const phone = await bench.phone({ user: '1' });
        const call = await phone.call(bench.uri('12345'));
        const { legId } = await bench.event('leg.incoming');
        await bench.switch.hangup(legId, 'busy');
        expect((await call.ended).status).toBe(486);
        expect(await bench.event('leg.ended', legId)).toMatchObject({ cause: 'busy', by: 'local' });
        const answered = await bench.caller('2');
        await bench.switch.hangup(answered.legId, 'normal');
        expect(await answered.call.ended).toMatchObject({ by: 'remote', why: 'bye' });
        expect(await bench.event('leg.ended', answered.legId)).toMatchObject({ cause: 'normal', by: 'local' });
      });
    });

    describe('outbound legs', () => {
      it('dials a registered endpoint', async () => {
        const phone = await bench.agent('agent-1', { answerAfterMs: 300 });
        await bench.event('endpoint.registered');
        const request = bench.dialRequest({ type: 'endpoint', endpointId: 'agent-1' }, { marks: { role: 'agent' } });
        const incoming = phone.next('incoming');
        await bench.switch.originate(request);
        expect((await incoming).fromUser).toBe('12345');
        await bench.event('leg.ringing', request.legId);
        await bench.event('leg.answered', request.legId);
        const [leg] = await bench.switch.list();
        expect(leg).toMatchObject({
          legId: request.legId,
          direction: 'outbound',
          state: 'parked',
          marks: { role: 'agent' },
        });
        await bench.switch.setMarks(request.legId, { call_id: 'c1' });
        expect((await bench.switch.list())[0]?.marks).toEqual({ role: 'agent', call_id: 'c1' });
        await phone.register(0);
        await bench.event('endpoint.unregistered');
      });

      it.each([
        ['busy', 486, 'busy'],
        ['rejected', 603, 'rejected'],
        ['not found', 404, 'not-found'],
      ] as const)('tells that the far end is %s', async (_name, rejectStatus, cause) => {
        await bench.agent('agent-1', { onIncoming: { rejectStatus } });
        const request = bench.dialRequest({ type: 'endpoint', endpointId: 'agent-1' });
        await bench.switch.originate(request);
        const ended = await bench.event('leg.ended', request.legId);
        expect(ended).toMatchObject({ cause, by: 'remote', sipStatus: rejectStatus });
      });

      it('gives up after the ringing time and on command', async () => {
        const phone = await bench.agent('agent-1', { onIncoming: 'ring' });
        const first = bench.dialRequest({ type: 'endpoint', endpointId: 'agent-1' }, { ringMs: 700 });
        const incoming = phone.next('incoming');
        await bench.switch.originate(first);
        const { call } = await incoming;
        expect(await bench.event('leg.ended', first.legId)).toMatchObject({ cause: 'no-answer' });
        expect((await call.ended).why).toBe('cancelled');
        const second = bench.dialRequest({ type: 'endpoint', endpointId: 'agent-1' });
        await bench.switch.originate(second);
        await bench.event('leg.ringing', second.legId);
        await bench.switch.hangup(second.legId, 'cancelled');
        expect(await bench.event('leg.ended', second.legId)).toMatchObject({ cause: 'cancelled', by: 'local' });
      });

      it('tells that an endpoint is not registered', async () => {
        const request = bench.dialRequest({ type: 'endpoint', endpointId: 'nobody' });
        await bench.switch.originate(request);
        expect(await bench.event('leg.ended', request.legId)).toMatchObject({ cause: 'unavailable' });
        expect(await bench.switch.list()).toEqual([]);
      });

      it('dials a SIP address', async () => {
        const phone = await bench.phone({ user: 'other' });
        const uri = `sip:other@${bench.harness.sip.host}:${phone.sipPort}`;
        const request = bench.dialRequest({ type: 'uri', uri });
        await bench.switch.originate(request);
        await bench.event('leg.answered', request.legId);
        expect(phone.calls).toHaveLength(1);
      });
    });

    describe('bridges', () => {
      it('lets two legs hear each other and nobody else', async () => {
        const third = await bench.caller('13900139000', THIRD);
        const { caller, agent } = await bench.bridged();
        await expectHears(caller.call, ['agent']);
        await expectHears(agent.call, ['caller']);
        await expectHears(third.call, []);
        expect(await bench.event('leg.bridged', caller.legId)).toMatchObject({ peerLegId: agent.legId });
        expect(await bench.event('leg.bridged', agent.legId)).toMatchObject({ peerLegId: caller.legId });
        const legs = await bench.switch.list();
        expect(legs.find((l) => l.legId === caller.legId)).toMatchObject({ state: 'bridged', peerLegId: agent.legId });
      });

      it('parks both, plays music to one, joins them again', async () => {
        const { caller, agent } = await bench.bridged();
        await expectHears(caller.call, ['agent']);
        await bench.switch.park(caller.legId);
        await bench.event('leg.parked', caller.legId);
        await bench.event('leg.parked', agent.legId);
        await bench.switch.play(caller.legId, { playId: 'm', files: [musicPath], repeat: 'forever' });
        await expectHears(caller.call, ['music']);
        await expectHears(agent.call, []);
        await bench.switch.bridge(agent.legId, caller.legId);
        await expectHears(caller.call, ['agent']);
        await expectHears(agent.call, ['caller']);
        expect(bench.events).toContainEqual({
          type: 'play.finished',
          legId: caller.legId,
          playId: 'm',
          reason: 'stopped',
        });
      });

      it('moves a leg from one bridge to another', async () => {
        const { caller, agent } = await bench.bridged();
        const phone = await bench.agent('agent-2');
        const other = await bench.dialled('agent-2', phone, THIRD);
        await bench.switch.bridge(caller.legId, other.legId);
        await bench.event('leg.parked', agent.legId);
        await expectHears(caller.call, ['third']);
        await expectHears(other.call, ['caller']);
        await expectHears(agent.call, []);
        const ofCaller = bench.eventsOf(caller.legId).map((e) => e.type);
        expect(ofCaller).not.toContain('leg.parked');
        expect(ofCaller).not.toContain('leg.ended');
      });

      it('parks the peer when a leg ends', async () => {
        const { caller, agent } = await bench.bridged();
        agent.call.hangUp();
        await bench.event('leg.parked', caller.legId);
        await bench.event('leg.ended', agent.legId);
        expect(await bench.switch.list()).toMatchObject([
          { legId: caller.legId, state: 'parked', peerLegId: undefined },
        ]);
        await bench.switch.play(caller.legId, { playId: 'm', files: [musicPath], repeat: 'forever' });
        await expectHears(caller.call, ['music']);
      });

      it('passes digits on', async () => {
        const { caller, agent, agentPhone } = await bench.bridged();
        await expectHears(agent.call, ['caller']);
        const digit = agentPhone.next('digit');
        caller.call.sendDigit('7');
        expect((await digit).digit).toBe('7');
        expect(await bench.event('leg.digit', caller.legId)).toMatchObject({ digit: '7' });
      });
    });

    recordingContract(() => ({ bench, musicPath, newFile }));

    describe('ends', () => {
      it('ends a leg whose audio stops, and leaves its peer parked', async () => {
        const phone = await bench.agent('agent-1');
        const caller = await bench.caller('13800138000', CALLER);
        const incoming = phone.next('incoming');
        const request = bench.dialRequest({ type: 'endpoint', endpointId: 'agent-1' }, { mediaTimeoutMs: 1_000 });
        await bench.switch.originate(request);
        const { call } = await incoming;
        await bench.event('leg.answered', request.legId);
        await bench.switch.bridge(caller.legId, request.legId);
        void call.play(AGENT, true);
        await expectHears(caller.call, ['agent']);
        await sleep(1_500);
        expect(bench.eventsOf(request.legId).some((e) => e.type === 'leg.ended')).toBe(false);
        call.setSending(false);
        expect(await bench.event('leg.ended', request.legId)).toMatchObject({ cause: 'media-lost', by: 'local' });
        expect((await call.ended).why).toBe('bye');
        await bench.event('leg.parked', caller.legId);
      });

      it('refuses commands on a leg that is gone, but not to hang it up again', async () => {
        const { call, legId } = await bench.caller();
        call.hangUp();
        await bench.event('leg.ended', legId);
        const gone = { code: 'no-such-leg' };
        const { switch: sw } = bench;
        const playing = { playId: 'x', files: [promptPath], repeat: 'once' as const };
        await expect(sw.answer(legId)).rejects.toMatchObject(gone);
        await expect(sw.ring(legId)).rejects.toMatchObject(gone);
        await expect(sw.play(legId, playing)).rejects.toMatchObject(gone);
        await expect(sw.stopPlay(legId)).rejects.toMatchObject(gone);
        await expect(sw.park(legId)).rejects.toMatchObject(gone);
        await expect(sw.setMarks(legId, {})).rejects.toMatchObject(gone);
        await expect(sw.startRecording(legId, newFile())).rejects.toMatchObject(gone);
        await expect(sw.startTap(legId, () => undefined)).rejects.toMatchObject(gone);
        const other = await bench.caller('2');
        await expect(sw.bridge(legId, other.legId)).rejects.toMatchObject(gone);
        await expect(sw.hangup(legId, 'normal')).resolves.toBeUndefined();
        expect(bench.eventsOf(legId).filter((e) => e.type === 'leg.ended')).toHaveLength(1);
      });

      it('refuses to bridge or play before the answer', async () => {
        const phone = await bench.phone({ user: '1' });
        await phone.call(bench.uri('12345'));
        const { legId } = await bench.event('leg.incoming');
        const other = await bench.caller('2');
        const wrong = { code: 'wrong-state' };
        await expect(bench.switch.bridge(legId, other.legId)).rejects.toMatchObject(wrong);
        await expect(
          bench.switch.play(legId, { playId: 'x', files: [promptPath], repeat: 'once' }),
        ).rejects.toMatchObject(wrong);
      });

      it('closes with every leg told', async () => {
        const { caller, agent } = await bench.bridged();
        await bench.switch.close();
        expect(await caller.call.ended).toMatchObject({ by: 'remote' });
        expect(await agent.call.ended).toMatchObject({ by: 'remote' });
        const ended = bench.events.filter((e) => e.type === 'leg.ended');
        expect(ended.map((e) => e.cause)).toEqual(['shutdown', 'shutdown']);
        await expect(bench.switch.answer(caller.legId)).rejects.toMatchObject({ code: 'closed' });
      });
    });
  });
}
