export const eslErrorCodes = ['not-connected', 'timeout', 'closed', 'refused', 'bad-command', 'busy'] as const;
/** `refused`: FreeSWITCH answered `-ERR`; its words are in `reply`. */
export type EslErrorCode = (typeof eslErrorCodes)[number];

/** A command to FreeSWITCH failed. */
export class EslError extends Error {
  override readonly name = 'EslError';
  readonly code: EslErrorCode;
  /** What FreeSWITCH answered; empty when it did not. */
  readonly reply: string;
  constructor(code: EslErrorCode, message: string, reply = '') {
    super(`event socket: ${code}: ${message}`);
    this.code = code;
    this.reply = reply;
  }
}
