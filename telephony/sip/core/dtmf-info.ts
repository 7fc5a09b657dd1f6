/** Digits in INFO: `application/dtmf-relay` (Signal= / Duration=) and `application/dtmf`. */

export interface InfoDigit {
  readonly digit: string;
  readonly durationMs: number;
}

const DEFAULT_DURATION_MS = 160;

/** The digit in an INFO body; undefined when there is none. */
export function parseInfoDigit(contentType: string, body: string): InfoDigit | undefined {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'application/dtmf') return toDigit(body.trim(), undefined);
  if (type !== 'application/dtmf-relay') return undefined;
  const field = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}\\s*=\\s*(\\S{1,16})\\s*$`, 'im').exec(body.slice(0, 1_024))?.[1];
  return toDigit(field('signal') ?? '', field('duration'));
}

/** Flash (16) is not a digit; 10 and 11 are other names of `*` and `#`. */
function toDigit(signal: string, duration: string | undefined): InfoDigit | undefined {
  const digit = { '10': '*', '11': '#' }[signal] ?? signal.toUpperCase();
  if (!/^[0-9*#A-D]$/.test(digit)) return undefined;
  const asked = /^[0-9]{1,5}$/.test(duration ?? '') ? Number(duration) : DEFAULT_DURATION_MS;
  return { digit, durationMs: Math.min(Math.max(asked, 1), 10_000) };
}
