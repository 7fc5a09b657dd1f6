/** WebSockets that never register must not keep the agents out. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { WsTransport } from '../../../../telephony/embedded/ws-transport.ts';

describe('a WebSocket that says nothing of who it is', () => {
  const known = new Set<string>();
  const heard: string[] = [];
  let transport: WsTransport;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    known.clear();
    heard.length = 0;
    transport = new WsTransport({
      onMessage: (_bytes, flow) => void heard.push(flow.id),
      onClose: () => undefined,
      ...{ pingEveryMs: 15_000, knownFlows: () => known, maxConnections: 3 },
    });
    transport.start();
    server = createServer();
    server.on('upgrade', (request, socket, head) => {
      transport.handleUpgrade(request, socket, head);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/sip`;
  });
  afterEach(async () => {
    jest.useRealTimers();
    await transport.close();
    server.close();
  });

  async function say(socket: WebSocket): Promise<void> {
    const before = heard.length;
    socket.send('OPTIONS');
    while (heard.length === before) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Opens one; its flow is known as of a registered page when `registers`. */
  async function open(registers: boolean): Promise<WebSocket> {
    const socket = new WebSocket(url, 'sip');
    await once(socket, 'open');
    await say(socket);
    const id = heard.at(-1);
    if (registers && id !== undefined) known.add(id);
    return socket;
  }

  it('is cut off after three pings; a page that has registered stays', async () => {
    const [page, stranger] = [await open(true), await open(false)];
    const gone = once(stranger, 'close');
    for (let ping = 0; ping < 3; ping += 1) {
      jest.advanceTimersByTime(15_000);
      // Both answer pings: whatever they send counts as that.
      await say(page);
      if (ping < 2) await say(stranger);
    }
    await gone;
    expect([page.readyState, transport.connections]).toEqual([WebSocket.OPEN, 1]);
  });

  it('makes room when all places are taken, the eldest first; pages do not', async () => {
    const [first, second] = [await open(false), await open(false)];
    const page = await open(true);
    const gone = once(first, 'close');
    const next = await open(true);
    await gone;
    expect([second, page, next].map((s) => s.readyState)).toEqual([1, 1, 1]);
    await open(true);
    const refused = new WebSocket(url, 'sip');
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error.message).toContain('503');
  });
});
