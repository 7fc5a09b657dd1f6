/** Small pieces of XML. */

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** `<param name="…" value="…"/>`, as nearly all of FreeSWITCH's settings are written. */
export function param(name: string, value: string | number | boolean): string {
  return `<param name="${name}" value="${escapeXml(String(value))}"/>`;
}

export function indent(lines: readonly string[], by = 2): string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`));
}

/** `<name …>`, the lines indented, `</name>`. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  inner: readonly string[],
): string[] {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  if (inner.length === 0) return [`<${name}${list.join('')}/>`];
  return [`<${name}${list.join('')}>`, ...indent(inner), `</${name}>`];
}

/**
 * A file that FreeSWITCH includes. Its preprocessor drops every whole line that holds `<include>`, `</include>` or
 * `<?`, so they stand on lines of their own.
 */
export function includeFile(comment: string, inner: readonly string[]): string {
  return ['<include>', `<!-- ${comment} -->`, ...indent(inner), '</include>', ''].join('\n');
}
