/** Events as `event json` sends them. */

/** One event. Array values (`variable_DP_MATCH`) are joined as FreeSWITCH itself writes arrays. */
export interface EslEvent {
  /** `CHANNEL_PARK`, …; for CUSTOM events the subclass, as `sofia::register`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads a text/event-json body; undefined when it is not an event. */
export function parseEvent(body: Buffer | string): EslEvent | undefined {
  const json = parseJsonObject(typeof body === 'string' ? body : body.toString('utf8'));
  if (json === undefined) return undefined;
  const fields = stringFields(json);
  const eventName = fields['Event-Name'];
  if (eventName === undefined) return undefined;
  const name = eventName === 'CUSTOM' ? (fields['Event-Subclass'] ?? 'CUSTOM') : eventName;
  return { name, fields, body: fields['_body'] ?? '' };
}

/** The JSON object in a text; undefined for anything else. Never throws. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isObject(json) ? json : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object that are text (or a list of text). */
export function stringFields(json: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(json)) {
    if (typeof value === 'string') fields[name] = value;
    else if (Array.isArray(value) && value.every((part) => typeof part === 'string'))
      fields[name] = `ARRAY::${value.join('|:')}`;
  }
  return fields;
}

const NAME_KEY = Buffer.from('"Event-Name":"');
const SUBCLASS_KEY = Buffer.from('"Event-Subclass":"');
const QUOTE = 0x22;
/** FreeSWITCH writes name and subclass first; nothing is looked for deeper than this. */
const PEEK_BYTES = 256;

/** Name (or subclass) of an event that is not parsed yet; empty when it is not where FreeSWITCH puts it. */
export function peekEventName(body: Buffer): string {
  const head = body.subarray(0, PEEK_BYTES);
  const name = valueAfter(head, NAME_KEY);
  return name === 'CUSTOM' ? valueAfter(head, SUBCLASS_KEY) : name;
}

function valueAfter(head: Buffer, key: Buffer): string {
  const at = head.indexOf(key);
  if (at < 0) return '';
  const start = at + key.length;
  const end = head.indexOf(QUOTE, start);
  return end < 0 ? '' : head.toString('latin1', start, end);
}
