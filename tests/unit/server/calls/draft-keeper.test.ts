import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { loadCity } from '../../../../config/load-city.ts';
import { DraftKeeper } from '../../../../server/calls/draft-keeper.ts';
import { createDraftEngine, type DraftEngine } from '../../../../server/drafts/engine.ts';
import type { Draft } from '../../../../server/drafts/types.ts';

describe('the keeper of a draft', () => {
  let engine: DraftEngine;
  let saved: { draft: Draft; agentId: string | null }[] = [];
  let isAway = false;

  const keeper = (): DraftKeeper =>
    new DraftKeeper({
      state: engine.start('c1'),
      machine: engine,
      store: {
        save: (draft, agentId) => {
          if (isAway) return Promise.reject(new Error('away'));
          saved.push({ draft, agentId });
          return Promise.resolve();
        },
      },
      onPatch: () => undefined,
      onSaveFailed: () => undefined,
    });

  beforeEach(async () => {
    engine = createDraftEngine(await loadCity('config/sample/jiangcheng'));
    jest.useFakeTimers();
    saved = [];
    isAway = false;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('acknowledges typed words only when they are stored', async () => {
    const kept = keeper();
    await kept.change({ type: 'edit', field: 'callerName', value: '王芳' }, 'a1');
    expect(saved.at(-1)?.draft.fields.callerName.value).toBe('王芳');
    isAway = true;
    await expect(kept.change({ type: 'edit', field: 'callerName', value: '王芳芳' }, 'a1')).rejects.toThrow('away');
  });

  it('stores both of two changes made at once', async () => {
    const kept = keeper();
    await Promise.all([
      kept.change({ type: 'edit', field: 'callerName', value: '王芳' }, 'a1'),
      kept.change({ type: 'edit-note', note: '备注' }, 'a1'),
    ]);
    expect(saved.at(-1)?.draft.fields.callerName.value).toBe('王芳');
    expect(saved.at(-1)?.draft.note).toBe('备注');
  });

  it('tells a value that may not stand in a field from one that may', () => {
    const kept = keeper();
    expect(kept.accepts({ type: 'edit', field: 'classId', value: 'no-such-class' })).toBe(false);
    expect(kept.accepts({ type: 'edit', field: 'urgency', value: 'urgent' })).toBe(true);
    expect(kept.accepts({ type: 'edit-note', note: 'no-such-class' })).toBe(true);
  });

  it('stores the owner as soon as there is one', async () => {
    const kept = keeper();
    await kept.assign('a1');
    expect(saved.at(-1)?.agentId).toBe('a1');
    expect(kept.isSaved).toBe(true);
  });

  it('tries again until the database is back, also after the call is over', async () => {
    const kept = keeper();
    isAway = true;
    await kept.assign('a1');
    kept.hear({ type: 'call-known', callerNumber: '13800138000', callerName: '' });
    await kept.close();
    expect(kept.isSaved).toBe(false);
    isAway = false;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(saved.at(-1)).toMatchObject({ agentId: 'a1' });
    expect(saved.at(-1)?.draft.fields.callbackNumber.value).toBe('13800138000');
    expect(kept.isSaved).toBe(true);
  });
});
