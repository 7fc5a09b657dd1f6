/** The control's far end: gives every datagram back, and nothing else. A process of its own, as a server is. */
import { createSocket } from 'node:dgram';

const socket = createSocket('udp4');
socket.on('message', (bytes, { address, port }) => {
  socket.send(bytes, port, address);
});
socket.bind(0, '127.0.0.1', () => {
  process.send?.(socket.address().port);
});
process.on('disconnect', () => process.exit());
