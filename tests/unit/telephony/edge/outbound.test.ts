import { describe, expect, test } from '@jest/globals';
import { outboundUri } from '../../../../telephony/edge/core/outbound.ts';
import { trunkTable } from '../../../../telephony/edge/core/trunks.ts';

const trunks = trunkTable([{ name: 'telecom', addresses: ['203.0.113.0/28'] }], []);

describe('calls out', () => {
  test.each([
    ['sip:13900000000@203.0.113.1', 'sip:13900000000@203.0.113.1:5060'],
    ['sip:+8613900000000@203.0.113.1:5070;user=phone', 'sip:+8613900000000@203.0.113.1:5070'],
    ['sip:13900000000@203.0.113.99', undefined],
    ['sip:13900000000@carrier.example', undefined],
    ['sips:13900000000@203.0.113.1', undefined],
    ['tel:13900000000', undefined],
    ['sip:203.0.113.1', undefined],
    ['', undefined],
  ])('%s goes to %s', (uri, expected) => {
    expect(outboundUri(uri, trunks)?.uri).toBe(expected);
  });
});
