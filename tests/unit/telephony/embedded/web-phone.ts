/** A bare SIP-over-WebSocket page for tests: sends text, waits for text. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { EmbeddedSwitch } from '../../../../telephony/embedded/embedded-switch.ts';

/** An HTTP server whose upgrades go to the switch. */
export async function serveUpgrades(sw: EmbeddedSwitch): Promise<{ server: Server; url: string }> {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    sw.handleUpgrade(request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/sip` };
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export class WebPhone {
  readonly socket: WebSocket;
  readonly received: string[] = [];
  #seq = 0;
  #waiting: (() => void)[] = [];
  readonly #contact: string;

  private constructor(socket: WebSocket, contact: string) {
    this.socket = socket;
    this.#contact = contact;
    socket.on('message', (data: Buffer) => {
      this.received.push(data.toString());
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async open(url: string, contact = 'abc'): Promise<WebPhone> {
    const socket = new WebSocket(url, 'sip');
    await once(socket, 'open');
    return new WebPhone(socket, contact);
  }

  /** The first message received (not seen before) whose text fits. */
  async next(pattern: RegExp): Promise<string> {
    for (;;) {
      const at = this.received.findIndex((m) => pattern.test(m));
      if (at >= 0) return this.received.splice(at, 1)[0] ?? '';
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  send(lines: readonly string[], body = '', contentType = 'application/sdp'): void {
    const type = body === '' ? [] : [`Content-Type: ${contentType}`];
    this.socket.send([...lines, ...type, `Content-Length: ${body.length}`, '', body].join('\r\n'));
  }

  request(method: string, uri: string, extra: readonly string[], body = ''): void {
    this.#seq += 1;
    this.send(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/WS ${this.#contact}.invalid;branch=z9hG4bK${this.#contact}${this.#seq}`,
        'Max-Forwards: 70',
        `CSeq: ${this.#seq} ${method}`,
        `Contact: <sip:${this.#contact}@${this.#contact}.invalid;transport=ws>`,
        ...extra,
      ],
      body,
    );
  }

  /** Sends a request, answers the challenge, gives the final response. */
  async proved(method: string, uri: string, user: { username: string; password: string }, body = ''): Promise<string> {
    const head = [`From: <sip:${user.username}@t>;tag=f`, 'To: <sip:12345@t>', `Call-ID: ${method}-${this.#contact}`];
    this.request(method, uri, head, body);
    const challenge = await this.next(/^SIP\/2\.0 40[17]/);
    const field = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const [realm, nonce] = [field('realm'), field('nonce')];
    const a1 = md5(`${user.username}:${realm}:${user.password}`);
    const response = md5(`${a1}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`);
    const name = challenge.includes(' 407 ') ? 'Proxy-Authorization' : 'Authorization';
    const proof = `${name}: Digest username="${user.username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", qop=auth, nc=00000001, cnonce="c"`;
    this.request(method, uri, [...head, proof], body);
    return this.next(new RegExp(`^SIP/2\\.0 [2-6][\\s\\S]*CSeq: ${this.#seq} ${method}`));
  }

  /** Answers a request it received. */
  reply(request: string, status: string, body = ''): void {
    const copied = request.split('\r\n').filter((l) => /^(Via|From|Call-ID|CSeq):/.test(l));
    const to = /^To: .*$/m.exec(request)?.[0].trim() ?? '';
    const tagged = to.includes(';tag=') ? to : `${to};tag=page`;
    const contact = `Contact: <sip:${this.#contact}@${this.#contact}.invalid;transport=ws>`;
    this.send([`SIP/2.0 ${status}`, ...copied, tagged, contact], body);
  }
}
