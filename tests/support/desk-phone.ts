/** An agent's desk telephone with two lines, in plain SIP over TCP: registers, answers, dials, refers with Replaces. */
import { createHash, randomUUID } from 'node:crypto';
import { PCMA_OFFER, SipPeer } from './sip-peer.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const field = (message: string, name: string): string =>
  new RegExp(`^${name}: *(.*)$`, 'im').exec(message)?.[1]?.trim() ?? '';
/** Nothing is sent or heard: its silence is no fault. */
const SILENT = `${PCMA_OFFER}a=inactive\r\n`;

export interface DeskPhoneAccount {
  readonly username: string;
  readonly password: string;
  readonly domain: string;
  readonly sipPort: number;
}

/** One line: enough of a dialog for requests of ours. */
export interface Line {
  readonly callId: string;
  readonly ours: string;
  readonly theirs: string;
  readonly target: string;
  seq: number;
}

export class DeskPhone {
  readonly #peer: SipPeer;
  readonly #account: DeskPhoneAccount;
  /** Call-IDs of lines that the far end has ended. */
  readonly #ended = new Set<string>();

  private constructor(peer: SipPeer, account: DeskPhoneAccount) {
    this.#peer = peer;
    this.#account = account;
  }

  static async register(account: DeskPhoneAccount): Promise<DeskPhone> {
    const phone = new DeskPhone(await SipPeer.open({ host: '127.0.0.1', port: account.sipPort }), account);
    const answer = await phone.#proved('REGISTER', `sip:${account.domain}`, phone.#lineTo(account.username));
    if (!answer.startsWith('SIP/2.0 200')) throw new Error(`the telephone was not registered: ${answer}`);
    return phone;
  }

  /** Waits to be rung, and answers. */
  async answer(): Promise<Line> {
    const invite = await this.#peer.receive(/^INVITE /);
    const ours = `${field(invite, 'to')};tag=${randomUUID()}`;
    this.#peer.send(
      `SIP/2.0 200 OK\r\nVia: ${field(invite, 'via')}\r\nFrom: ${field(invite, 'from')}\r\nTo: ${ours}\r\n` +
        `Call-ID: ${field(invite, 'call-id')}\r\nCSeq: ${field(invite, 'cseq')}\r\n${this.#contact()}${body(SILENT)}`,
    );
    await this.#peer.receive(/^ACK /);
    const target = /<(.*)>/.exec(field(invite, 'contact'))?.[1] ?? '';
    return { callId: field(invite, 'call-id'), ours, theirs: field(invite, 'from'), target, seq: 0 };
  }

  /** Dials; `until` is what is waited for. */
  async dial(number: string, until: 180 | 200): Promise<Line> {
    const line = this.#lineTo(number);
    let answer = await this.#proved('INVITE', line.target, line, SILENT);
    while (!answer.startsWith(`SIP/2.0 ${until}`)) {
      if (/^SIP\/2.0 [3-6]/.test(answer)) throw new Error(`dialling ended with ${answer}`);
      answer = await this.#peer.receive(/^SIP/);
    }
    const reached = { ...line, theirs: field(answer, 'to'), seq: line.seq };
    if (until === 200) this.#request('ACK', reached.target, reached);
    return reached;
  }

  /** REFER within `line`, naming the other; gives what NOTIFY says in the end. */
  async refer(line: Line, other: Line): Promise<string> {
    const tag = (party: string): string => /;tag=(.*)$/.exec(party)?.[1] ?? '';
    const replaces = encodeURIComponent(`${other.callId};to-tag=${tag(other.theirs)};from-tag=${tag(other.ours)}`);
    line.seq += 1;
    const where = other.target.replace(/;.*$/, '');
    this.#request('REFER', line.target, line, `Refer-To: <${where}?Replaces=${replaces}>\r\n`);
    await this.#peer.receive(/^SIP\/2.0 202/);
    for (;;) {
      const message = await this.#next();
      const said = message.split('\r\n\r\n')[1]?.trim() ?? '';
      if (message.startsWith('NOTIFY ') && !said.includes(' 100 ')) return said;
    }
  }

  /** Waits for the far end to end all of these, by BYE or by refusing what still rings. */
  async released(lines: readonly Line[]): Promise<void> {
    while (!lines.every(({ callId }) => this.#ended.has(callId))) await this.#next();
  }

  async #next(): Promise<string> {
    const message = await this.#peer.receive(/^(NOTIFY |BYE |SIP\/2.0 480)/);
    if (!message.startsWith('SIP/')) this.#ok(message);
    if (!message.startsWith('NOTIFY ')) this.#ended.add(field(message, 'call-id'));
    return message;
  }

  hangUp(line: Line): void {
    line.seq += 1;
    this.#request('BYE', line.target, line);
  }

  close(): void {
    this.#peer.close();
  }

  #lineTo(number: string): Line {
    const { username, domain } = this.#account;
    const target = `sip:${number}@${domain}`;
    return {
      callId: randomUUID(),
      ours: `<sip:${username}@${domain}>;tag=${randomUUID()}`,
      theirs: `<${target}>`,
      target,
      seq: 1,
    };
  }

  #contact(): string {
    return `Contact: <sip:${this.#account.username}@127.0.0.1:9;transport=tcp>\r\n`;
  }

  /** Sent, and sent again with the password when the answer asks for it. */
  async #proved(method: string, uri: string, line: Line, sdp = ''): Promise<string> {
    this.#request(method, uri, line, '', sdp);
    const challenge = await this.#peer.receive(/^SIP\/2.0 (?!100)/);
    const status = /^SIP\/2.0 (40[17])/.exec(challenge)?.[1];
    if (status === undefined) return challenge;
    if (method === 'INVITE') this.#request('ACK', uri, { ...line, theirs: field(challenge, 'to') });
    const asked = field(challenge, status === '407' ? 'proxy-authenticate' : 'www-authenticate');
    const [realm, nonce] = ['realm', 'nonce'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(asked)?.[1] ?? '');
    const { username, password } = this.#account;
    const proof = md5(`${md5(`${username}:${realm}:${password}`)}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`);
    line.seq += 1;
    const name = status === '407' ? 'Proxy-Authorization' : 'Authorization';
    const header = `${name}: Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"\r\n`;
    this.#request(method, uri, line, header, sdp);
    return this.#peer.receive(/^SIP\/2.0 (?!100)/);
  }

  #request(method: string, uri: string, line: Line, headers = '', sdp = ''): void {
    this.#peer.send(
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK${randomUUID()};rport\r\nMax-Forwards: 70\r\n` +
        `From: ${line.ours}\r\nTo: ${line.theirs}\r\nCall-ID: ${line.callId}\r\nCSeq: ${line.seq} ${method}\r\n` +
        `${this.#contact()}${headers}${body(sdp)}`,
    );
  }

  #ok(request: string): void {
    const kept = ['via', 'from', 'to', 'call-id', 'cseq'].map((name) => `${name}: ${field(request, name)}\r\n`);
    this.#peer.send(`SIP/2.0 200 OK\r\n${kept.join('')}Content-Length: 0\r\n\r\n`);
  }
}

function body(sdp: string): string {
  const type = sdp === '' ? '' : 'Content-Type: application/sdp\r\n';
  return `${type}Content-Length: ${sdp.length}\r\n\r\n${sdp}`;
}
