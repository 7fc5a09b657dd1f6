/** SDP (RFC 8866): text to values and back. Pure and bounded; unknown lines are kept or ignored, never fatal. */

export interface SdpAttribute {
  readonly name: string;
  /** Absent for flags such as `rtcp-mux`. */
  readonly value: string | undefined;
}

export interface SdpMedia {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  /** Address of the media's own `c=` line. */
  readonly address: string | undefined;
  readonly attributes: readonly SdpAttribute[];
}

export interface SessionDescription {
  /** The `o=` line's value. */
  readonly origin: string;
  readonly address: string | undefined;
  readonly attributes: readonly SdpAttribute[];
  readonly media: readonly SdpMedia[];
}

export type SdpResult =
  { readonly ok: true; readonly session: SessionDescription } | { readonly ok: false; readonly reason: string };

const maxChars = 64 * 1024;
const maxLines = 1500;
const maxMedia = 16;
const maxFormats = 64;

interface OpenMedia {
  kind: string;
  port: number;
  protocol: string;
  formats: string[];
  address: string | undefined;
  attributes: SdpAttribute[];
}

/** Reads a description. Only what makes it unusable is an error. */
export function parseSdp(text: string): SdpResult {
  if (text.length > maxChars) return { ok: false, reason: 'the SDP is too long' };
  const lines = linesOf(text);
  if (lines.length > maxLines) return { ok: false, reason: 'the SDP has too many lines' };
  if (lines[0]?.trim() !== 'v=0') return { ok: false, reason: 'the SDP does not begin with v=0' };
  const session = { origin: '', address: undefined as string | undefined, attributes: [] as SdpAttribute[] };
  const media: OpenMedia[] = [];
  for (const line of lines) {
    if (line.charCodeAt(1) !== EQUALS) continue;
    const target = media[media.length - 1] ?? session;
    const value = line.slice(2).trim();
    const type = line.slice(0, 2);
    if (type === 'm=') {
      const opened = media.length < maxMedia ? openMedia(value) : undefined;
      if (opened === undefined) return { ok: false, reason: 'a media line of the SDP cannot be read' };
      media.push(opened);
    } else if (type === 'o=') session.origin = value;
    else if (type === 'c=') target.address = addressOf(value) ?? target.address;
    else if (type === 'a=') target.attributes.push(attributeOf(value));
  }
  return { ok: true, session: { ...session, media } };
}

const EQUALS = 61;

/** CRLF is the rule; LF or CR alone is accepted. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let cr = text.indexOf('\r');
  for (let at = 0; at < text.length && lines.length <= maxLines;) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    if (cr >= 0 && cr < at) cr = text.indexOf('\r', at);
    if (cr >= 0 && cr < end - 1) return text.split(/\r\n|\n|\r/, maxLines + 1);
    lines.push(text.slice(at, cr >= 0 && cr < end ? cr : end));
    at = end + 1;
  }
  return lines;
}

/** Writes a description in the order RFC 8866 section 5 wants. */
export function serializeSdp(session: SessionDescription): string {
  const lines = ['v=0', `o=${session.origin}`, 's=-'];
  if (session.address !== undefined) lines.push(connectionLine(session.address));
  lines.push('t=0 0', ...session.attributes.map(attributeLine));
  for (const media of session.media) {
    lines.push(`m=${media.kind} ${media.port} ${media.protocol} ${media.formats.join(' ')}`);
    if (media.address !== undefined) lines.push(connectionLine(media.address));
    lines.push(...media.attributes.map(attributeLine));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** First value of an attribute; an empty text for a flag; `undefined` when it is not there. */
export function attributeValue(attributes: readonly SdpAttribute[], name: string): string | undefined {
  const found = attributes.find((attribute) => attribute.name === name);
  return found === undefined ? undefined : (found.value ?? '');
}

function words(value: string): string[] {
  return value.includes('\t') || value.includes('  ') ? value.split(/\s+/) : value.split(' ');
}

function openMedia(value: string): OpenMedia | undefined {
  const [kind, portText, protocol, ...formats] = words(value);
  const port = Number.parseInt(portText ?? '', 10);
  if (kind === undefined || protocol === undefined || !(port >= 0 && port <= 65_535)) return undefined;
  if (formats.length > maxFormats) return undefined;
  return { kind, port, protocol, formats, address: undefined, attributes: [] };
}

function addressOf(value: string): string | undefined {
  const [network, family, address] = words(value);
  if (network !== 'IN' || (family !== 'IP4' && family !== 'IP6')) return undefined;
  // A multicast address carries a TTL after a slash.
  return address?.split('/')[0];
}

function attributeOf(value: string): SdpAttribute {
  const colon = value.indexOf(':');
  return colon < 0 ? { name: value, value: undefined } : { name: value.slice(0, colon), value: value.slice(colon + 1) };
}

function attributeLine(attribute: SdpAttribute): string {
  return attribute.value === undefined ? `a=${attribute.name}` : `a=${attribute.name}:${attribute.value}`;
}

function connectionLine(address: string): string {
  return `c=IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
}
