/** Our own address as the far end sees it. */
import { createSocket } from 'node:dgram';

/** The address from which packets to `host` leave. Nothing is sent. */
export async function addressTowards(host: string, port: number): Promise<string> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, host, resolve);
    });
    return socket.address().address;
  } catch (error) {
    throw new Error(`no route to ${host}`, { cause: error });
  } finally {
    socket.close();
  }
}
