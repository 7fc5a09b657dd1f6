/** Marks of a leg as channel variables. */
import { SwitchError, type Marks } from '../ports/switch.ts';

const PREFIX = 'hl_m_';
/** Set on every channel that we made ourselves. */
export const OWN_CHANNEL_VARIABLE = 'hl_leg';
/** An empty variable is none at all in FreeSWITCH; a lone percent sign never comes out of the encoding. */
const EMPTY = '%';

/** Variables by name; values hold only letters, digits and `-_.~%`, which no command of FreeSWITCH splits at. */
export function markVariables(marks: Marks): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(marks).map(([key, value]) => [`${PREFIX}${key}`, encodeValue(value)]));
}

/** The marks among a channel's variables (`variable_<name>` as events have them). */
export function readMarks(fields: Readonly<Record<string, string>>): Marks {
  const marks: Record<string, string> = {};
  const prefix = `variable_${PREFIX}`;
  for (const [name, value] of Object.entries(fields))
    if (name.startsWith(prefix)) marks[name.slice(prefix.length)] = decodeValue(value);
  return marks;
}

/** Rejects keys that the port does not allow. */
export function checkMarks(marks: Marks): void {
  if (Object.keys(marks).every((key) => /^[a-z_]{1,32}$/.test(key))) return;
  throw new SwitchError('bad-request', 'a mark has a key that is not [a-z_]{1,32}');
}

export function encodeValue(value: string): string {
  if (value === '') return EMPTY;
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\uFFFD')).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function decodeValue(text: string): string {
  if (text === EMPTY) return '';
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // Not of our making (somebody set it by hand): better as it is than lost.
    if (error instanceof URIError) return text;
    throw error;
  }
}
