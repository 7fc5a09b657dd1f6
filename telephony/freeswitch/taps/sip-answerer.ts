/**
 * The smallest far end that FreeSWITCH can call: takes INVITEs for names it expects, receives audio, sends none.
 * Speaks to FreeSWITCH only, over UDP; a name is a secret of one tap.
 */
import { createSocket, type Socket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { answerOffer } from '../../sdp/offer-answer.ts';
import { parseMessage } from '../../sip/message/parse.ts';
import { reasonPhrase } from '../../sip/message/reasons.ts';
import { serializeMessage } from '../../sip/message/serialize.ts';
import { bodyText, type Header, type ReceivedRequest } from '../../sip/message/types.ts';
import { parseUri, uriUser } from '../../sip/message/uri.ts';
import { parseRtp, sequenceDistance } from '../../rtp/rtp-packet.ts';
import { decodeG711, type Law } from '../../rtp/g711.ts';

export interface AnswererOptions {
  readonly bind: string;
  readonly advertisedAddress: string;
  readonly port: number;
}

/** `lost` counts packets missing right before this one. */
export type OnAudio = (pcm: Int16Array, lost: number) => void;

interface Ear {
  readonly socket: Socket;
  readonly onAudio: OnAudio;
  readonly onEnd: () => void;
  answer: Uint8Array | undefined;
  resend: NodeJS.Timeout | undefined;
  law: Law;
  lastSequence: number | undefined;
}

/** RFC 3261, 13.3.1.4: a 2xx is sent again until it is acknowledged, at T1 doubling up to T2. */
const T1_MS = 500;
const T2_MS = 4_000;
const GIVE_UP_MS = 32_000;
const MOST_LOST = 50;

export class SipAnswerer {
  readonly #options: AnswererOptions;
  readonly #sip: Socket;
  readonly #byName = new Map<string, Ear>();
  readonly #byCallId = new Map<string, string>();

  constructor(options: AnswererOptions) {
    this.#options = options;
    this.#sip = createSocket('udp4');
    this.#sip.on('error', () => undefined);
    this.#sip.on('message', (bytes, from) => {
      const parsed = parseMessage(bytes);
      if (parsed.ok && parsed.message.kind === 'request') this.#onRequest(parsed.message, from.address, from.port);
    });
  }

  get port(): number {
    return this.#sip.address().port;
  }

  async start(): Promise<void> {
    await bound(this.#sip, this.#options.port, this.#options.bind);
  }

  /** Opens an ear under a name. */
  async expect(name: string, onAudio: OnAudio, onEnd: () => void): Promise<void> {
    const socket = createSocket('udp4');
    socket.on('error', () => undefined);
    await bound(socket, 0, this.#options.bind);
    const ear: Ear = {
      socket,
      onAudio,
      onEnd,
      answer: undefined,
      resend: undefined,
      law: 'pcma',
      lastSequence: undefined,
    };
    socket.on('message', (bytes) => {
      hear(ear, bytes);
    });
    this.#byName.set(name, ear);
  }

  /** Closes the ear; a call to it is answered with 404 from now on. */
  drop(name: string): void {
    const ear = this.#byName.get(name);
    if (ear === undefined) return;
    this.#byName.delete(name);
    for (const [callId, of] of this.#byCallId) if (of === name) this.#byCallId.delete(callId);
    clearTimeout(ear.resend);
    ear.socket.close();
  }

  close(): void {
    for (const name of [...this.#byName.keys()]) this.drop(name);
    this.#sip.close();
  }

  #onRequest(request: ReceivedRequest, address: string, port: number): void {
    const { callId } = request.essentials;
    const name = this.#byCallId.get(callId);
    const ear = this.#byName.get(name ?? uriUser(parseUri(request.uri)));
    const send = (bytes: Uint8Array): void => {
      this.#sip.send(bytes, port, address, () => undefined);
    };
    switch (request.method) {
      case 'ACK':
        clearTimeout(ear?.resend);
        return;
      case 'INVITE':
        if (ear === undefined) send(answerTo(request, 404));
        else this.#onInvite(request, ear, send);
        return;
      case 'BYE':
      case 'CANCEL':
        send(answerTo(request, 200));
        if (ear !== undefined && name !== undefined) {
          this.drop(name);
          ear.onEnd();
        }
        return;
      default:
        send(answerTo(request, request.method === 'OPTIONS' ? 200 : 405));
    }
  }

  #onInvite(request: ReceivedRequest, ear: Ear, send: (bytes: Uint8Array) => void): void {
    const { callId } = request.essentials;
    this.#byCallId.set(callId, uriUser(parseUri(request.uri)));
    if (ear.answer === undefined || request.essentials.toTag !== '') {
      const { port } = ear.socket.address();
      const local = { address: this.#options.advertisedAddress, port, rtcpPort: port, sessionId: port, version: 1 };
      const result = answerOffer(bodyText(request), local);
      if (!result.ok) {
        send(answerTo(request, 488));
        return;
      }
      ear.law = result.negotiated.codec.law;
      const contact = `<sip:tap@${this.#options.advertisedAddress}:${this.port}>`;
      ear.answer = answerTo(request, 200, { contact, sdp: result.sdp });
    }
    sendUntilAcknowledged(ear, send, ear.answer);
  }
}

function sendUntilAcknowledged(ear: Ear, send: (bytes: Uint8Array) => void, answer: Uint8Array): void {
  let waitMs = T1_MS;
  let sumMs = 0;
  const again = (): void => {
    send(answer);
    if ((sumMs += waitMs) > GIVE_UP_MS) return;
    ear.resend = setTimeout(again, waitMs);
    waitMs = Math.min(waitMs * 2, T2_MS);
  };
  clearTimeout(ear.resend);
  again();
}

function answerTo(request: ReceivedRequest, status: number, accept?: { contact: string; sdp: string }): Uint8Array {
  const kept = request.headers.filter((h) => ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(h.name));
  const to = request.headers.find((h) => h.name === 'to')?.value ?? '';
  const tagged = request.essentials.toTag === '' ? `${to};tag=${randomBytes(6).toString('hex')}` : to;
  const extra: Header[] =
    accept === undefined
      ? []
      : [
          { name: 'contact', value: accept.contact },
          { name: 'content-type', value: 'application/sdp' },
        ];
  return serializeMessage({
    kind: 'response',
    status,
    reason: reasonPhrase(status),
    headers: [...kept, { name: 'to', value: tagged }, ...extra],
    body: new TextEncoder().encode(accept?.sdp ?? ''),
  });
}

function hear(ear: Ear, bytes: Uint8Array): void {
  const packet = parseRtp(bytes);
  if (packet?.payloadType !== (ear.law === 'pcma' ? 8 : 0) || packet.payload.length === 0) return;
  const step = ear.lastSequence === undefined ? 1 : sequenceDistance(packet.sequence, ear.lastSequence);
  if (step <= 0 && step > -MOST_LOST) return;
  ear.lastSequence = packet.sequence;
  ear.onAudio(decodeG711(ear.law, packet.payload), step > 1 && step <= MOST_LOST ? step - 1 : 0);
}

function bound(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
