/** Failures of the media engine, with a code that survives the way between threads. */
import { SdpError } from '../../sdp/sdp-error.ts';

/** `bad-sdp`: the far end's description cannot be used. `unavailable`: we cannot serve (no port, thread down). */
export type MediaErrorCode = 'bad-sdp' | 'unavailable';

export class MediaError extends Error {
  override readonly name = 'MediaError';
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whatever is not known to be the far end's fault is ours. */
export function mediaErrorCode(error: unknown): MediaErrorCode {
  if (error instanceof MediaError) return error.code;
  return error instanceof SdpError ? 'bad-sdp' : 'unavailable';
}
