/**
 * Sees every datagram of this process with its time: what a bench says about the wire is taken at the wire, below all
 * code that is measured. Node has no hook for it, so the two methods of the socket class that datagrams pass are wrapped.
 */
import { Socket } from 'node:dgram';
import { parseRtp } from '../../../telephony/rtp/rtp-packet.ts';
import { WireTrack } from './wire-track.ts';

export interface WireLog {
  readonly sent: WireTrack;
  readonly received: WireTrack;
}

const PCMA = 8;
const logs = new Map<number, WireLog>();
const ports = new WeakMap<Socket, number>();
/** Wall time of the first INVITE that left each local port. */
const invites = new Map<number, number>();

export function wireOf(port: number): WireLog {
  const log = logs.get(port) ?? { sent: new WireTrack(), received: new WireTrack() };
  logs.set(port, log);
  return log;
}

export function inviteSentAt(sipPort: number): number | undefined {
  return invites.get(sipPort);
}

export function forgetWire(port: number): void {
  logs.delete(port);
  invites.delete(port);
}

function portOf(socket: Socket): number {
  const known = ports.get(socket);
  if (known !== undefined) return known;
  const { port } = socket.address();
  ports.set(socket, port);
  return port;
}

function note(socket: Socket, bytes: unknown, way: keyof WireLog): void {
  if (!(bytes instanceof Uint8Array)) return;
  const [atMs, wallMs] = [performance.now(), Date.now()];
  const packet = parseRtp(bytes);
  if (packet?.payloadType === PCMA) {
    wireOf(portOf(socket))[way].push(atMs, wallMs, packet);
  } else if (way === 'sent' && Buffer.from(bytes.buffer, bytes.byteOffset, 7).toString('latin1') === 'INVITE ') {
    const port = portOf(socket);
    if (!invites.has(port)) invites.set(port, wallMs);
  }
}

/** From now on everything is seen. */
export function watchWire(): void {
  const proto = Socket.prototype as unknown as Record<'send' | 'emit', (this: Socket, ...args: unknown[]) => unknown>;
  const { send, emit } = proto;
  proto.send = function (this: Socket, ...args: unknown[]): unknown {
    note(this, args[0], 'sent');
    return send.apply(this, args);
  };
  proto.emit = function (this: Socket, ...args: unknown[]): unknown {
    if (args[0] === 'message') note(this, args[1], 'received');
    return emit.apply(this, args);
  };
}
