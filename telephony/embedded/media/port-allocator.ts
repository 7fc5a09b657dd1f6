/** Hands out UDP port pairs of the media range; RTP on an even port, RTCP on the next one (RFC 3550 section 11). */
import { createSocket } from 'node:dgram';
import type { Socket, SocketOptions } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';

export interface PortPair {
  readonly rtp: Socket;
  readonly rtcp: Socket;
  /** The ports were asked for by number, not chosen by the kernel. */
  readonly isNumbered: boolean;
}

export class PortAllocator {
  readonly #address: string;
  readonly #min: number;
  readonly #max: number;
  #next: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `min` 0 takes any free ports. */
  constructor(address: string, range: { min: number; max: number }) {
    this.#address = address;
    this.#min = range.min + (range.min % 2);
    this.#max = range.max;
    this.#next = this.#min;
  }

  /** Binds a pair, going round the range so that a port just freed rests before it is used again. */
  takePair(): Promise<PortPair> {
    return this.exclusive(async () => {
      if (this.#min === 0) {
        return { rtp: await this.#bind(0), rtcp: await this.#bind(0), isNumbered: false };
      }
      for (let tries = 0; tries * 2 <= this.#max - this.#min; tries += 1) {
        const pair = await this.#tryPair(this.#advance(2));
        if (pair !== undefined) return pair;
      }
      throw new Error('no free media port');
    });
  }

  /** A range for a browser leg, which binds by itself; it begins at another place every time. */
  browserRange(): readonly [number, number] | undefined {
    if (this.#min === 0) return undefined;
    const start = this.#advance(4);
    // Near the end of the range too few ports may be left above the start.
    return this.#max - start >= 16 ? [start, this.#max] : [this.#min, this.#max];
  }

  /** Steps that bind ports, one after the other. */
  exclusive<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(step);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #advance(by: number): number {
    const port = this.#next;
    this.#next = port + by + 1 > this.#max ? this.#min : port + by;
    return port;
  }

  async #tryPair(port: number): Promise<PortPair | undefined> {
    const rtp = await this.#bind(port).catch(() => undefined);
    if (rtp === undefined) return undefined;
    const rtcp = await this.#bind(port + 1).catch(() => undefined);
    if (rtcp !== undefined) return { rtp, rtcp, isNumbered: true };
    rtp.close();
    return undefined;
  }

  #bind(port: number): Promise<Socket> {
    const family = isIPv6(this.#address) ? 6 : 4;
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: isAddress(family) });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port, address: this.#address, exclusive: true }, () => {
        socket.removeListener('error', reject);
        resolve(socket);
      });
    });
  }
}

/**
 * Media go to addresses only, never to host names. Node's own look-up would take two turns of the queue for each packet
 * to find that out.
 */
function isAddress(family: 4 | 6): NonNullable<SocketOptions['lookup']> {
  return (address, _options, done) => {
    if (isIP(address) === family) done(null, address, family);
    else done(new Error('media go to addresses only'), '', family);
  };
}
