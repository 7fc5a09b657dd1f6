import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { CallCenter } from '../../../../server/calls/call-center.ts';
import { MemoryLineStore } from '../../../../server/acd/memory/memory-line-store.ts';
import { noPartners } from '../../../../server/calls/partners.ts';
import { configSchema } from '../../../../config/schema.ts';
import { callbackSetup } from '../../../../server/line-setup.ts';
import type { CallEventBody } from '../../../../server/timeline/events.ts';
import type { LegSnapshot } from '../../../../telephony/ports/switch.ts';
import { counterIds } from '../../../support/ids.ts';
import { MemoryCalls, memoryStore } from '../../../support/memory-store.ts';
import { engine } from '../../drafts/support.ts';

const NOW = 100_000;
const leg = (callId: string, name: string, peer: string): LegSnapshot => ({
  ...{ legId: `${callId}-${name}`, state: 'bridged', peerLegId: `${callId}-${peer}`, marks: { call_id: callId } },
  direction: name === 'caller' ? 'inbound' : 'outbound',
});
const arrived = (callId: string): CallEventBody[] => [
  { type: 'call.arrived', from: '1', to: '12345', trunk: 't', legId: `${callId}-caller` },
  { type: 'call.answered' },
  { type: 'queue.joined', queue: 'main', priority: 5 },
];
const diverted = (callId: string): CallEventBody[] => [
  ...arrived(callId),
  { type: 'divert.started', partner: 'linjiang', legId: `${callId}-partner` },
  { type: 'queue.left', waitMs: 1, reason: 'diverted' },
];

/** A switch that has these legs and does nothing of what it is told. */
function switchWith(legs: readonly LegSnapshot[]): never {
  const known: Readonly<Record<string, unknown>> = {
    list: () => Promise.resolve(legs),
    subscribe: () => () => undefined,
  };
  return new Proxy({}, { get: (_, name) => known[String(name)] ?? (() => Promise.resolve()) }) as never;
}

it('calls that a partner hotline has had since before the start count as its calls again, others do not', async () => {
  const calls = new MemoryCalls();
  for (const [callId, bodies] of [
    ['c1', diverted('c1')],
    ['c2', arrived('c2')],
    ['c3', diverted('c3')],
  ] as const)
    await calls.append(bodies.map((body, i) => ({ ...body, callId, seq: i + 1, atMs: i * 1_000 })));
  const newId = counterIds('x');
  const center = new CallCenter({
    switch: switchWith([
      ...[leg('c1', 'caller', 'partner'), leg('c1', 'partner', 'caller')],
      { ...leg('c2', 'caller', ''), state: 'parked', peerLegId: undefined },
      ...[leg('c3', 'caller', 'partner'), leg('c3', 'partner', 'caller')],
    ]),
    line: new MemoryLineStore({ nowMs: () => NOW, newId }),
    store: { ...memoryStore(), calls },
    recognizer: { state: { type: 'off', reason: '' }, onState: () => () => undefined } as never,
    drafts: engine,
    prompts: () => [],
    settings: {
      flow: { name: 'line', title: 't', start: 'line', person: 'line', nodes: {} },
      ...{ ringMs: 1_000, excludeAfterNoAnswerMs: 1_000, agentReturnMs: 1_000, firstAnnouncementMs: 60_000 },
      ...{ positionEveryMs: 60_000, maxWaitMs: 600_000, wrapUpMs: 1_000, mediaTimeoutMs: 60_000 },
    },
    ivr: { calendar: {} as never, progress: { find: () => Promise.resolve(null) }, recorded: new Set() },
    ...{ ownNumber: '12345', stickyDays: 0, callback: callbackSetup(configSchema.parse({})) },
    ...{ recordingPath: () => '', logger: pino({ enabled: false }), nowMs: () => NOW, newId },
    callsOutliveUs: true,
  });
  const goOn: string[] = [];
  center.lineDesk.setPartners({ ...noPartners, goesOn: (partner, callId) => goOn.push(`${partner} ${callId}`) });
  try {
    expect((await center.adopt()).adopted.size).toBe(3);
    expect(goOn.sort()).toEqual(['linjiang c1', 'linjiang c3']);
  } finally {
    await center.close();
  }
});
