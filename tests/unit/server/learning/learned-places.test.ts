import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createDraftEngine } from '../../../../server/drafts/engine.ts';
import type { Draft, DraftField } from '../../../../server/drafts/types.ts';
import { LearnedPlaces } from '../../../../server/learning/learned-places.ts';
import type { LearnedPlaceRow } from '../../../../server/store/ports.ts';
import { city, segmentOf, talk } from '../../drafts/support.ts';

const engine = createDraftEngine(city);
const byAgent = (values: Partial<Record<DraftField, string>>): Draft =>
  Object.entries(values).reduce(
    (state, [field, value]) => engine.step(state, { type: 'edit', field: field as DraftField, value }).state,
    talk(['C:我要投诉蓝鲸苑楼下的烧烤店油烟很大']),
  ).draft;
const communityOf = (line: string): string => {
  const state = engine.step(engine.start('c'), { type: 'speech', segment: segmentOf(line, 0) }).state;
  return state.draft.fields.communityId.value;
};

describe('what an agent’s choice tells', () => {
  it.each([
    ['the estate in the words of the place', '蓝鲸苑3号楼', '蓝鲸苑'],
    ['without what is known already', '滨江街道望江路蓝鲸苑', '蓝鲸苑'],
    ['nothing when the city knows it', '锦绣花园3号楼', null],
    ['nothing without a name', '3号楼旁边', null],
    ['nothing from a road', '新华街道路口', null],
  ])('%s', (_what, placeText, text) => {
    const learned = engine.nameToLearn(byAgent({ communityId: 'binjiang-jinxiu', placeText }));
    expect(learned).toEqual(text === null ? null : { text, communityId: 'binjiang-jinxiu' });
  });

  it('nothing when the machine chose, or nobody', () => {
    expect(engine.nameToLearn(byAgent({ placeText: '蓝鲸苑' }))).toBeNull();
  });
});

describe('learned place names', () => {
  it('are found by the drafts once they are used, and not after they were taken back', async () => {
    let rows: LearnedPlaceRow[] = [];
    const draft = byAgent({ communityId: 'binjiang-jinxiu', placeText: '蓝鲸苑3号楼' });
    const places = new LearnedPlaces({
      city: city.name,
      engine,
      drafts: { load: (id) => Promise.resolve(id === 'call-1' ? draft : undefined) },
      logger: pino({ level: 'silent' }),
      store: {
        note: ({ text, communityId, agentId, ticketNumber }) => {
          const state = rows.length === 0 ? 'proposed' : 'used';
          const row = {
            id: 'l1',
            text,
            communityId,
            agentId,
            ticketNumber,
            state,
            tickets: 1,
            updatedAtMs: 0,
          } as const;
          rows = [row];
          return Promise.resolve(row);
        },
        list: () => Promise.resolve(rows),
        set: (id, state) => Promise.resolve((rows = rows.map((r) => ({ ...r, state }))).find((r) => r.id === id)),
      },
    });
    await places.open();
    const line = 'C:我住在蓝鲸苑，楼道灯坏了';
    const ticket = { agentId: 'a1', number: 'JC-1' };
    expect(communityOf(line)).toBe('');
    await places.ticketCreated({ ...ticket, callId: 'call-1' });
    expect(communityOf(line)).toBe('');
    await places.ticketCreated({ ...ticket, callId: 'call-1', number: 'JC-2' });
    expect(communityOf(line)).toBe('binjiang-jinxiu');
    await places.set('l1', 'undone');
    expect(communityOf(line)).toBe('');
    await places.ticketCreated({ ...ticket, callId: 'unknown' });
  });
});
