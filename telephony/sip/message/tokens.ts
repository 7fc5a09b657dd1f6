/** Splitting and unquoting of header values (RFC 3261 section 25.1). All functions are linear in the input. */

const QUOTE = 34;
const LESS = 60;
const GREATER = 62;
const BACKSLASH = 92;
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** Whether the text is a `token` of the grammar. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Splits at a separator that stands outside quoted strings and angle brackets; parts are trimmed, empty ones kept.
 * An unclosed quote or bracket runs to the end.
 */
export function splitOutside(text: string, separator: ',' | ';'): string[] {
  if (!text.includes(separator)) return [text.trim()];
  if (!text.includes('"') && !text.includes('<')) return text.split(separator).map((part) => part.trim());
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let angle = false;
  const wanted = separator.charCodeAt(0);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) quoted = false;
    } else if (c === QUOTE) quoted = true;
    else if (c === LESS) angle = true;
    else if (c === GREATER) angle = false;
    else if (c === wanted && !angle) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

/** Removes the quotes of a quoted string and its escapes; other text is returned as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== QUOTE || text.charCodeAt(text.length - 1) !== QUOTE) return text;
  if (!text.includes('\\')) return text.slice(1, -1);
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

/** Makes a quoted string; control characters are dropped. */
export function quote(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not get into a header
  return `"${text.replace(/[\u0000-\u001f\u007f]/g, '').replace(/(["\\])/g, '\\$1')}"`;
}

/** No parameters. */
export const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/** `;a=b;c` as a map with lower-case names; a name without value maps to ''. The first of equal names wins. */
export function parseParams(parts: readonly string[]): ReadonlyMap<string, string> {
  if (parts.length === 0) return NO_PARAMS;
  const params = new Map<string, string>();
  for (const part of parts) addParam(params, part);
  return params;
}

function addParam(params: Map<string, string>, part: string): void {
  if (part === '') return;
  const eq = part.indexOf('=');
  const name = (eq < 0 ? part : part.slice(0, eq)).trim().toLowerCase();
  const value = eq < 0 ? '' : unquote(part.slice(eq + 1).trim());
  if (name !== '' && !params.has(name)) params.set(name, value);
}

/** The parameters in the text from `at` on, which is behind the first `;`. As `parseParams`, without the array. */
export function paramsFrom(text: string, at: number): ReadonlyMap<string, string> {
  if (at <= 0 || at >= text.length) return NO_PARAMS;
  const rest = text.slice(at);
  if (rest.includes('"') || rest.includes('<')) return parseParams(splitOutside(rest, ';'));
  const params = new Map<string, string>();
  for (let from = 0; from <= rest.length;) {
    const end = rest.indexOf(';', from);
    addParam(params, rest.slice(from, end < 0 ? rest.length : end).trim());
    if (end < 0) break;
    from = end + 1;
  }
  return params;
}

/** A whole number written in decimal digits only, within bounds; otherwise undefined. */
export function parseCount(text: string, max: number): number | undefined {
  if (text.length === 0 || text.length > 10) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= max ? value : undefined;
}
