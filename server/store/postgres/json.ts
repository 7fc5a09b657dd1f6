/**
 * JSON that PostgreSQL takes: it cannot hold U+0000 (dropped) or half a surrogate pair (U+FFFD in its place), and
 * either may come from a keyboard or a telephone network. `JSON.stringify` writes both, and only these, as escapes.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})/g,
    (_match, before: string, code: string) => before + (code === '0000' ? '' : '\u{fffd}'),
  );
}
