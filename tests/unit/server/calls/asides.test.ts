import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { Asides } from '../../../../server/calls/asides.ts';
import { SimilarFinder } from '../../../../server/calls/similar-finder.ts';
import { createQueryMaker } from '../../../../server/drafts/knowledge/query.ts';
import type { CallAside } from '../../../../server/drafts/aside-types.ts';
import type { TicketStore } from '../../../../server/store/ports.ts';
import type { CallEvent } from '../../../../server/timeline/events.ts';
import { loadKnowledge } from '../../../support/knowledge.ts';
import { CALLER, city, engine, segmentOf, talk } from '../../drafts/support.ts';
import { earlierTicket } from '../../drafts/earlier.ts';

const index = await loadKnowledge();
const nowMs = Date.parse('2026-11-27T02:00:00Z');

interface Stage {
  readonly asides: Asides;
  readonly pushed: [userId: string, callId: string, aside: CallAside][];
  readonly say: (line: string) => void;
  readonly like: jest.Mock<TicketStore['like']>;
  gone: boolean;
}

/** One call with two seats on it and one seat that has nothing to do with it. */
function stage(like: TicketStore['like'] = () => Promise.resolve([])): Stage {
  const asked = { like: jest.fn(like) };
  const lines: string[] = [];
  const pushed: Stage['pushed'] = [];
  const seat = (agentId: string, callId: string | null): unknown => ({
    agentId,
    work: callId === null ? { type: 'none' } : { type: 'talking', callId },
  });
  const call = {
    notes: { dialect: null },
    runner: { callId: 'call-1', state: { facts: { from: CALLER } } },
    segments: new Map<string, unknown>(),
    get draft() {
      return { draft: talk(lines).draft, secondMatter: () => engine.secondMatter(talk(lines)) };
    },
  };
  const center = {
    get: (callId: string) => (callId === 'call-1' && !it.gone ? call : undefined),
    seats: { all: () => [seat('a1', 'call-1'), seat('s1', 'call-1'), seat('a2', 'call-2'), seat('a3', null)] },
  };
  const asides = new Asides({
    center: center as never,
    push: {
      toUser: (userId, event, ...args) => {
        if (event === 'aside') pushed.push([userId, ...(args as unknown as [string, CallAside])]);
      },
    },
    knowledge: () => index,
    queries: createQueryMaker(city.dialectWords),
    similar: new SimilarFinder({
      tickets: { like: (likeness) => asked.like(likeness) },
      roadsIn: engine.roadsIn,
      nowMs: () => nowMs,
      logger: pino({ level: 'silent' }),
    }),
    seesPast: (agentId) => agentId !== 's1',
    nowMs: () => nowMs,
  });
  const say = (line: string): void => {
    lines.push(line);
    const segment = { ...segmentOf(line, lines.length), final: true };
    call.segments.set(segment.segmentId, segment);
    asides.hear({ type: 'speech.final', callId: 'call-1' } as CallEvent);
  };
  const it: Stage = { asides, pushed, say, like: asked.like, gone: false };
  return it;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what stands beside a draft', () => {
  it('follows the talk and is sent to the seats of the call, once a change', () => {
    const { asides, pushed, say } = stage();
    say('C:我们小区停水了');
    say('C:什么时候来水');
    expect(pushed).toEqual([]);
    jest.advanceTimersByTime(300);
    expect(pushed.map(([userId]) => userId)).toEqual(['a1', 's1']);
    expect(asides.of('call-1', 'a1').knowledge[0]?.id).toBe('water-cut');
    say('C:嗯好的');
    jest.advanceTimersByTime(300);
    expect(pushed).toHaveLength(2);
    say('C:还有我社保卡丢了怎么补办');
    jest.advanceTimersByTime(300);
    expect(pushed.at(-1)?.[2].knowledge[0]?.id).toBe('social-security-card');
  });

  it('of a call that is forgotten nothing is kept', () => {
    const made = stage();
    made.say('C:我们小区停水了什么时候来水');
    jest.advanceTimersByTime(300);
    made.gone = true;
    made.asides.hear({ type: 'call.ended', callId: 'other' } as CallEvent);
    expect(made.asides.of('call-1', 'a1').knowledge).toEqual([]);
    made.say('C:社保卡丢了怎么补办');
    jest.advanceTimersByTime(300);
    expect(made.asides.of('call-1', 'a1').knowledge).toEqual([]);
    made.asides.close();
  });

  it('earlier tickets come when the database has answered; agents far away are not shown them', async () => {
    const ticket = earlierTicket({ callerNumber: CALLER, classId: 'c040101' }, nowMs);
    const { say, pushed, like } = stage(() => Promise.resolve([ticket]));
    say('C:我们小区停水了');
    await jest.advanceTimersByTimeAsync(300);
    expect(like).toHaveBeenCalledTimes(1);
    expect(like.mock.calls[0]?.[0]).toMatchObject({ callerNumber: CALLER, classId: 'c040101', limit: 40 });
    const last = (userId: string): CallAside | undefined => pushed.filter(([id]) => id === userId).at(-1)?.[2];
    expect(last('a1')?.similar.map((t) => t.number)).toEqual([ticket.number]);
    expect(last('s1')?.similar).toEqual([]);
    say('C:嗯');
    await jest.advanceTimersByTimeAsync(300);
    expect(like).toHaveBeenCalledTimes(1);
  });

  it('a database that does not answer is asked again with the next words only', async () => {
    const { say, like } = stage(() => Promise.reject(new Error('away')));
    say('C:我们小区停水了');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(like).toHaveBeenCalledTimes(1);
    say('C:嗯');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(like).toHaveBeenCalledTimes(2);
  });

  it('a second matter is offered until it is taken or turned down, and then not again', () => {
    const { asides, say, pushed } = stage();
    say('C:我要投诉楼下的烧烤店油烟很大');
    say('C:另外我们小区停水两天了');
    jest.advanceTimersByTime(300);
    expect(pushed.at(-1)?.[2].second).toMatchObject({ classId: 'c040101', words: expect.stringContaining('停水') });
    expect(asides.second('call-1', 'dismiss')).toMatchObject({ fromSegmentId: 's1', fromChar: 0 });
    expect(pushed.at(-1)?.[2].second).toBeNull();
    say('C:停水也没人管');
    jest.advanceTimersByTime(300);
    expect(pushed.at(-1)?.[2].second).toBeNull();
    expect(asides.second('call-1', 'accept')).toBeUndefined();
  });
});
