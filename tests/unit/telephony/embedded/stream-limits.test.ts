/** Connections of strangers over TCP and TLS: a few each, and counted before anything was agreed on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { StreamTransport, usualStreamLimits } from '../../../../telephony/embedded/stream-transport.ts';

describe('a stranger', () => {
  const opened: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function start(transport: 'TCP' | 'TLS', trusted: boolean): Promise<StreamTransport> {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', curve: 'P-256' });
    const server = new StreamTransport({
      ...{ transport, bind: '127.0.0.1', port: 0, certificate: { key: made.private, cert: made.cert } },
      limits: { ...usualStreamLimits, perStranger: 2, connections: 4 },
      isTrusted: () => trusted,
      ...{ onMessage: () => undefined, onClose: () => undefined, onError: () => undefined },
    });
    await server.start();
    opened.push(server);
    return server;
  }

  async function open(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    opened.push({ close: () => socket.destroy() });
    await once(socket, 'connect');
    return socket;
  }

  it.each(['TCP', 'TLS'] as const)(
    'has two connections over %s, silent ones too, and a trunk four',
    async (transport) => {
      for (const [trusted, most] of [
        [false, 2],
        [true, 4],
      ] as const) {
        const server = await start(transport, trusted);
        const sockets: Socket[] = [];
        for (let n = 0; n < most; n += 1) sockets.push(await open(server.port));
        const more = connect(server.port, '127.0.0.1');
        more.on('error', () => undefined);
        await once(more, 'close');
        expect(server.refused).toBe(1);
        expect(sockets.map((socket) => socket.destroyed)).toEqual(sockets.map(() => false));
        // One that goes makes room.
        sockets[0]?.destroy();
        while (server.inbound >= most) await new Promise((resolve) => setImmediate(resolve));
        const next = await open(server.port);
        while (server.inbound < most) await new Promise((resolve) => setImmediate(resolve));
        expect(next.destroyed).toBe(false);
      }
    },
  );
});
