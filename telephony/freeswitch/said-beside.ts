/** What the INVITE of a channel said beside the numbers: FreeSWITCH keeps its headers as variables. Pure. */
import type { SwitchEvent } from '../ports/switch.ts';
import { diversionsOf, extraHeaders } from '../sip/message/extra-headers.ts';
import { splitOutside } from '../sip/message/tokens.ts';

const PREFIX = 'variable_sip_h_';

/** Diversions and `X-` headers of a channel's INVITE. */
export function saidBeside(
  fields: Readonly<Record<string, string>>,
): Pick<Extract<SwitchEvent, { type: 'leg.incoming' }>, 'diversions' | 'headers'> {
  const said = Object.entries(fields).flatMap(([name, value]) =>
    name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value] as const] : [],
  );
  const list = (value: string | undefined): string[] => (value === undefined ? [] : splitOutside(value, ','));
  const diversion = said.find(([name]) => name.toLowerCase() === 'diversion')?.[1];
  return {
    diversions: diversionsOf(list(diversion), list(fields['variable_sip_history_info'])),
    headers: extraHeaders(said),
  };
}
