/** Callers who only wait: SIP as it must be, and ears for the music, but no voice. Hundreds from one socket. */
import { createSocket, type Socket } from 'node:dgram';
import { randomUUID } from 'node:crypto';

const HOST = '127.0.0.1';

interface Caller {
  readonly callId: string;
  readonly fromTag: string;
  readonly number: string;
  toTag: string;
  isUp: boolean;
}

async function bind(socket: Socket): Promise<number> {
  await new Promise<void>((resolve) => {
    socket.bind(0, HOST, resolve);
  });
  return socket.address().port;
}

export class SilentCallers {
  readonly #sip = createSocket('udp4');
  readonly #ears = createSocket('udp4');
  readonly #callers = new Map<string, Caller>();
  readonly #sipPort: number;
  #ownPort = 0;
  #earPort = 0;

  constructor(sipPort: number) {
    this.#sipPort = sipPort;
    this.#sip.on('message', (bytes) => {
      this.#hear(bytes.toString('latin1'));
    });
    // What is played to them is received and forgotten.
    this.#ears.on('message', () => undefined);
  }

  async open(): Promise<void> {
    this.#ownPort = await bind(this.#sip);
    this.#earPort = await bind(this.#ears);
  }

  /** Callers whose call was answered (they hear the greeting, then the line) and has not ended. */
  get up(): number {
    return [...this.#callers.values()].filter((c) => c.isUp).length;
  }

  dial(number: string): void {
    const caller = { callId: randomUUID(), fromTag: randomUUID().slice(0, 8), number, toTag: '', isUp: false };
    this.#callers.set(caller.callId, caller);
    const sdp = [
      ...['v=0', `o=- 1 1 IN IP4 ${HOST}`, 's=-', `c=IN IP4 ${HOST}`, 't=0 0'],
      ...[`m=audio ${this.#earPort} RTP/AVP 8 101`, 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', ''],
    ].join('\r\n');
    this.#send(this.#request(caller, 'INVITE', 1), sdp);
  }

  #request(caller: Caller, method: string, cseq: number): string[] {
    const uri = `sip:12345@${HOST}:${this.#sipPort}`;
    const toTag = caller.toTag === '' ? '' : `;tag=${caller.toTag}`;
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.#ownPort};branch=z9hG4bK${randomUUID().slice(0, 12)};rport`,
      'Max-Forwards: 70',
      `From: <sip:${caller.number}@${HOST}>;tag=${caller.fromTag}`,
      `To: <${uri}>${toTag}`,
      `Call-ID: ${caller.callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${caller.number}@${HOST}:${this.#ownPort}>`,
    ];
  }

  #send(lines: readonly string[], body = ''): void {
    const type = body === '' ? [] : ['Content-Type: application/sdp'];
    const text = [...lines, ...type, `Content-Length: ${body.length}`, '', body].join('\r\n');
    this.#sip.send(text, this.#sipPort, HOST);
  }

  #hear(message: string): void {
    const header = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(message)?.[1]?.trim() ?? '';
    const caller = this.#callers.get(header('Call-ID'));
    if (caller === undefined) return;
    if (!message.startsWith('SIP/2.0')) {
      this.#answer(message);
      if (message.startsWith('BYE')) caller.isUp = false;
      return;
    }
    const status = Number(message.slice(8, 11));
    if (!header('CSeq').endsWith('INVITE') || status < 200) return;
    caller.toTag = /;tag=([^;>\s]+)/.exec(header('To'))?.[1] ?? '';
    caller.isUp = status < 300;
    this.#send(this.#request(caller, 'ACK', 1));
  }

  /** Whatever the server asks within a call is fine with them. */
  #answer(request: string): void {
    if (request.startsWith('ACK')) return;
    const kept = request.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    this.#send(['SIP/2.0 200 OK', ...kept]);
  }

  close(): void {
    for (const caller of this.#callers.values()) if (caller.isUp) this.#send(this.#request(caller, 'BYE', 2));
    this.#sip.close();
    this.#ears.close();
  }
}
