/** The server's log: JSON lines on stderr (stdout is for people), with fields about persons blanked out. */
import { pino, type Logger } from 'pino';
import type { Config } from '../config/schema.ts';

/** Telephone numbers, digits and words of people are logged under these names only, and so never in clear. */
export const redactedFields = [
  'from',
  'to',
  'number',
  'callerNumber',
  'digit',
  'digits',
  'text',
  'segment',
  'password',
  'sdp',
  'body',
  'cookie',
];

export function createLogger(level: Config['logLevel']): Logger {
  const paths = redactedFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    { level, redact: { paths, censor: '[redacted]' }, base: null },
    pino.destination({ dest: 2, sync: true }),
  );
}
