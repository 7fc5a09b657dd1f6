import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FlowEvent, FlowExit, HostAnswer, HostQuestion } from '../../../ivr/core/flow-types.ts';
import { FlowRunner } from '../../../ivr/runner.ts';
import { context } from './situations.ts';

interface Rig {
  readonly runner: FlowRunner;
  readonly log: string[];
  readonly exits: FlowExit[];
  readonly events: FlowEvent[];
  answer: (question: HostQuestion) => Promise<HostAnswer>;
  playFails: boolean;
}

function rig(): Rig {
  const made: Omit<Rig, 'runner'> = {
    log: [],
    exits: [],
    events: [],
    answer: () => Promise.reject(new Error('nobody knows')),
    playFails: false,
  };
  const runner = new FlowRunner({
    context,
    callId: 'c1',
    legId: 'leg',
    nowMs: () => Date.now(),
    files: (prompts) => prompts.map((name) => `${name}.wav`),
    switch: {
      play: async (_leg, { playId, files }) => {
        await Promise.resolve();
        if (holder.playFails) throw new Error('no such file');
        holder.log.push(`play ${playId} ${files.join('+')}`);
      },
      stopPlay: () => {
        holder.log.push('stop');
        return Promise.resolve();
      },
    },
    host: {
      tell: (event) => holder.events.push(event),
      exit: (exit) => {
        holder.log.push(`exit ${exit.type}`);
        holder.exits.push(exit);
      },
      lookUp: (question) => holder.answer(question),
      listen: (on) => holder.log.push(`listen ${String(on)}`),
      record: (on) => holder.log.push(`record ${String(on)}`),
      prompt: ({ type, prompt, reason }) =>
        holder.log.push(`${type} ${prompt} ${type === 'finished' ? reason : ''}`.trim()),
      failed: (effect) => holder.log.push(`failed ${effect}`),
    },
  });
  const holder: Rig = { ...made, runner };
  return holder;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('one caller in a flow', () => {
  it('plays, waits for a key, asks again after silence', async () => {
    const { runner, log } = rig();
    runner.go('ask');
    await runner.settled();
    runner.playFinished('c1:flow-1', 'completed');
    await jest.advanceTimersByTimeAsync(1_999);
    expect(log).toEqual(['started q', 'play c1:flow-1 q.wav', 'finished q completed']);
    await jest.advanceTimersByTimeAsync(1);
    expect(log.slice(3)).toEqual(['started again+q', 'play c1:flow-2 again.wav+q.wav']);
  });

  it('lets a key cut in, and hears nothing from a prompt that was replaced', async () => {
    const { runner, log } = rig();
    runner.go('ask');
    await runner.settled();
    runner.digit('1');
    await runner.settled();
    runner.playFinished('c1:flow-1', 'stopped');
    runner.playFinished('c1:flow-1', 'completed');
    expect(log).toEqual(['started q', 'play c1:flow-1 q.wav', 'started next', 'play c1:flow-2 next.wav']);
  });

  it('leaves last of all, so that nothing is played over what comes after', async () => {
    const { runner, log } = rig();
    runner.go('digits');
    runner.digit('1');
    runner.digit('*');
    runner.digit('0');
    expect(log.filter((l) => l.startsWith('exit'))).toEqual([]);
    await runner.settled();
    expect(log.at(-1)).toBe('exit queue');
    expect(log.indexOf('stop')).toBeGreaterThan(log.indexOf('play c1:flow-1 q.wav'));
  });

  it('goes on when a prompt cannot be played', async () => {
    const made = rig();
    made.playFails = true;
    made.runner.go('say');
    await made.runner.settled();
    await made.runner.settled();
    await made.runner.settled();
    expect(made.exits).toEqual([expect.objectContaining({ type: 'queue' })]);
    expect(made.log).toContain('failed play');
  });

  it('goes on when the house does not answer, or fails', async () => {
    const made = rig();
    made.runner.go('incident');
    await jest.advanceTimersByTimeAsync(0);
    expect(made.events.at(-1)).toMatchObject({ type: 'ivr.entered', node: 'none' });
    made.answer = () => new Promise(() => undefined);
    made.runner.go('progress');
    await jest.advanceTimersByTimeAsync(2_999);
    expect(made.events.at(-1)).toMatchObject({ node: 'progress' });
    await jest.advanceTimersByTimeAsync(1);
    expect(made.events.at(-1)).toMatchObject({ node: 'other' });
  });

  it('passes speech on, and ends listening with the node', async () => {
    const { runner, log } = rig();
    runner.go('speech');
    await runner.settled();
    runner.playFinished('c1:flow-1', 'completed');
    runner.heard('社保', [], false);
    await runner.settled();
    expect(log.filter((l) => l.startsWith('listen'))).toEqual(['listen true', 'listen false']);
    expect(log.at(-1)).toBe('play c1:flow-2 next.wav');
  });

  it('is over when the caller hangs up: no timer, no exit, no word more', async () => {
    const { runner, log, events } = rig();
    runner.go('voicemail');
    await runner.settled();
    runner.playFinished('c1:flow-1', 'completed');
    await jest.advanceTimersByTimeAsync(2_000);
    runner.stop();
    runner.digit('0');
    await jest.advanceTimersByTimeAsync(600_000);
    expect(log.filter((l) => l.startsWith('record'))).toEqual(['record true', 'record false']);
    expect(events.slice(-2)).toEqual([
      { type: 'ivr.voicemail-left', lengthMs: 2_000 },
      { type: 'ivr.left', node: 'voicemail', to: 'caller-gone' },
    ]);
    expect(log.some((l) => l.startsWith('exit'))).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});
