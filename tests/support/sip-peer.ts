/** A SIP far end over TLS or TCP, on OpenSSL by way of Node: Debian's SIPp is built without TLS. Reads and writes text. */
import { connect as tcpConnect, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';

const LIMIT_MS = 8_000;

export interface SipPeerOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP. */
  readonly tls?: { readonly ca: string } | undefined;
}

export class SipPeer {
  readonly socket: Socket | TLSSocket;
  #text = '';
  #branch = 0;
  isClosed = false;

  private constructor(socket: Socket | TLSSocket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#text += text;
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('error', () => socket.destroy());
  }

  static async open({ host, port, tls }: SipPeerOptions): Promise<SipPeer> {
    const socket =
      tls === undefined
        ? tcpConnect(port, host)
        : tlsConnect({ host, port, ca: tls.ca, servername: 'localhost', minVersion: 'TLSv1.2' });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === undefined ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    return new SipPeer(socket);
  }

  /** Takes what has come up to the end of a message that begins so; waits for it. */
  async receive(start: RegExp): Promise<string> {
    const deadlineMs = performance.now() + LIMIT_MS;
    for (;;) {
      const message = this.#cut();
      if (message !== undefined && start.test(message)) return message;
      if (message !== undefined) continue;
      if (performance.now() > deadlineMs) throw new Error(`${String(start)} did not come; there is: ${this.#text}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #cut(): string | undefined {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = Number(/content-length: *([0-9]+)/i.exec(this.#text.slice(0, end))?.[1] ?? 0);
    const total = end + 4 + length;
    if (this.#text.length < total) return undefined;
    const message = this.#text.slice(0, total);
    this.#text = this.#text.slice(total);
    return message;
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** A request of a call; `to` with its tag once there is one. */
  request(
    method: string,
    call: { id: string; seq: number; to?: string; number?: string; body?: string; via: string },
  ): void {
    this.#branch += 1;
    const { id, seq, to = '<sip:12345@hotline.test>', number = '12345', body = '', via } = call;
    const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
    this.send(
      `${method} sip:${number}@hotline.test SIP/2.0\r\nVia: SIP/2.0/${via} 127.0.0.1:9;branch=z9hG4bK${id}${this.#branch};rport\r\n` +
        `Max-Forwards: 70\r\nFrom: <sip:caller@127.0.0.1>;tag=f${id}\r\nTo: ${to}\r\nCall-ID: ${id}\r\nCSeq: ${seq} ${method}\r\n` +
        `Contact: <sip:caller@127.0.0.1:9;transport=${via.toLowerCase()}>\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  }

  close(): void {
    this.socket.destroy();
  }
}

export const PCMA_OFFER =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n';
