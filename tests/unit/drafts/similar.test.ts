import { describe, expect, it } from '@jest/globals';
import { similarTickets } from '../../../server/drafts/similar.ts';
import type { TicketRow } from '../../../server/store/ports.ts';
import { earlierTicket } from './earlier.ts';
import { CALLER, engine, talk } from './support.ts';

const nowMs = Date.parse('2026-11-27T02:00:00Z');
const { draft } = talk(['C:我要投诉锦绣花园小区楼下的烧烤店油烟很大']);
const fumes = { classId: 'c010101', communityId: 'binjiang-jinxiu', streetId: 'binjiang' };
const ticket = (values: Parameters<typeof earlierTicket>[0]): TicketRow => earlierTicket(values, nowMs);

function found(tickets: readonly TicketRow[], now = draft): readonly [id: string, why: string][] {
  const { roadsIn } = engine;
  return similarTickets({ draft: now, callerNumber: CALLER, nowMs, roadsIn }, tickets, 3).map((t) => [
    t.id,
    t.why.map(({ type }) => type).join(),
  ]);
}

describe('earlier tickets that look the same', () => {
  it('says what they have in common', () => {
    const all = ticket({ ...fumes, callerNumber: CALLER });
    const place = ticket(fumes);
    const topic = ticket({ ...fumes, classId: 'c010102' });
    expect(found([topic, place, all])).toEqual([
      [all.id, 'caller,place,class'],
      [place.id, 'place,class'],
      [topic.id, 'place,topic'],
    ]);
  });

  it('one thing in common is not enough', () => {
    const alone = [
      ticket({ callerNumber: CALLER }),
      ticket({ communityId: 'binjiang-jinxiu' }),
      ticket({ classId: 'c010101' }),
      ticket({ streetId: 'binjiang', classId: 'c010102' }),
    ];
    expect(found(alone)).toEqual([]);
  });

  it('the same road is the same place, wherever the community is unknown', () => {
    const { draft: onRoad } = talk(['C:望江路上有人占道经营摆摊']);
    const road = ticket({ classId: onRoad.fields.classId.value, placeText: '望江路和人民路交叉口' });
    expect(onRoad.fields.classId.value).not.toBe('');
    expect(found([road], onRoad)).toEqual([[road.id, 'place,class']]);
  });

  it('the newer of two equals goes first; the ticket of this very call is none', () => {
    const old = ticket({ ...fumes, daysAgo: 60 });
    const young = ticket({ ...fumes, daysAgo: 1 });
    expect(found([old, young]).map(([id]) => id)).toEqual([young.id, old.id]);
    expect(found([{ ...young, callId: draft.callId }])).toEqual([]);
  });

  it('a withheld number is nobody’s, an unknown class and place are not the same as another', () => {
    const empty = talk(['C:你好']).draft;
    const nobody = ticket({ callerNumber: '' });
    const { roadsIn } = engine;
    expect(similarTickets({ draft: empty, callerNumber: '', nowMs, roadsIn }, [nobody], 3)).toEqual([]);
  });
});
