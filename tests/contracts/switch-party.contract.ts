/** The contract of `PartyControl`: conferences, supervision, early media; each party sounds at a pitch of its own. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Switch, TapFrame } from '../../telephony/ports/switch.ts';
import { saveWav, tone, toneAmplitude } from '../../tools/call/audio.ts';
import type { PhoneCall } from '../../tools/call/phone-call.ts';
import {
  Bench,
  expectHears,
  HEARD,
  NOT_HEARD,
  readStereo,
  sleep,
  TONES_HZ,
  until,
  windows,
  type SwitchHarness,
} from './switch-harness.ts';

interface Party {
  readonly call: PhoneCall;
  readonly legId: string;
}

export function switchPartyContract(adapterName: string, makeHarness: () => Promise<SwitchHarness>): void {
  describe(`PartyControl contract: ${adapterName}`, () => {
    let sw: Switch;
    let bench: Bench;
    let dir: string;
    let files = 0;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'party-contract-'));
    });
    afterAll(async () => {
      await rm(dir, { recursive: true, force: true });
    });
    beforeEach(async () => {
      const harness = await makeHarness();
      sw = harness.switch;
      bench = new Bench(harness);
    });
    afterEach(async () => {
      await bench.dispose();
    });

    async function party(endpointId: string, name: keyof typeof TONES_HZ): Promise<Party> {
      const phone = await bench.agent(endpointId);
      return bench.dialled(endpointId, phone, tone(TONES_HZ[name], 1_000));
    }

    const third = (): Promise<Party> => party('agent-3', 'third');
    const supervisor = (): Promise<Party> => party('supervisor-1', 'supervisor');
    const typesOf = (legId: string): string[] => bench.eventsOf(legId).map((e) => e.type);
    const stateOf = async (legId: string): Promise<string | undefined> =>
      (await sw.list()).find((leg) => leg.legId === legId)?.state;

    describe('conference', () => {
      it('lets each of three hear both others and nobody else', async () => {
        const outside = await bench.caller('13900139000', tone(TONES_HZ.supervisor, 1_000));
        const { caller, agent } = await bench.bridged();
        const guest = await third();
        await sw.conference('room-1', [caller.legId, agent.legId, guest.legId]);
        await expectHears(caller.call, ['agent', 'third']);
        await expectHears(agent.call, ['caller', 'third']);
        await expectHears(guest.call, ['caller', 'agent']);
        await expectHears(outside.call, []);
        for (const { legId } of [caller, agent, guest]) {
          expect(await bench.event('leg.conferenced', legId)).toMatchObject({ conferenceId: 'room-1' });
          expect(await stateOf(legId)).toBe('conferenced');
          // Whoever goes straight from a bridge into a conference was never parked.
          expect(typesOf(legId)).not.toContain('leg.parked');
        }
      });

      it('is joined by a fourth, and left by parking, by a bridge and by hanging up', async () => {
        const { caller, agent } = await bench.bridged();
        const guest = await third();
        await sw.conference('room-1', [caller.legId, agent.legId]);
        await expectHears(caller.call, ['agent']);
        await sw.conference('room-1', [guest.legId]);
        const boss = await supervisor();
        await sw.conference('room-1', [boss.legId]);
        await expectHears(boss.call, ['caller', 'agent', 'third']);
        await expectHears(caller.call, ['agent', 'third', 'supervisor']);

        await sw.park(boss.legId);
        await bench.event('leg.parked', boss.legId);
        await expectHears(boss.call, []);
        await expectHears(guest.call, ['caller', 'agent']);

        await sw.bridge(boss.legId, guest.legId);
        await expectHears(guest.call, ['supervisor']);
        await expectHears(caller.call, ['agent']);
        expect(await stateOf(caller.legId)).toBe('conferenced');

        agent.call.hangUp();
        await bench.event('leg.parked', caller.legId);
        await bench.event('leg.ended', agent.legId);
        expect(await stateOf(caller.legId)).toBe('parked');
        await expectHears(caller.call, []);
      });

      it('keeps recording and tapping', async () => {
        const path = join(dir, `recording-${files++}.wav`);
        const { caller, agent } = await bench.bridged();
        const guest = await third();
        await sw.startRecording(caller.legId, path);
        const frames: TapFrame[] = [];
        await sw.startTap(caller.legId, (frame) => frames.push(frame));
        await sw.conference('room-1', [caller.legId, agent.legId, guest.legId]);
        await expectHears(caller.call, ['agent', 'third']);
        frames.length = 0;
        await sleep(800);
        await sw.stopTap(caller.legId);
        await sw.stopRecording(caller.legId);
        const finished = await bench.event('recording.finished', caller.legId);
        const { left, right } = readStereo(await readFile(finished.path));
        const heard = Int16Array.from(frames.filter((f) => f.side === 'heard').flatMap((f) => [...f.pcm]));
        for (const side of [right, heard]) {
          const both = windows(side, 100).filter(
            (w) => toneAmplitude(w, TONES_HZ.agent) > HEARD && toneAmplitude(w, TONES_HZ.third) > HEARD,
          );
          expect(both.length).toBeGreaterThan(3);
        }
        expect(windows(left, 100).filter((w) => toneAmplitude(w, TONES_HZ.caller) > HEARD).length).toBeGreaterThan(4);
        expect(windows(left, 100).filter((w) => toneAmplitude(w, TONES_HZ.third) > HEARD)).toHaveLength(0);
      });
    });

    describe('supervision', () => {
      it('listens, whispers, barges, and changes between them', async () => {
        const { caller, agent } = await bench.bridged();
        const boss = await supervisor();
        await sw.supervise(boss.legId, agent.legId, 'listen');
        await expectHears(boss.call, ['caller', 'agent']);
        await expectHears(agent.call, ['caller']);
        await expectHears(caller.call, ['agent']);
        expect(await bench.event('leg.supervising', boss.legId)).toMatchObject({
          targetLegId: agent.legId,
          mode: 'listen',
        });
        expect(await stateOf(boss.legId)).toBe('supervising');

        await sw.supervise(boss.legId, agent.legId, 'whisper');
        await expectHears(agent.call, ['caller', 'supervisor']);
        await expectHears(caller.call, ['agent']);
        await expectHears(boss.call, ['caller', 'agent']);

        await sw.supervise(boss.legId, agent.legId, 'barge');
        await expectHears(caller.call, ['agent', 'supervisor']);
        await expectHears(agent.call, ['caller', 'supervisor']);
        await expectHears(boss.call, ['caller', 'agent']);

        await sw.supervise(boss.legId, agent.legId, 'listen');
        await expectHears(agent.call, ['caller']);
        await expectHears(caller.call, ['agent']);
        const modes = bench.eventsOf(boss.legId).flatMap((e) => (e.type === 'leg.supervising' ? [e.mode] : []));
        expect(modes).toEqual(['listen', 'whisper', 'barge', 'listen']);
        // The call itself never noticed.
        for (const { legId } of [caller, agent]) {
          expect(typesOf(legId)).not.toContain('leg.parked');
          expect(await stateOf(legId)).toBe('bridged');
        }
      });

      it('keeps a whisper out of the recording of the caller', async () => {
        const path = join(dir, `recording-${files++}.wav`);
        const { caller, agent } = await bench.bridged();
        const boss = await supervisor();
        await sw.startRecording(caller.legId, path);
        await sw.supervise(boss.legId, agent.legId, 'whisper');
        await expectHears(agent.call, ['caller', 'supervisor']);
        await sw.stopRecording(caller.legId);
        const finished = await bench.event('recording.finished', caller.legId);
        const { left, right } = readStereo(await readFile(finished.path));
        const sounding = (side: Int16Array, hz: number): number =>
          windows(side, 100).filter((w) => toneAmplitude(w, hz) > HEARD).length;
        expect(sounding(right, TONES_HZ.agent)).toBeGreaterThan(2);
        expect(sounding(left, TONES_HZ.caller)).toBeGreaterThan(2);
        expect(sounding(right, TONES_HZ.supervisor) + sounding(left, TONES_HZ.supervisor)).toBe(0);
      });

      it('stays with its target through park and another bridge, until the target ends', async () => {
        const { caller, agent } = await bench.bridged();
        const boss = await supervisor();
        const guest = await third();
        await sw.supervise(boss.legId, agent.legId, 'whisper');
        await expectHears(boss.call, ['caller', 'agent']);
        await sw.park(agent.legId);
        await bench.event('leg.parked', agent.legId);
        await expectHears(boss.call, ['agent']);
        await expectHears(caller.call, []);
        await sw.bridge(agent.legId, guest.legId);
        await expectHears(boss.call, ['agent', 'third']);
        await expectHears(agent.call, ['third', 'supervisor']);
        await expectHears(guest.call, ['agent']);
        agent.call.hangUp();
        expect(await bench.event('leg.ended', boss.legId)).toMatchObject({ cause: 'normal', by: 'local' });
        expect(await boss.call.ended).toMatchObject({ by: 'remote' });
        expect(await stateOf(guest.legId)).toBe('parked');
      });

      it('is detached by parking, and leaves the call alone when it hangs up', async () => {
        const { caller, agent } = await bench.bridged();
        const boss = await supervisor();
        await sw.supervise(boss.legId, caller.legId, 'barge');
        await expectHears(agent.call, ['caller', 'supervisor']);
        await sw.park(boss.legId);
        await bench.event('leg.parked', boss.legId);
        await expectHears(boss.call, []);
        await expectHears(agent.call, ['caller']);
        expect(await stateOf(boss.legId)).toBe('parked');
        await sw.supervise(boss.legId, caller.legId, 'barge');
        await expectHears(agent.call, ['caller', 'supervisor']);
        boss.call.hangUp();
        await bench.event('leg.ended', boss.legId);
        await expectHears(agent.call, ['caller']);
        await expectHears(caller.call, ['agent']);
      });
    });

    describe('early media', () => {
      it('plays to a caller who is not answered yet', async () => {
        const path = join(dir, `prompt-${files++}.wav`);
        await saveWav(path, tone(TONES_HZ.music, 1_000));
        const phone = await bench.phone({ user: '13800138000' });
        const call = await phone.call(bench.uri('12345'));
        const { legId } = await bench.event('leg.incoming');
        await sw.openEarly(legId);
        await sw.openEarly(legId);
        await sw.play(legId, { playId: 'p', files: [path], repeat: 'forever' });
        await expectHears(call, ['music']);
        expect(await stateOf(legId)).toBe('incoming');
        expect(typesOf(legId)).not.toContain('leg.answered');
        expect(call.timings.answeredAtMs).toBeUndefined();
        await sw.answer(legId);
        expect(await call.answered).toBe(true);
        expect(await stateOf(legId)).toBe('parked');
        await sw.stopPlay(legId);
        await until(
          () => toneAmplitude(call.heardLast(300), TONES_HZ.music) < NOT_HEARD,
          3_000,
          () => 'the music goes on',
        );
      });

      it('can end in a refusal', async () => {
        const phone = await bench.phone({ user: '13800138000' });
        const call = await phone.call(bench.uri('12345'));
        const { legId } = await bench.event('leg.incoming');
        await sw.openEarly(legId);
        await sw.hangup(legId, 'busy');
        expect((await call.ended).status).toBe(486);
        expect(await bench.event('leg.ended', legId)).toMatchObject({ cause: 'busy', by: 'local' });
      });
    });

    it('refuses what makes no sense', async () => {
      const { legId } = await bench.caller('1', tone(TONES_HZ.caller, 1_000));
      const phone = await bench.phone({ user: '2' });
      const before = bench.events.length;
      await phone.call(bench.uri('12345'));
      await until(
        () => bench.events.slice(before).some((e) => e.type === 'leg.incoming'),
        6_000,
        () => 'no second call',
      );
      const unanswered = bench.events.flatMap((e) => (e.type === 'leg.incoming' ? [e.legId] : []))[1] ?? '';
      await expect(sw.supervise(legId, legId, 'listen')).rejects.toMatchObject({ code: 'bad-request' });
      await expect(sw.conference('', [legId])).rejects.toMatchObject({ code: 'bad-request' });
      await expect(sw.conference('room-1', [])).rejects.toMatchObject({ code: 'bad-request' });
      await expect(sw.supervise(legId, unanswered, 'listen')).rejects.toMatchObject({ code: 'wrong-state' });
      await expect(sw.conference('room-1', [legId, unanswered])).rejects.toMatchObject({ code: 'wrong-state' });
      await expect(sw.supervise(legId, 'nobody', 'listen')).rejects.toMatchObject({ code: 'no-such-leg' });
      await expect(sw.openEarly('nobody')).rejects.toMatchObject({ code: 'no-such-leg' });
      expect(await stateOf(legId)).toBe('parked');
    });
  });
}
