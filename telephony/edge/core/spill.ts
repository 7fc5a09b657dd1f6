/** The header that goes with a call to a partner hotline: why it comes, and where its caller stands. */

export const SPILL_HEADER = 'X-Hotline-Spill';
/** Tells the switch which trunk a call came in on: all it sees itself is the edge. */
export const TRUNK_HEADER = 'X-Hotline-Trunk';
/** Nobody outside may send headers of ours, partners excepted with `SPILL_HEADER`. */
const RESERVED_PREFIX = 'x-hotline-';

export const spillReasons = ['no-switch', 'full', 'draining', 'waiting', 'switch-failed', 'rate'] as const;
export type SpillReason = (typeof spillReasons)[number];

export interface Spill {
  readonly reason: SpillReason;
  /** The place in the line the caller would have had, counted from 1. */
  readonly place: number | undefined;
  /** Six digits: where the caller is, as far as the trunk tells. */
  readonly area: string;
  /** Six digits: which hotline sends the call on. */
  readonly fromArea: string;
  /** Name of the partner it is meant for: a switch of ours that sees it knows it is not. */
  readonly to: string;
}

/** `reason=full;place=41;area=420106;from=420100;to=jiangbei`; what is not known is left out. */
export function spillHeader({ reason, place, area, fromArea, to }: Spill): string {
  const parts = [`reason=${reason}`];
  if (place !== undefined) parts.push(`place=${place}`);
  if (area !== '') parts.push(`area=${area}`);
  if (fromArea !== '') parts.push(`from=${fromArea}`);
  return [...parts, `to=${to}`].join(';');
}

/** What a partner told with a call; undefined when it is not of that form. */
export function parseSpillHeader(text: string): Spill | undefined {
  if (text.length > 200) return undefined;
  const fields = new Map(text.split(';').map((part) => [part.split('=')[0]?.trim(), part.split('=')[1]?.trim() ?? '']));
  const reason = spillReasons.find((known) => known === fields.get('reason'));
  const to = fields.get('to') ?? '';
  const [area = '', fromArea = ''] = [fields.get('area'), fields.get('from')];
  const place = fields.get('place');
  const isPlace = place === undefined || /^[1-9][0-9]{0,6}$/.test(place);
  const isArea = [area, fromArea].every((code) => /^([0-9]{6})?$/.test(code));
  if (reason === undefined || !isPlace || !isArea || !/^[a-z0-9-]{1,63}$/.test(to)) return undefined;
  return { reason, place: place === undefined ? undefined : Number(place), area, fromArea, to };
}

/** Headers of ours that the trunk had no right to send. */
export function forbiddenHeaders(names: readonly string[], isPartner: boolean): readonly string[] {
  return names
    .map((name) => name.toLowerCase())
    .filter((name) => name.startsWith(RESERVED_PREFIX))
    .filter((name) => !(isPartner && name === SPILL_HEADER.toLowerCase()));
}
