/** Splitting and unquoting of header values (RFC 3261 section 25.1). All functions are linear in the input. */

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
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let angle = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') angle = true;
    else if (c === '>') angle = false;
    else if (c === separator && !angle) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

/** Removes the quotes of a quoted string and its escapes; other text is returned as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

/** Makes a quoted string; control characters are dropped. */
export function quote(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not get into a header
  return `"${text.replace(/[\u0000-\u001f\u007f]/g, '').replace(/(["\\])/g, '\\$1')}"`;
}

/** `;a=b;c` as a map with lower-case names; a name without value maps to ''. The first of equal names wins. */
export function parseParams(parts: readonly string[]): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  for (const part of parts) {
    if (part === '') continue;
    const eq = part.indexOf('=');
    const name = (eq < 0 ? part : part.slice(0, eq)).trim().toLowerCase();
    const value = eq < 0 ? '' : unquote(part.slice(eq + 1).trim());
    if (name !== '' && !params.has(name)) params.set(name, value);
  }
  return params;
}

/** A whole number written in decimal digits only, within bounds; otherwise undefined. */
export function parseCount(text: string, max: number): number | undefined {
  if (!/^[0-9]{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
