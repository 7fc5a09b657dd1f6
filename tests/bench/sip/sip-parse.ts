/**
 * What reading and writing SIP costs: messages of real shape, every routing header and the SDP read as typed values,
 * then written again. Beside it the parser and stringifier of the npm package `sip` on the same messages in the same run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseSdp } from '../../../telephony/sdp/session-description.ts';
import { headerList } from '../../../telephony/sip/message/headers.ts';
import { parseNameAddr } from '../../../telephony/sip/message/name-addr.ts';
import { parseMessage } from '../../../telephony/sip/message/parse.ts';
import { serializeMessage } from '../../../telephony/sip/message/serialize.ts';
import { bodyText, type ReceivedMessage } from '../../../telephony/sip/message/types.ts';
import { parseUri, type Uri } from '../../../telephony/sip/message/uri.ts';
import { parseVia } from '../../../telephony/sip/message/via.ts';
import type { Bench, Metrics } from '../bench.ts';
import { median, rounded } from '../stats.ts';

const DIR = join(import.meta.dirname, 'messages');
const ROUNDS = 9;
const ROUND_MS = 400;
const ROUTES = ['route', 'record-route', 'path', 'contact', 'p-asserted-identity'] as const;

/** What both sides must find, so that neither is fast by reading less. */
export interface Found {
  readonly vias: number;
  readonly uris: number;
  readonly mediaPort: number;
  readonly bytes: number;
}

interface NpmAddress {
  readonly uri: string | object;
}
interface NpmMessage {
  readonly uri?: string;
  readonly content: string;
  readonly headers: Readonly<Record<string, unknown>>;
}
interface NpmSip {
  parse(bytes: Buffer): NpmMessage | undefined;
  stringify(message: NpmMessage): string;
  parseUri(uri: string | object): object | undefined;
  parseAOR(data: { s: string; i: number }): NpmAddress;
}
interface NpmSdp {
  parse(text: string): { readonly m: readonly { readonly port: number }[] };
}

/** Our way: bytes in, typed values, bytes out. */
export function ours(bytes: Uint8Array): Found {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(`a message of the bench cannot be read: ${result.fault.code}`);
  const { message } = result;
  // The topmost Via, From, To and CSeq are typed already.
  const others = headerList(message, 'via').slice(1);
  const vias = 1 + others.filter((value) => parseVia(value) !== undefined).length;
  const uris = urisOf(message).filter((uri) => uri !== undefined).length;
  const sdp = message.body.length === 0 ? undefined : parseSdp(bodyText(message));
  const mediaPort = sdp?.ok === true ? (sdp.session.media[0]?.port ?? 0) : 0;
  return { vias, uris, mediaPort, bytes: serializeMessage(message).length };
}

function urisOf(message: ReceivedMessage): (Uri | undefined)[] {
  const { from, to } = message.essentials;
  const uris = [parseUri(from.uri), parseUri(to.uri)];
  if (message.kind === 'request') uris.push(parseUri(message.uri));
  for (const name of ROUTES) {
    for (const value of headerList(message, name)) uris.push(parseUri(parseNameAddr(value)?.uri ?? ''));
  }
  return uris;
}

/** The package's way. It keeps P-Asserted-Identity as text: its own address parser reads the first of it. */
export function npm(sip: NpmSip, sdp: NpmSdp): (bytes: Buffer) => Found {
  return (bytes) => {
    const message = sip.parse(bytes);
    if (message === undefined) throw new Error('a message of the bench cannot be read by the package');
    const { headers } = message;
    const addresses = [headers['from'], headers['to']] as NpmAddress[];
    for (const name of ROUTES) {
      const values = headers[name];
      if (Array.isArray(values)) addresses.push(...(values as NpmAddress[]));
      else if (typeof values === 'string') addresses.push(sip.parseAOR({ s: values, i: 0 }));
    }
    const uris = addresses.map(({ uri }) => sip.parseUri(uri));
    if (message.uri !== undefined) uris.push(sip.parseUri(message.uri));
    const media = message.content === '' ? undefined : sdp.parse(message.content);
    return {
      vias: (headers['via'] as readonly unknown[]).length,
      uris: uris.filter((uri) => uri !== undefined).length,
      mediaPort: media?.m[0]?.port ?? 0,
      bytes: Buffer.from(sip.stringify(message), 'binary').length,
    };
  };
}

/** Messages per second over one round. */
function perSecond(messages: readonly Buffer[], read: (bytes: Buffer) => Found): number {
  let count = 0;
  let seen = 0;
  const startedMs = performance.now();
  let nowMs = startedMs;
  while (nowMs - startedMs < ROUND_MS) {
    for (let i = 0; i < 50; i++) for (const message of messages) seen += read(message).bytes;
    count += 50 * messages.length;
    nowMs = performance.now();
  }
  if (seen === 0) throw new Error('nothing was written');
  return (count * 1_000) / (nowMs - startedMs);
}

function run(say: (line: string) => void): Metrics {
  const require = createRequire(import.meta.url);
  const theirs = npm(require('sip') as NpmSip, require('sip/sdp') as NpmSdp);
  const messages = readdirSync(DIR).map((name) => readFileSync(join(DIR, name)));
  for (const message of messages) {
    const [a, b] = [ours(message), theirs(message)];
    // The package sees the first of several P-Asserted-Identity values, and no tel: URIs.
    if (a.vias !== b.vias || a.mediaPort !== b.mediaPort || a.uris < b.uris) throw new Error('they read differently');
  }
  const rounds: { ours: number; theirs: number }[] = [];
  for (let i = 0; i < ROUNDS; i++)
    rounds.push({ ours: perSecond(messages, ours), theirs: perSecond(messages, theirs) });
  // The first two rounds warm the compiler up.
  const warm = rounds.slice(2);
  const messagesPerS = median(warm.map((r) => r.ours));
  const npmSipMessagesPerS = median(warm.map((r) => r.theirs));
  say(`${messages.length} kinds of messages, ${rounded(messagesPerS / npmSipMessagesPerS, 2)} times the package`);
  return { messagesPerS: rounded(messagesPerS, 0), npmSipMessagesPerS: rounded(npmSipMessagesPerS, 0) };
}

export const sipParse: Bench = {
  name: 'sip-parse',
  about: 'SIP messages read as typed values and written again, per second, beside npm sip 0.0.6',
  limitMs: 60_000,
  run: (say) => Promise.resolve(run(say)),
};
