/** SRTP and SRTCP (RFC 3711) with keys that were exchanged in SDP (RFC 4568), by werift's sessions. */
import { RtpHeader, SrtcpSession, SrtpSession } from 'werift';
import type { RtpPacket } from '../rtp/rtp-packet.ts';

const PROFILE_AES_CM_128_HMAC_SHA1_80 = 1;
const KEY_BYTES = 16;

export interface SdesKeys {
  /** Key and salt in base64, as in `a=crypto`. */
  readonly ours: string;
  readonly theirs: string;
}

export class SdesSrtp {
  readonly #rtp: SrtpSession;
  readonly #rtcp: SrtcpSession;

  constructor({ ours, theirs }: SdesKeys) {
    const [local, remote] = [Buffer.from(ours, 'base64'), Buffer.from(theirs, 'base64')];
    const keys = {
      localMasterKey: local.subarray(0, KEY_BYTES),
      localMasterSalt: local.subarray(KEY_BYTES),
      remoteMasterKey: remote.subarray(0, KEY_BYTES),
      remoteMasterSalt: remote.subarray(KEY_BYTES),
    };
    const profile = PROFILE_AES_CM_128_HMAC_SHA1_80;
    this.#rtp = new SrtpSession({ keys, profile });
    this.#rtcp = new SrtcpSession({ keys, profile });
  }

  protectRtp({ payloadType, marker, sequence, rtpTs, ssrc, payload }: RtpPacket): Uint8Array {
    const header = new RtpHeader({ payloadType, marker, sequenceNumber: sequence, timestamp: rtpTs, ssrc });
    return this.#rtp.encrypt(Buffer.from(payload), header);
  }

  protectRtcp(bytes: Uint8Array): Uint8Array {
    return this.#rtcp.encrypt(Buffer.from(bytes));
  }

  /** Undefined: forged, broken, or not for these keys. */
  unprotectRtp(bytes: Buffer): Buffer | undefined {
    return orUndefined(() => this.#rtp.decrypt(bytes));
  }

  unprotectRtcp(bytes: Buffer): Buffer | undefined {
    return orUndefined(() => this.#rtcp.decrypt(bytes));
  }
}

function orUndefined(work: () => Buffer): Buffer | undefined {
  try {
    return work();
  } catch {
    return undefined; // What does not bear our peer's key is a packet like any other garbage.
  }
}
