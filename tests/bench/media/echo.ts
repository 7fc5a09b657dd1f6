/** Gives every datagram back and does nothing else: what is late here is late because of the machine. */
import { createSocket } from 'node:dgram';
import { serve } from './child.ts';

const socket = createSocket('udp4');
socket.on('message', (bytes, { address, port }) => {
  socket.send(bytes, port, address);
});
await new Promise<void>((resolve) => {
  socket.bind(0, '127.0.0.1', resolve);
});

const work = { port: (): number => socket.address().port };

export type EchoWork = typeof work;

serve(work, () => {
  socket.close();
  return Promise.resolve();
});
