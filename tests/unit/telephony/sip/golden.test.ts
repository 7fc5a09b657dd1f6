/** Golden and hostile messages: what the parser makes of them, and what the core answers. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessage } from '../../../../telephony/sip/message/parse.ts';
import { serializeMessage } from '../../../../telephony/sip/message/serialize.ts';
import { header, headerList } from '../../../../telephony/sip/message/headers.ts';
import { parseNameAddr } from '../../../../telephony/sip/message/name-addr.ts';
import { parseUri, uriUser } from '../../../../telephony/sip/message/uri.ts';
import { makeCore, PEER, statusesOf } from './core-bench.ts';

const DIR = join(import.meta.dirname, '../../../golden/sip');
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(DIR, `${name}.sip`)));

/** File, what the parser says, statuses the core answers to a trusted peer (none: silence). Names of RFC 4475 kept. */
const TABLE: readonly (readonly [string, string, readonly number[]])[] = [
  ['plain-invite', 'ok', [100]],
  ['utf8-display-name', 'ok', [100]],
  ['compact-forms', 'ok', [100]],
  ['routes', 'ok', [100]],
  ['wsinv', 'ok', [481]],
  ['intmeth', 'ok', [405]],
  ['esc01', 'ok', [100]],
  ['escnull', 'ok', [401]],
  ['esc02', 'ok', [405]],
  ['lwsdisp', 'ok', [200]],
  ['semiuri', 'ok', [200]],
  ['dblreq', 'ok', [401]],
  ['transports', 'ok', [200]],
  ['unreason', 'ok', []],
  ['noreason', 'ok', []],
  ['badinv01', 'bad-address', [400]],
  ['clerr', 'body-truncated', [400]],
  ['ncl', 'bad-content-length', [400]],
  ['scalar02', 'bad-cseq', [400]],
  ['quotbal', 'bad-address', [400]],
  ['ltgtruri', 'ok', [400]],
  ['lwsruri', 'bad-start-line', []],
  ['lwsstart', 'bad-start-line', []],
  ['trws', 'bad-start-line', []],
  ['badvers', 'bad-version', [505]],
  ['mismatch01', 'bad-cseq', [400]],
  ['mismatch02', 'bad-cseq', [400]],
  ['bigcode', 'bad-start-line', []],
  ['badbranch', 'ok', [200]],
  ['insuf', 'missing-header', []],
  ['unkscm', 'ok', [416]],
  ['novelsc', 'ok', [416]],
  ['bext01', 'ok', [420]],
  ['invut', 'ok', [415]],
  ['regaut01', 'ok', [401]],
  ['multi01', 'bad-header', [400]],
  ['mcl01', 'bad-header', [400]],
  ['bcast', 'ok', []],
  ['zeromf', 'ok', [200]],
  ['cparam01', 'ok', [401]],
  ['inv2543', 'ok', [100]],
  ['longreq', 'ok', [100]],
  ['mpart01', 'ok', [405]],
  ['scalarlg', 'bad-cseq', []],
  ['escruri', 'ok', [400]],
  ['baddate', 'ok', [100]],
  ['regbadct', 'ok', [401]],
  ['badaspec', 'ok', [200]],
  ['baddn', 'ok', [200]],
  ['unksm2', 'ok', [401]],
  ['cparam02', 'ok', [401]],
  ['regescrt', 'ok', [401]],
  ['sdp01', 'ok', [406]],
  ['header-injection', 'ok', [100]],
  ['many-headers', 'too-many-headers', [400]],
  ['giant-header', 'header-too-long', [400]],
  ['nul-bytes', 'keep-alive', []],
  ['keep-alive', 'keep-alive', []],
  ['no-blank-line', 'no-end-of-headers', []],
  ['http-request', 'bad-start-line', []],
  ['random-bytes', 'no-end-of-headers', []],
];

/** Every message of RFC 4475, by the name it has there. */
const RFC_4475 = [
  ...['wsinv', 'intmeth', 'esc01', 'escnull', 'esc02', 'lwsdisp', 'longreq', 'dblreq', 'semiuri', 'transports'],
  ...['mpart01', 'unreason', 'noreason', 'badinv01', 'clerr', 'ncl', 'scalar02', 'scalarlg', 'quotbal', 'ltgtruri'],
  ...['lwsruri', 'lwsstart', 'trws', 'escruri', 'baddate', 'regbadct', 'badaspec', 'baddn', 'badvers', 'mismatch01'],
  ...['mismatch02', 'bigcode', 'badbranch', 'insuf', 'unkscm', 'novelsc', 'unksm2', 'bext01', 'invut', 'regaut01'],
  ...['multi01', 'mcl01', 'bcast', 'zeromf', 'cparam01', 'cparam02', 'regescrt', 'sdp01', 'inv2543'],
];

describe('golden messages', () => {
  it('has every message of RFC 4475', () => {
    const named = TABLE.map(([name]) => name);
    expect(RFC_4475.filter((name) => !named.includes(name))).toEqual([]);
  });

  it('has a row for every file', () => {
    const files = readdirSync(DIR).map((f) => f.replace(/\.sip$/, ''));
    expect([...files].sort()).toEqual(TABLE.map(([name]) => name).sort());
  });

  it.each(TABLE)('%s: %s', (name, wanted, statuses) => {
    const bytes = read(name);
    const result = parseMessage(bytes);
    expect(result.ok ? 'ok' : result.fault.code).toBe(wanted);
    expect(statusesOf(makeCore().receive(bytes, PEER, 0))).toEqual(statuses);
    if (!result.ok) return;
    // Written again and read again it is the same.
    const again = parseMessage(serializeMessage(result.message));
    expect(again).toEqual({ ok: true, message: expect.objectContaining({ essentials: result.message.essentials }) });
    if (!again.ok) return;
    const kept = (m: typeof result.message): unknown[] => [
      m.headers.filter((h) => h.name !== 'content-length'),
      m.body,
    ];
    expect(kept(again.message)).toEqual(kept(result.message));
  });

  it('reads the tortuous INVITE rightly', () => {
    const result = parseMessage(read('wsinv'));
    if (!result.ok) throw new Error(result.fault.code);
    const { essentials, headers } = result.message;
    expect(essentials).toMatchObject({
      toTag: '1918181833n',
      fromTag: '98asjd8',
      cseq: { number: 9, method: 'INVITE' },
    });
    expect(essentials.from.displayName).toBe('J Rosen \\"');
    expect(essentials.via).toMatchObject({ transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' });
    expect(headerList(result.message, 'via')).toHaveLength(3);
    expect(header(result.message, 'newfangledheader')).toBe('newfangled value continued newfangled value');
    expect(headers.some((h) => h.name === 'subject' && h.value === '')).toBe(true);
  });

  it('keeps commas inside quotes and brackets together', () => {
    const result = parseMessage(read('routes'));
    if (!result.ok) throw new Error(result.fault.code);
    expect(headerList(result.message, 'record-route')).toEqual([
      '<sip:p1.example.com;lr>',
      '<sip:p2.example.com;lr>',
      '<sip:p3.example.com;lr;x="a,b">',
    ]);
    expect(headerList(result.message, 'via')).toHaveLength(3);
  });

  it('leaves a multipart body with binary parts alone', () => {
    const bytes = read('mpart01');
    const result = parseMessage(bytes);
    const body = bytes.subarray(Buffer.from(bytes).indexOf('\r\n\r\n') + 4);
    expect(result.ok && Buffer.from(result.message.body).equals(body)).toBe(true);
    expect(body.includes(0)).toBe(true);
  });

  it('takes a URI with header fields for a Contact in brackets only', () => {
    const uriOf = (name: string): string | undefined => {
      const result = parseMessage(read(name));
      return result.ok ? parseNameAddr(header(result.message, 'contact') ?? '')?.uri : undefined;
    };
    expect(uriOf('regbadct')).toBeUndefined();
    expect(uriOf('regescrt')).toBe('sip:desk@hotline.local?Route=%3Csip:198.51.100.9%3E');
  });

  it('cuts a second message off the first', () => {
    const result = parseMessage(read('dblreq'));
    expect(result.ok && result.message.body.length).toBe(0);
  });

  it('takes the user of unusual URIs', () => {
    expect(uriUser(parseUri('sip:user;par=u%40example.net@example.com'))).toBe('user');
    expect(uriUser(parseUri('sip:sips%3Auser%40example.com@example.net'))).toBe('sips:user@example.com');
    expect(uriUser(parseUri('tel:+86-138-0013-8000;phone-context=x'))).toBe('+8613800138000');
  });

  it('never lets a value become a header', () => {
    const result = parseMessage(read('plain-invite'));
    if (!result.ok) throw new Error(result.fault.code);
    const evil = {
      ...result.message,
      headers: [...result.message.headers, { name: 'subject', value: 'a\r\nEvil: 1' }],
    };
    const again = parseMessage(serializeMessage(evil));
    expect(again.ok && again.message.headers.some((h) => h.name === 'evil')).toBe(false);
  });
});
