/** SIP over UDP. */
import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { isIP } from 'node:net';
import { udpFlow, type Flow } from '../sip/core/types.ts';
import { listenFault } from './listen-fault.ts';

export interface UdpTransportOptions {
  readonly bind: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly onMessage: (bytes: Uint8Array, flow: Flow) => void;
  /** A fault of the socket itself, after it was bound. */
  readonly onError: (error: Error) => void;
}

const WANTED_BUFFER_BYTES = 1_048_576;

export class UdpTransport {
  readonly #options: UdpTransportOptions;
  #socket: Socket | undefined;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  /** Port in use once started, else 0. */
  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  /** Binds; rejects with words that say which port is taken and what to do. */
  async start(): Promise<void> {
    const socket = createSocket({ type: 'udp4', lookup: asItIs });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        socket.close();
        const { bind, port } = this.#options;
        reject(listenFault(error, { transport: 'UDP', bind, port }));
      });
      socket.bind(this.#options.port, this.#options.bind, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', this.#options.onError);
    socket.on('message', (bytes, from) => {
      this.#options.onMessage(bytes, udpFlow(from.address, from.port));
    });
    enlargeBuffers(socket, this.#options.onError);
    this.#socket = socket;
  }

  send(flow: Flow, bytes: Uint8Array, onDone: (error: Error | null) => void): void {
    if (this.#socket === undefined) onDone(new Error('socket is closed'));
    else this.#socket.send(bytes, flow.port, flow.address, onDone);
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      socket.close(resolve);
    });
  }
}

/** Flows bear addresses, never names: Node's own look-up would cost two turns of the queue for each message. */
const asItIs: NonNullable<SocketOptions['lookup']> = (address, _options, done) => {
  const isAddress = isIP(address) === 4;
  done(isAddress ? null : new Error('SIP over UDP goes to IPv4 addresses only'), address, 4);
};

/** Bursts of INVITEs must not be lost while this thread is busy. Smaller buffers work too, so a refusal is only told. */
function enlargeBuffers(socket: Socket, onError: (error: Error) => void): void {
  try {
    socket.setRecvBufferSize(WANTED_BUFFER_BYTES);
    socket.setSendBufferSize(WANTED_BUFFER_BYTES);
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
  }
}
