/** Faults of the database that a person can do something about. */
export const storeErrorCodes = [
  'port-taken',
  'disk-full',
  'not-writable',
  'wrong-owner',
  'already-running',
  'binaries-missing',
  'start-failed',
  'cannot-connect',
  'wrong-password',
  'version-too-old',
  'version-changed',
  'sequence-conflict',
  'number-space-full',
] as const;
export type StoreErrorCode = (typeof storeErrorCodes)[number];

export interface StoreErrorOptions extends ErrorOptions {
  /** The event that was refused. */
  readonly event?: { readonly callId: string; readonly seq: number };
}

/** `message` says in plain words who is to blame and what to do; it never holds passwords, numbers or speech. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** Of `sequence-conflict`: the call whose event is already stored otherwise. */
  readonly callId: string | undefined;
  /** Of `sequence-conflict`: the place of that event in its call. */
  readonly seq: number | undefined;
  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.callId = options.event?.callId;
    this.seq = options.event?.seq;
  }
}

/** The `code` of a Node or PostgreSQL error, or ''. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Turns a file system error into plain words; anything else is returned as it is. */
export function fileFault(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StoreError('disk-full', `The disk that holds ${path} is full. Free some space and start again.`, {
      cause: error,
    });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR')
    return new StoreError(
      'not-writable',
      `Cannot write to ${path} (${code}). Give this user the right to write there, or set another dataDir.`,
      { cause: error },
    );
  return error;
}
