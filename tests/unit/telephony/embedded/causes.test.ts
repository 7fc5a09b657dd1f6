import { describe, expect, it } from '@jest/globals';
import { causeOfEnd, causeOfStatus, reasonHeader, rejectStatus } from '../../../../telephony/embedded/causes.ts';
import { hangupCauses } from '../../../../telephony/ports/switch.ts';

describe('causes', () => {
  it.each([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'rejected'],
    [403, 'rejected'],
    [404, 'not-found'],
    [480, 'unavailable'],
    [408, 'no-answer'],
    [487, 'cancelled'],
    [488, 'incompatible-media'],
    [503, 'congestion'],
    [500, 'failed'],
    [302, 'failed'],
  ])('%i is %s', (status, cause) => {
    expect(causeOfStatus(status)).toBe(cause);
  });

  it('has a final status and a Q.850 cause for every cause', () => {
    for (const cause of hangupCauses) {
      expect(rejectStatus(cause)).toBeGreaterThanOrEqual(400);
      expect(reasonHeader(cause)).toMatch(/^Q\.850;cause=[0-9]+$/);
    }
  });

  it('tells who ended', () => {
    const end = (why: Parameters<typeof causeOfEnd>[0]['why'], status = 0): unknown =>
      causeOfEnd({ type: 'ended', call: 'c', by: 'remote', why, status });
    expect(end('bye')).toEqual({ cause: 'normal', by: 'remote' });
    expect(end('cancelled')).toEqual({ cause: 'cancelled', by: 'remote' });
    expect(end('rejected', 486)).toEqual({ cause: 'busy', by: 'remote' });
    expect(end('no-answer')).toEqual({ cause: 'no-answer', by: 'local' });
    expect(end('unreachable', 408)).toEqual({ cause: 'unavailable', by: 'remote' });
    expect(end('lost', 481)).toEqual({ cause: 'media-lost', by: 'remote' });
    expect(end('expired')).toEqual({ cause: 'media-lost', by: 'local' });
    expect(end('no-ack', 408)).toEqual({ cause: 'failed', by: 'remote' });
  });
});
