/** The command that makes a call. Everything in it comes from outside and is held against a list of good characters. */
import { SwitchError, type OriginateRequest } from '../ports/switch.ts';
import { markVariables, OWN_CHANNEL_VARIABLE } from './marks.ts';

const URI =
  /^sips?:([A-Za-z0-9+*#._%-]{1,128}@)?([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?((;[A-Za-z0-9._=-]{1,64}){0,8})$/;
const HEADER_NAME = /^X-[A-Za-z0-9-]{1,60}$/;
const UUID = /^[0-9A-Za-z-]{8,64}$/;
/** FreeSWITCH counts whole seconds and may be early: ours is the clock, this only ends what we lost sight of. */
const RING_MARGIN_S = 10;

/** `originate` with all variables. */
export function originateCommand(request: OriginateRequest, dial: string): string {
  if (!UUID.test(request.legId)) throw new SwitchError('bad-request', 'legId is not a UUID');
  const { from, ringMs, mediaTimeoutMs } = request;
  const variables: Record<string, string> = {
    origination_uuid: request.legId,
    origination_caller_id_number: clean(from.user),
    origination_caller_id_name: clean(from.displayName ?? from.user),
    originate_timeout: String(Math.ceil(ringMs / 1_000) + RING_MARGIN_S),
    ignore_early_media: 'true',
    hangup_after_bridge: 'false',
    park_after_bridge: 'true',
    fire_rtcp_events: 'true',
    ...(mediaTimeoutMs > 0 ? { media_timeout: String(Math.round(mediaTimeoutMs)) } : {}),
    [OWN_CHANNEL_VARIABLE]: '1',
    ...markVariables(request.marks ?? {}),
    ...headerVariables(request.headers ?? {}),
  };
  const list = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  return `originate {${list.join(',')}}${dial} &park()`;
}

/** A SIP address as FreeSWITCH dials it. */
export function uriDial(uri: string, profile: string, outboundProxy: string | null): string {
  if (!URI.test(uri)) throw new SwitchError('bad-request', 'not a SIP address that can be dialled');
  const proxy = outboundProxy === null ? '' : `;fs_path=sip:${outboundProxy}`;
  return `sofia/${profile}/${uri.replace(/^sips?:/, '')}${proxy}`;
}

/** A registered endpoint, found in the registrations of its profile without asking the directory again. */
export function endpointDial(username: string, profile: string, domain: string): string {
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(username)) throw new SwitchError('bad-request', 'not a user name');
  return `sofia/${profile}/${username}%${domain}`;
}

function headerVariables(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) throw new SwitchError('bad-request', 'a header must be named X-…');
    variables[`sip_h_${name}`] = clean(value);
  }
  return variables;
}

/** Leaves out what would end a value, a list or a line, or be expanded. */
function clean(text: string): string {
  return text.replaceAll(/[{}[\]<>'"\\^|$`\p{Cc}]/gu, ' ').slice(0, 512);
}
