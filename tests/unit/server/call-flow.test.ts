import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.ts';
import { loadCallFlow } from '../../../server/call-flow.ts';

const withFlow = (flow: string) =>
  configSchema.parse({
    ivr: { flow },
    queues: [{ name: 'main' }, { name: 'other', overflow: { to: 'voicemail' } }],
    line: { waiting: [{ queue: 'main', leaveDigit: '9', leaveTo: { to: 'voicemail' } }] },
  });

describe('queues whose callers may leave a message', () => {
  it('need a call flow that takes messages: told at the start, all at once', async () => {
    const why = await loadCallFlow(withFlow('greeting-line'), process.cwd()).catch(String);
    expect(why).toContain('queues.1.overflow.to: the call flow greeting-line has no voicemail node');
    expect(why).toContain('line.waiting.0.leaveTo.to: the call flow greeting-line has no voicemail node');
    expect((await loadCallFlow(withFlow('full-service'), process.cwd())).flow.name).toBe('full-service');
  });
});
