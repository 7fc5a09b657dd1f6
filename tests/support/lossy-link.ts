/** A stretch of network between a caller and a UDP port: loses and doubles packets both ways, the same ones every time. */
import { createSocket, type Socket } from 'node:dgram';

export interface LossyLinkOptions {
  readonly to: { readonly address: string; readonly port: number };
  /** Every n-th packet is lost; 0 = none. */
  readonly dropEvery: number;
  /** Every n-th packet comes twice; 0 = none. */
  readonly duplicateEvery: number;
}

export class LossyLink {
  readonly #options: LossyLinkOptions;
  readonly #near: Socket;
  /** One socket for each caller, as a NAT has. */
  readonly #far = new Map<string, Socket>();
  #packets = 0;
  /** First lines of what came from the far side. */
  readonly saidBack: string[] = [];
  dropped = 0;
  duplicated = 0;

  private constructor(options: LossyLinkOptions) {
    this.#options = options;
    this.#near = createSocket('udp4');
    this.#near.on('message', (bytes, from) => {
      const { port, address } = options.to;
      this.#pass(() => {
        this.#farOf(from).send(bytes, port, address);
      });
    });
  }

  static async open(options: LossyLinkOptions): Promise<LossyLink> {
    const link = new LossyLink(options);
    await new Promise<void>((resolve) => {
      link.#near.bind(0, '127.0.0.1', resolve);
    });
    return link;
  }

  get port(): number {
    return this.#near.address().port;
  }

  #farOf(caller: { readonly address: string; readonly port: number }): Socket {
    const key = `${caller.address}:${caller.port}`;
    const known = this.#far.get(key);
    if (known !== undefined) return known;
    const socket = createSocket('udp4');
    socket.on('message', (bytes) => {
      this.saidBack.push(bytes.subarray(0, 40).toString('latin1').split('\r\n')[0] ?? '');
      this.#pass(() => {
        this.#near.send(bytes, caller.port, caller.address);
      });
    });
    this.#far.set(key, socket);
    return socket;
  }

  #pass(send: () => void): void {
    const { dropEvery, duplicateEvery } = this.#options;
    this.#packets += 1;
    if (dropEvery > 0 && this.#packets % dropEvery === 0) {
      this.dropped += 1;
      return;
    }
    send();
    if (duplicateEvery === 0 || this.#packets % duplicateEvery !== 0) return;
    this.duplicated += 1;
    send();
  }

  close(): void {
    this.#near.close();
    for (const socket of this.#far.values()) socket.close();
  }
}
