/** Commands as the event socket reads them. */

/** A command with optional header lines. */
export interface EslCommand {
  readonly line: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** True when a text can stand in a command: a line break would begin another one. */
export function isSafeText(text: string): boolean {
  return !/[\r\n\0]/.test(text);
}

/** The bytes of a command, or undefined when a part of it holds a line break. */
export function encodeCommand({ line, headers = [] }: EslCommand): string | undefined {
  if (!isSafeText(line) || !headers.every(([name, value]) => isSafeText(name) && isSafeText(value))) return undefined;
  const lines = headers.map(([name, value]) => `${name}: ${value}\n`);
  return `${line}\n${lines.join('')}\n`;
}

/** The command that subscribes to events; names with `::` are subclasses of CUSTOM and go last. */
export function subscribeCommand(events: readonly string[]): string {
  const plain = events.filter((name) => !name.includes('::'));
  const custom = events.filter((name) => name.includes('::'));
  return ['event json', ...plain, ...(custom.length === 0 ? [] : ['CUSTOM', ...custom])].join(' ');
}
