/** Asks a SIP profile by OPTIONS whether it is there. */
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';

export interface PingTarget {
  readonly address: string;
  readonly port: number;
}

/** True when anything but 503 came back in time: who refuses OPTIONS is alive, too. */
export function sipPing({ address, port }: PingTarget, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const callId = randomBytes(12).toString('hex');
    let done = false;
    const end = (isAlive: boolean): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.close();
      resolve(isAlive);
    };
    const timer = setTimeout(() => {
      end(false);
    }, timeoutMs);
    socket.on('error', () => {
      end(false);
    });
    socket.on('message', (bytes) => {
      const text = bytes.toString('latin1');
      if (text.includes(callId)) end(text.startsWith('SIP/2.0 ') && !text.startsWith('SIP/2.0 503'));
    });
    socket.connect(port, address, () => {
      if (done) return;
      const own = socket.address();
      socket.send(optionsRequest({ address, port }, `${own.address}:${own.port}`, callId));
    });
  });
}

function optionsRequest({ address, port }: PingTarget, own: string, callId: string): string {
  return [
    `OPTIONS sip:${address}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};rport;branch=z9hG4bK${callId}`,
    'Max-Forwards: 5',
    `From: <sip:hotline@${own}>;tag=${callId.slice(0, 8)}`,
    `To: <sip:${address}:${port}>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:hotline@${own}>`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
