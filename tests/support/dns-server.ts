/** A name server on the loopback that says what it is told to say, in real DNS messages. */
import { createSocket, type Socket } from 'node:dgram';
import { AUTHORITATIVE_ANSWER, decode, encode, type Answer, type Packet } from 'dns-packet';

/** Response codes of RFC 1035 section 4.1.1. */
const CODES = { answers: 0, fails: 2, 'has no such name': 3, refuses: 5 } as const;

export class DnsServer {
  readonly #socket: Socket;
  records: readonly Answer[] = [];
  /** What it does with every question. */
  /** Names that it cannot find out about. */
  readonly failing = new Set<string>();
  mood: 'answers' | 'fails' | 'refuses' = 'answers';
  /** What was asked, as `TYPE name`. */
  readonly asked: string[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (message, from) => {
      socket.send(this.#reply(decode(message)), from.port, from.address);
    });
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new DnsServer(socket);
  }

  get address(): string {
    return `127.0.0.1:${String(this.#socket.address().port)}`;
  }

  #reply({ id, questions = [] }: Packet): Buffer {
    const [question] = questions;
    const name = question?.name.toLowerCase();
    this.asked.push(`${question?.type ?? ''} ${name ?? ''}`);
    const named = this.records.filter((r) => r.name === name);
    const mood = this.failing.has(name ?? '') ? 'fails' : this.mood;
    const answers = mood === 'answers' ? named.filter((r) => r.type === question?.type) : [];
    const code = mood === 'answers' && named.length === 0 ? CODES['has no such name'] : CODES[mood];
    return encode({ type: 'response', id: id ?? 0, flags: AUTHORITATIVE_ANSWER | code, questions, answers });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.close(resolve);
    });
  }
}
