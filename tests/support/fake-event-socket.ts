/** The wire of a FreeSWITCH of words: event-socket sessions, their subscriptions, commands cut out of the stream. */
import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Fields = Record<string, string>;

interface Session {
  rest: string;
  readonly events: Set<string>;
}

const API = 'Content-Type: api/response\n';

export abstract class FakeEventSocket {
  readonly password = 'fake-secret';
  readonly commands: string[] = [];
  /** false for long runs. */
  keepCommands = true;
  readonly #sockets = new Map<Socket, Session>();
  #frozen = false;
  #server: Server | undefined;
  #port = 0;

  /** Answer of `api`. */
  protected abstract api(words: readonly string[]): string;
  /** A `bgapi` command begins; its end is told by an event. */
  protected abstract background(command: string, job: string): void;
  /** Reply to `sendmsg`. */
  protected abstract message(uuid: string, headers: readonly string[]): string;

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.set(socket, { rest: '', events: new Set() });
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('data', (bytes) => {
        this.#onData(socket, bytes.toString('utf8'));
      });
      socket.write('Content-Type: auth/request\n\n');
    });
    this.#server = server;
    await new Promise<void>((resolve) => {
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts every connection and refuses new ones until `start`. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets.keys()) socket.destroy();
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  }

  /** Reads nothing and answers nothing until it is thawed. */
  freeze(isFrozen: boolean): void {
    this.#frozen = isFrozen;
    if (!isFrozen) for (const socket of this.#sockets.keys()) this.#onData(socket, '');
  }

  /** Raw frames, as fast as the socket takes them. */
  burst(frame: Buffer, count: number): void {
    const all = Buffer.concat(Array.from({ length: count }, () => frame));
    for (const socket of this.#sockets.keys()) socket.write(all);
  }

  #onData(socket: Socket, text: string): void {
    const session = this.#sockets.get(socket);
    if (session === undefined) return;
    session.rest += text;
    if (this.#frozen) return;
    for (let end = session.rest.indexOf('\n\n'); end >= 0; end = session.rest.indexOf('\n\n')) {
      const command = session.rest.slice(0, end);
      session.rest = session.rest.slice(end + 2);
      if (command.trim() !== '') this.#onCommand(socket, command.trim(), session);
    }
  }

  #onCommand(socket: Socket, command: string, session: Session): void {
    if (this.keepCommands) this.commands.push(command);
    const reply = (text: string, more = ''): void => {
      socket.write(`Content-Type: command/reply\nReply-Text: ${text}\n${more}\n`);
    };
    const [line = '', ...headers] = command.split('\n');
    const [verb = '', ...words] = line.split(' ');
    if (verb === 'auth') reply(words[0] === this.password ? '+OK accepted' : '-ERR invalid');
    else if (verb === 'event') {
      for (const name of words) session.events.add(name);
      reply('+OK event listener enabled json');
    } else if (verb === 'api') {
      const body = this.api(words);
      socket.write(`${API}Content-Length: ${Buffer.byteLength(body)}\n\n${body}`);
    } else if (verb === 'bgapi') {
      const job = /^Job-UUID: (.*)$/m.exec(headers.join('\n'))?.[1] ?? randomUUID();
      reply(`+OK Job-UUID: ${job}`, `Job-UUID: ${job}\n`);
      this.background(line.slice('bgapi '.length), job);
    } else if (verb === 'sendmsg') reply(this.message(words[0] ?? '', headers));
    else reply('-ERR command not found');
  }

  protected send(name: string, fields: Fields, subscribed: string): void {
    const { 'Event-Subclass': subclass, ...others } = fields;
    const body = JSON.stringify({
      'Event-Name': name,
      ...(subclass === undefined ? {} : { 'Event-Subclass': subclass }),
      ...others,
      ...(name === 'CUSTOM' ? { 'Event-Name': name } : {}),
    });
    const frame = `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json\n\n${body}`;
    for (const [socket, session] of this.#sockets) if (session.events.has(subscribed)) socket.write(frame);
  }
}
