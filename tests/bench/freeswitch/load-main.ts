/**
 * Many bare telephones in a process of their own, so that their work is not counted as the server's: one SIP socket, a
 * few packets of audio sent when a call is up (as the first of every telephone), audio received thrown away. A telephone
 * that is called rings for a moment before it answers; calls end with the other side.
 */
import { createSocket } from 'node:dgram';
import { randomUUID } from 'node:crypto';
import type { LoadOrder, LoadReport } from './load-protocol.ts';

const HOST = '127.0.0.1';
const RINGS_MS = 500;
const FIRST_PACKETS = 3;
const PACKET_MS = 20;
interface Call {
  readonly id: string;
  readonly startedMs: number;
  readonly port: number;
  state: 'calling' | 'up' | 'ended';
  to: string;
}

const calls = new Map<string, Call>();
const inviteTo200Ms: number[] = [];
const invited: { user: string; atMs: number }[] = [];
let failed = 0;
let ended = 0;
const sip = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
const sink = createSocket({ type: 'udp4' });
sip.on('error', () => undefined);
sink.on('error', () => undefined);
await bind(sip);
await bind(sink);
const own = (): string => `${HOST}:${sip.address().port}`;

function bind(socket: ReturnType<typeof createSocket>): Promise<void> {
  return new Promise((resolve) => {
    socket.bind(0, HOST, resolve);
  });
}

function sdp(): string {
  const { port } = sink.address();
  return `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n`;
}

function request(method: string, call: Call, cseq: number, body = ''): void {
  const uri = `sip:12345@${HOST}:${call.port}`;
  const text = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own()};rport;branch=z9hG4bK${call.id}${method === 'ACK' ? 'a' : ''}${cseq}`,
    'Max-Forwards: 70',
    `From: <sip:1380000@${own()}>;tag=${call.id.slice(0, 8)}`,
    call.to === '' ? `To: <${uri}>` : `To: ${call.to}`,
    `Call-ID: ${call.id}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:1380000@${own()}>`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  sip.send(text, call.port, HOST);
}

const field = (text: string, name: string): string => new RegExp(`^${name}: *(.*)\r$`, 'im').exec(text)?.[1] ?? '';

sip.on('message', (bytes, from) => {
  const text = bytes.toString('latin1');
  const call = calls.get(field(text, 'Call-ID'));
  if (text.startsWith('SIP/2.0 ')) onResponse(text, call);
  else onRequest(text, from, call);
});

function onResponse(text: string, call: Call | undefined): void {
  const status = Number(text.slice(8, 11));
  if (call === undefined || !field(text, 'CSeq').endsWith('INVITE') || status < 200) return;
  call.to = field(text, 'To');
  request('ACK', call, 1);
  if (call.state !== 'calling') return;
  call.state = status < 300 ? 'up' : 'ended';
  if (status < 300) {
    inviteTo200Ms.push(performance.now() - call.startedMs);
    sendFirstAudio(text);
  } else failed += 1;
}

/** To the address in the answer's SDP: PCMA silence (RFC 3551). */
function sendFirstAudio(answer: string): void {
  const port = Number(/^m=audio (\d+)/m.exec(answer)?.[1] ?? 0);
  if (port === 0) return;
  for (let n = 0; n < FIRST_PACKETS; n += 1) {
    const packet = Buffer.alloc(172, 0xd5);
    packet.set([0x80, 8, 0, n]);
    packet.writeUInt32BE(n * 160, 4);
    packet.writeUInt32BE(port, 8);
    setTimeout(() => {
      sink.send(packet, port, HOST);
    }, n * PACKET_MS);
  }
}

function onRequest(text: string, from: { address: string; port: number }, call: Call | undefined): void {
  const method = text.slice(0, text.indexOf(' '));
  if (method === 'ACK') return;
  const isInvite = method === 'INVITE';
  if (isInvite)
    invited.push({
      user: /^INVITE sip:([^@;>]*)/.exec(text)?.[1] ?? '',
      atMs: performance.timeOrigin + performance.now(),
    });
  if (method === 'BYE' && call !== undefined && call.state !== 'ended') {
    call.state = 'ended';
    ended += 1;
  }
  const to = field(text, 'To');
  const vias = [...text.matchAll(/^Via: *(.*)\r$/gim)].map((m) => `Via: ${m[1] ?? ''}`);
  const tag = to.includes('tag=') ? '' : `;tag=${randomUUID().slice(0, 8)}`;
  const respond = (status: string, body: string): void => {
    const response = [
      `SIP/2.0 ${status}`,
      ...vias,
      `From: ${field(text, 'From')}`,
      `To: ${to}${tag}`,
      `Call-ID: ${field(text, 'Call-ID')}`,
      `CSeq: ${field(text, 'CSeq')}`,
      `Contact: <sip:agent@${own()}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    sip.send(response, from.port, from.address);
  };
  if (!isInvite) {
    respond('200 OK', '');
    return;
  }
  respond('180 Ringing', '');
  setTimeout(respond, RINGS_MS, '200 OK', sdp());
}

function begin(port: number): void {
  const call: Call = { id: randomUUID(), startedMs: performance.now(), port, state: 'calling', to: '' };
  calls.set(call.id, call);
  request('INVITE', call, 1, sdp());
}

function callMany(port: number, count: number, perS: number): void {
  const startMs = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - startMs) * perS) / 1_000));
    for (; begun < due; begun += 1) begin(port);
    if (begun >= count) clearInterval(timer);
  }, 5);
}

const tell = (report: LoadReport): void => {
  process.send?.(report);
};
process.on('message', (order: LoadOrder) => {
  if (order.type === 'call') callMany(order.port, order.calls, order.perS);
  if (order.type === 'hang-up') for (const call of calls.values()) if (call.state === 'up') request('BYE', call, 2);
  if (order.type === 'report')
    tell({ type: 'report', answered: inviteTo200Ms.length, failed, ended, inviteTo200Ms, invited });
});
process.on('disconnect', () => process.exit());
tell({ type: 'ready', sipPort: sip.address().port });
