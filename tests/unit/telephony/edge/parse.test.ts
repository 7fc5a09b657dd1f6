import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePublishedState } from '../../../../telephony/edge/core/published.ts';
import {
  forbiddenHeaders,
  parseSpillHeader,
  spillHeader,
  spillReasons,
} from '../../../../telephony/edge/core/spill.ts';
import { trunkFaults, trunkOf, trunkTable } from '../../../../telephony/edge/core/trunks.ts';

describe('what a server publishes', () => {
  test.each<[string, unknown, boolean]>([
    ['well-formed', { nodes: [{ name: 'fs1', state: 'up', calls: 3 }], waiting: 2 }, true],
    ['waiting unknown', { nodes: [], waiting: null }, true],
    ['more fields are ignored', { nodes: [{ name: 'fs1', state: 'down', calls: 0, extra: 1 }], at: 1 }, true],
    ['no list', { nodes: {} }, false],
    ['an unknown state', { nodes: [{ name: 'fs1', state: 'asleep', calls: 0 }] }, false],
    ['a negative count', { nodes: [{ name: 'fs1', state: 'up', calls: -1 }] }, false],
    ['no text as a name', { nodes: [{ name: 7, state: 'up', calls: 1 }] }, false],
    ['a waiting line of words', { nodes: [], waiting: 'many' }, false],
    ['nothing', null, false],
  ])('%s', (_what, value, isRead) => {
    expect(parsePublishedState(value) !== undefined).toBe(isRead);
  });

  test('anything at all is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = parsePublishedState(value);
        expect(read === undefined || Array.isArray(read.nodes)).toBe(true);
      }),
    );
  });
});

describe('spill header', () => {
  test('is read back as it was written', () => {
    const digits = fc.constantFrom('', '420100', '110000');
    fc.assert(
      fc.property(
        fc.record({
          reason: fc.constantFrom(...spillReasons),
          place: fc.option(fc.integer({ min: 1, max: 9_999_999 }), { nil: undefined }),
          area: digits,
          fromArea: digits,
          to: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
        }),
        (spill) => {
          expect(parseSpillHeader(spillHeader(spill))).toEqual(spill);
        },
      ),
    );
  });

  test.each(['', 'reason=hunger;to=b', 'reason=full', 'reason=full;to=b;place=0', 'reason=full;to=b;area=42'])(
    'refuses %j',
    (text) => {
      expect(parseSpillHeader(text)).toBeUndefined();
    },
  );

  test('text of any kind is refused or means what is read from it', () => {
    const field = fc.constantFrom('reason=full', 'to=b', 'place=3', 'place=x', 'area=420100', 'from=1', ';', '=');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 300 }),
          fc.array(field).map((f) => f.join(';')),
        ),
        (text) => {
          const read = parseSpillHeader(text);
          expect(read === undefined ? undefined : parseSpillHeader(spillHeader(read))).toEqual(read);
        },
      ),
    );
  });

  test('a partner may send the spill header and no other of ours', () => {
    const names = ['Via', 'X-Hotline-Spill', 'x-hotline-trunk', 'X-Other'];
    expect(forbiddenHeaders(names, false)).toEqual(['x-hotline-spill', 'x-hotline-trunk']);
    expect(forbiddenHeaders(names, true)).toEqual(['x-hotline-trunk']);
  });
});

describe('trunks', () => {
  const trunks = [
    { name: 'telecom', addresses: ['203.0.113.0/28', '198.51.100.7'] },
    { name: 'unicom', addresses: ['192.0.2.0/24'] },
  ];
  const limits = [{ name: 'telecom', callsPerSecond: 5, burst: 10, area: '420100', isPartner: false }];

  test.each([
    ['203.0.113.15', 'telecom'],
    ['203.0.113.16', undefined],
    ['198.51.100.7', 'telecom'],
    ['::ffff:192.0.2.9', 'unicom'],
    ['127.0.0.1', undefined],
    ['', undefined],
  ])('%s is of %s', (address, name) => {
    expect(trunkOf(trunkTable(trunks, limits), address)?.name).toBe(name);
  });

  test('limits count for the trunk they name; the other has none of its own', () => {
    const table = trunkTable(trunks, limits);
    expect(trunkOf(table, '198.51.100.7')?.rate).toEqual({ perSecond: 5, burst: 10 });
    expect(trunkOf(table, '192.0.2.9')?.rate).toBeUndefined();
  });

  test('faults are told in words', () => {
    const faults = trunkFaults(
      [{ name: 'telecom', addresses: ['somewhere'] }],
      [{ name: 'mobile', callsPerSecond: 1, burst: 1, area: '', isPartner: false }],
    );
    expect(faults).toEqual([
      'edge.trunks: there is no trunk "mobile" in sip.trunks',
      'sip.trunks: "somewhere" is neither an IPv4 address nor a range like 10.1.0.0/16',
    ]);
  });
});
