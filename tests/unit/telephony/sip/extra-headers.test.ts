/** What comes with an INVITE beside the call: `X-` headers within bounds, and who diverted it. */
import { describe, expect, it } from '@jest/globals';
import { diversionsOf, extraHeaders } from '../../../../telephony/sip/message/extra-headers.ts';

describe('extra headers', () => {
  it('takes X- headers only, in lower case, the first of a name', () => {
    expect(
      extraHeaders([
        ['Subject', 'no'],
        ['X-Case', '工单 1'],
        ['x-case', 'again'],
        ['X-', 'no name'],
        ['X-Bad', 'a\u0007b'],
      ]),
    ).toEqual({ 'x-case': '工单 1' });
  });

  it('is bounded: 16 headers of 256 bytes', () => {
    const many = Array.from({ length: 40 }, (_, i) => [`X-H${i}`, String(i)] as const);
    expect(Object.keys(extraHeaders(many))).toEqual(many.slice(0, 16).map(([n]) => n.toLowerCase()));
    const long = [
      ['X-Fits', 'a'.repeat(256)],
      ['X-Long', 'a'.repeat(257)],
      ['X-Wide', '工'.repeat(86)],
      [`X-${'n'.repeat(70)}`, 'a'],
    ] as const;
    expect(Object.keys(extraHeaders(long))).toEqual(['x-fits']);
  });
});

describe('diversions', () => {
  it('come from Diversion, latest first', () => {
    const values = ['"A" <sip:12319@c.example>;reason=unconditional;counter=1', '<tel:+8612345>;reason="no-answer"'];
    expect(diversionsOf(values, ['<sip:1@x>;index=1'])).toEqual([
      { user: '12319', reason: 'unconditional' },
      { user: '+8612345', reason: 'no-answer' },
    ]);
    expect(diversionsOf(['nonsense <', '<sip:@>'], [])).toEqual([]);
    expect(diversionsOf(new Array<string>(50).fill('<sip:1@x>'), [])).toHaveLength(8);
  });

  it('come from History-Info otherwise (RFC 7044, RFC 4458)', () => {
    const history = [
      '<sip:12319@c.example>;index=1',
      '<sip:12345@c.example;cause=302>;index=1.1;mp=1',
      '<sip:hotline@192.0.2.9;cause=486>;index=1.1.1',
    ];
    expect(diversionsOf([], history)).toEqual([
      { user: '12345', reason: '486' },
      { user: '12319', reason: '302' },
    ]);
    const own = ['<sip:12319@c.example?Reason=SIP%3Bcause%3D302>;index=1', '<sip:12345@c.example>;index=1.1'];
    expect(diversionsOf([], own)).toEqual([{ user: '12319', reason: '302' }]);
    // Retargeted without a cause: a proxy's routing, no diversion.
    expect(diversionsOf([], ['<sip:12345@a>;index=1', '<sip:12345@b>;index=1.1'])).toEqual([]);
  });
});
