/** What the line is told of a caller: found by the flow, by the number that was called, by who has tried before. */
import { expect, it } from '@jest/globals';
import { MemoryLineStore } from '../../../../server/acd/memory/memory-line-store.ts';
import type { CallState, LineWants } from '../../../../server/calls/core/call-types.ts';
import { carryOutLine, type LineCommands } from '../../../../server/calls/line-commands.ts';
import { LineDesk } from '../../../../server/calls/line-desk.ts';
import { counterIds } from '../../../support/ids.ts';

const NOW = 10_000_000;

interface Caller {
  readonly to?: string;
  readonly trunk?: string;
  readonly wants?: LineWants;
}

/** In the order in which they came; each stands in the line. */
async function lineOf(callers: Readonly<Record<string, Caller>>): Promise<MemoryLineStore> {
  let nowMs = NOW;
  const line = new MemoryLineStore({ nowMs: () => nowMs, newId: counterIds('o') });
  const host = new LineDesk({
    ...{ line, ownNumber: '12345', stickyDays: 7, nowMs: () => nowMs, newId: counterIds('x') },
    ...{ urgent: new Set(['96110', 'from-110']), callbacks: () => undefined },
    ...{ historyOf: () => undefined, ownLeg: () => undefined },
  });
  const commands = { line, host, input: () => undefined, kick: () => undefined } as unknown as LineCommands;
  for (const [callId, { to = '12345', trunk = 'carrier', wants }] of Object.entries(callers)) {
    nowMs += 1_000;
    const state = { facts: { callId, from: '138', to, trunk }, settings: {} } as unknown as CallState;
    const place = { queue: 'main', priority: 5, ...(wants === undefined ? {} : { wants }) };
    await carryOutLine(commands, state, { type: 'join', ...place });
  }
  return line;
}

it('urgent and elderly callers stand before those who came earlier, by the queue’s ageing', async () => {
  const anybody = { needs: [], dialect: null };
  const line = await lineOf({
    first: {},
    elderly: { wants: { ...anybody, caller: 'elderly' } },
    urgent: { wants: { ...anybody, caller: 'urgent' } },
    number: { to: '96110' },
    trunk: { trunk: 'from-110' },
  });
  const waiting = await line.waiting();
  expect(waiting.map((w) => w.callId)).toEqual(['urgent', 'number', 'trunk', 'elderly', 'first']);
  expect(waiting.find((w) => w.callId === 'elderly')?.facts).toEqual({ urgent: false, elderly: true, redials: 0 });
});
