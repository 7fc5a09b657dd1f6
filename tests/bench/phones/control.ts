/** Streams that go through a bare echo instead of a server: what is late here is late because of the machine. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { serializeRtp } from '../../../telephony/rtp/rtp-packet.ts';
import type { Pacer } from '../../../tools/call/pacer.ts';
import { forgetWire, wireOf, type WireLog } from './wire.ts';

const STREAMS = 6;
const FRAME_SAMPLES = 160;
const PCMA = 8;

export class Control {
  readonly #pacer: Pacer;
  readonly #sockets: Socket[] = [];
  readonly #stops: (() => void)[] = [];

  constructor(pacer: Pacer) {
    this.#pacer = pacer;
  }

  async start(echoPort: number): Promise<void> {
    for (let i = 0; i < STREAMS; i++) {
      const socket = createSocket('udp4');
      // Wire watching sees only sockets that somebody listens to.
      socket.on('message', () => undefined);
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      this.#sockets.push(socket);
      this.#stops.push(this.#pacer.add(streamTo(socket, echoPort)));
    }
  }

  get wires(): readonly WireLog[] {
    return this.#sockets.map((socket) => wireOf(socket.address().port));
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const socket of this.#sockets.splice(0)) {
      forgetWire(socket.address().port);
      socket.close();
    }
  }
}

function streamTo(socket: Socket, port: number): () => void {
  let sequence = 0;
  const ssrc = randomBytes(4).readUInt32BE(0);
  return () => {
    sequence += 1;
    const header = { payloadType: PCMA, marker: false, sequence: sequence & 0xffff, rtpTs: sequence * FRAME_SAMPLES };
    socket.send(serializeRtp({ ...header, ssrc, payload: randomBytes(FRAME_SAMPLES) }), port, '127.0.0.1');
  };
}
