/** Earlier tickets that look the same: by caller, place and matter, each with why. Pure. */
import type { EarlierTicket, SimilarWhy } from './aside-types.ts';
import type { Draft, DraftField } from './types.ts';

/** What is known of an earlier ticket. */
export interface Earlier {
  readonly id: string;
  readonly number: string;
  readonly callId: string;
  readonly createdAtMs: number;
  readonly status: 'accepted';
  readonly callerNumber: string;
  readonly fields: Readonly<Record<DraftField, { readonly value: string; readonly display: string }>>;
}

export interface SimilarTo {
  readonly draft: Draft;
  readonly callerNumber: string;
  readonly nowMs: number;
  /** Roads named in a text. */
  readonly roadsIn: (text: string) => readonly { readonly id: string; readonly name: string }[];
}

/** What each thing in common is worth; two of the three kinds make a ticket look the same. */
const WORTH: Readonly<Record<SimilarWhy['type'], number>> = {
  caller: 1,
  place: 1.2,
  street: 0.4,
  class: 1.2,
  topic: 0.6,
};
const LEAST = 1.6;
const HALF_LIFE_DAYS = 30;
const DAY_MS = 86_400_000;

const topicOf = (classDisplay: string): string => classDisplay.split(' › ').slice(0, 2).join(' › ');

/** Same community or road is the same place; the same street only helps. */
function placeOf({ draft, roadsIn }: SimilarTo, { fields }: Earlier): SimilarWhy | null {
  const { communityId, streetId, placeText } = draft.fields;
  if (communityId.value !== '' && communityId.value === fields.communityId.value)
    return { type: 'place', name: communityId.display };
  const there = new Set(roadsIn(fields.placeText.value).map(({ id }) => id));
  const road = there.size === 0 ? undefined : roadsIn(placeText.value).find(({ id }) => there.has(id));
  if (road !== undefined) return { type: 'place', name: road.name };
  const sameStreet = streetId.value !== '' && streetId.value === fields.streetId.value;
  return sameStreet ? { type: 'street', name: streetId.display } : null;
}

function matterOf({ draft }: SimilarTo, { fields }: Earlier): SimilarWhy | null {
  const { classId } = draft.fields;
  if (classId.value === '') return null;
  if (classId.value === fields.classId.value) return { type: 'class', name: classId.display.split(' › ').at(-1) ?? '' };
  const topic = topicOf(classId.display);
  const same = topic.includes(' › ') && topic === topicOf(fields.classId.display);
  return same ? { type: 'topic', name: topic.split(' › ')[1] ?? '' } : null;
}

function reasonsOf(to: SimilarTo, ticket: Earlier): readonly SimilarWhy[] {
  const sameCaller = to.callerNumber !== '' && to.callerNumber === ticket.callerNumber;
  const caller: SimilarWhy | null = sameCaller ? { type: 'caller', name: '' } : null;
  return [caller, placeOf(to, ticket), matterOf(to, ticket)].filter((why) => why !== null);
}

/** Those that look the same, the likeliest first. */
export function similarTickets(to: SimilarTo, tickets: readonly Earlier[], limit: number): readonly EarlierTicket[] {
  const found = tickets
    .filter((ticket) => ticket.callId !== to.draft.callId)
    .map((ticket) => {
      const why = reasonsOf(to, ticket);
      const worth = why.reduce((sum, { type }) => sum + WORTH[type], 0);
      const ageDays = Math.max(0, to.nowMs - ticket.createdAtMs) / DAY_MS;
      return { ticket, why, worth, rank: worth * 2 ** (-ageDays / HALF_LIFE_DAYS) };
    })
    .filter(({ worth }) => worth >= LEAST)
    .sort((a, b) => b.rank - a.rank);
  return found.slice(0, limit).map(({ ticket, why }) => shown(ticket, why));
}

function shown({ id, number, createdAtMs, status, fields }: Earlier, why: readonly SimilarWhy[]): EarlierTicket {
  return {
    ...{ id, number, createdAtMs, status, why },
    class: fields.classId.display.split(' › ').at(-1) ?? '',
    place: fields.placeText.value === '' ? fields.communityId.display : fields.placeText.value,
    department: fields.departmentId.display,
    summary: fields.summary.value.slice(0, 200),
  };
}
