/**
 * Just enough SIP to look at the pages: accepts every REGISTER, can ring the page with real WebRTC media (werift) and
 * answers BYE. Development only; the product's switch is in `telephony/`.
 */
import { RTCPeerConnection } from 'werift';
import type { WebSocket } from 'ws';

export class DevSip {
  #socket: WebSocket | null = null;
  #contact = '';
  #peer: RTCPeerConnection | null = null;
  #inDialog = '';

  attach(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('message', (data) => {
      const text = (data as Buffer).toString('utf8');
      if (text.trim() !== '') void this.#onMessage(text);
    });
  }

  /** Rings; the page answers by itself when `returning`. */
  async invite(callId: string, offerId: string, returning: boolean): Promise<void> {
    const peer = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' });
    this.#peer = peer;
    peer.addTransceiver('audio', { direction: 'sendrecv' });
    await peer.setLocalDescription(await peer.createOffer());
    const sdp = peer.localDescription?.sdp ?? '';
    const branch = `z9hG4bK${String(Date.now())}`;
    this.#send(
      [
        `INVITE ${this.#contact} SIP/2.0`,
        `Via: SIP/2.0/WS dev.invalid;branch=${branch}`,
        'Max-Forwards: 70',
        'From: <sip:12345@dev.invalid>;tag=dev',
        'To: <sip:agent@dev.invalid>',
        `Call-ID: ${offerId}-${String(Date.now())}`,
        'CSeq: 1 INVITE',
        'Contact: <sip:dev@dev.invalid;transport=ws>',
        `X-Hotline-Call: ${callId}`,
        `X-Hotline-Offer: ${offerId}`,
        ...(returning ? ['X-Hotline-Return: 1'] : []),
        'Content-Type: application/sdp',
      ],
      sdp,
    );
  }

  hangUp(): void {
    if (this.#inDialog !== '') this.#send(this.#inDialog.split('\r\n'), '');
    this.#inDialog = '';
    void this.#peer?.close();
  }

  async #onMessage(text: string): Promise<void> {
    const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'imu').exec(text)?.[1]?.trim() ?? '';
    if (text.startsWith('REGISTER')) this.#contact = /<([^>]+)>/u.exec(header('Contact'))?.[1] ?? '';
    if (/^(?:REGISTER|BYE|OPTIONS|CANCEL) /u.test(text)) {
      this.#send(
        [
          'SIP/2.0 200 OK',
          ...['Via', 'From', 'Call-ID', 'CSeq'].map((n) => `${n}: ${header(n)}`),
          `To: ${header('To')}${header('To').includes('tag=') ? '' : ';tag=dev'}`,
          `Contact: ${header('Contact')};expires=60`,
        ],
        '',
      );
    }
    if (text.startsWith('SIP/2.0 200') && header('CSeq').endsWith('INVITE')) await this.#onAnswer(text, header);
  }

  async #onAnswer(text: string, header: (name: string) => string): Promise<void> {
    const target = /<([^>]+)>/u.exec(header('Contact'))?.[1] ?? this.#contact;
    const dialog = (method: string, seq: number): string[] => [
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/WS dev.invalid;branch=z9hG4bK${method}${String(Date.now())}`,
      'Max-Forwards: 70',
      `From: ${header('From')}`,
      `To: ${header('To')}`,
      `Call-ID: ${header('Call-ID')}`,
      `CSeq: ${String(seq)} ${method}`,
    ];
    this.#send(dialog('ACK', 1), '');
    this.#inDialog = dialog('BYE', 2).join('\r\n');
    const sdp = text.slice(text.indexOf('\r\n\r\n') + 4);
    await this.#peer?.setRemoteDescription({ type: 'answer', sdp });
  }

  #send(lines: readonly string[], body: string): void {
    const length = Buffer.byteLength(body);
    this.#socket?.send([...lines, `Content-Length: ${String(length)}`, '', body].join('\r\n'));
  }
}
