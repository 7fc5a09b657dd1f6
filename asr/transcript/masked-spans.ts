/** Where hidden numbers were spoken, for the recording. Pure. */
import type { TimedToken, TimeSpan } from '../ports.ts';

/** Neighbouring hidden digits are one span. */
export function maskedSpans(tokens: readonly TimedToken[]): { readonly maskedSpans?: readonly TimeSpan[] } {
  const spans: { startMs: number; endMs: number }[] = [];
  let before: TimedToken | undefined;
  for (const token of tokens) {
    const last = spans.at(-1);
    if (token.text.includes('*')) {
      if (last !== undefined && before?.text.includes('*') === true) last.endMs = Math.round(token.endMs);
      else spans.push({ startMs: Math.round(token.startMs), endMs: Math.round(token.endMs) });
    }
    before = token;
  }
  return spans.length === 0 ? {} : { maskedSpans: spans };
}
