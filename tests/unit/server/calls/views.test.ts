import { describe, expect, it } from '@jest/globals';
import { historyFor, maskNumber } from '../../../../server/calls/views.ts';
import type { CallerHistory, TicketRow } from '../../../../server/store/ports.ts';

const ticket = (agentId: string, confidential: boolean, name: string): TicketRow =>
  ({ agentId, confidential, fields: { callerName: { value: name, display: name } } }) as unknown as TicketRow;

describe('what pages see', () => {
  it.each([
    ['13812348000', '138****8000'],
    ['02788888888', '027****8888'],
    ['110', '*10'],
    ['', '未显示号码'],
  ])('number %s as %s', (number, shown) => {
    expect(maskNumber(number)).toBe(shown);
  });

  it('keeps back confidential tickets of other agents, and a name known only from them', () => {
    const history: CallerHistory = {
      callsIn90Days: 2,
      callerName: '举报人',
      tickets: [ticket('a1', true, '举报人'), ticket('a2', false, '王芳')],
    };
    expect(historyFor(history, 'a1')).toBe(history);
    expect(historyFor(history, 'a2')).toMatchObject({ callerName: '王芳', tickets: [{ agentId: 'a2' }] });
    expect(historyFor({ ...history, tickets: history.tickets.slice(0, 1) }, null).callerName).toBe('');
  });
});
