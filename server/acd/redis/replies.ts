/** What the scripts answer, checked and turned into what the port promises. Nothing of it is trusted to have a shape. */
import { agentIntents, phoneStates, type AgentRecord, type Reservation, type Waiting } from '../line-store.ts';
import { seatLevels } from '../queue-rules.ts';

export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new ReplyError('line: a text is missing in a reply');
}

export function numberOf(value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new ReplyError('line: a number is missing in a reply');
}

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ReplyError('line: a list is missing in a reply');
}

export function parseJson(text: unknown): unknown {
  return JSON.parse(textOf(text)) as unknown;
}

function oneOf<T extends string>(value: unknown, among: readonly T[]): T {
  const found = among.find((one) => one === value);
  if (found === undefined) throw new ReplyError('line: an unknown word in a reply');
  return found;
}

export const nameOf = (safe: unknown): string => decodeURIComponent(textOf(safe));

export function reservationFrom(value: unknown): Reservation {
  if (!isRecord(value)) throw new ReplyError('line: a reservation is missing in a reply');
  return {
    offerId: textOf(value['offerId']),
    callId: textOf(value['callId']),
    agentId: textOf(value['agentId']),
    queue: nameOf(value['queue']),
    kind: oneOf(value['kind'], ['call', 'callback']),
    joinedAtMs: numberOf(value['joinedAtMs']),
    expiresAtMs: numberOf(value['expiresAtMs']),
  };
}

export const reservationsFrom = (json: unknown): readonly Reservation[] => listOf(parseJson(json)).map(reservationFrom);

/** What is kept of a call as JSON, written and read by `RedisLineStore` only. */
export type CallData = Pick<
  Waiting,
  'queue' | 'priority' | 'needs' | 'stickyAgentId' | 'dialect' | 'facts' | 'kind' | 'front'
>;

export function callDataFrom(json: unknown): CallData {
  const data = parseJson(json);
  if (!isRecord(data) || typeof data['queue'] !== 'string') throw new ReplyError('line: a call without data');
  // Written by this program with this very shape; the check above is for keys of somebody else.
  return data as unknown as CallData;
}

export function waitingFrom(row: unknown): Waiting {
  const [callId, data, joined, notBefore, owner, last, excluded] = listOf(row);
  const pairs = listOf(excluded);
  const exclusions: Record<string, number> = {};
  for (let i = 0; i + 1 < pairs.length; i += 2) exclusions[textOf(pairs[i])] = numberOf(pairs[i + 1]);
  return {
    ...callDataFrom(data),
    callId: textOf(callId),
    joinedAtMs: numberOf(joined),
    notBeforeMs: numberOf(notBefore),
    owner: textOf(owner),
    lastAgentId: last === '' ? null : textOf(last),
    excluded: exclusions,
  };
}

export function agentFrom(row: unknown): AgentRecord {
  const [agentId, intent, reason, phone, profile, free, taken, offer, owner] = listOf(row);
  const own = parseJson(profile);
  if (!isRecord(own)) throw new ReplyError('line: an agent without a profile');
  const phoneState = oneOf(phone, phoneStates);
  return {
    agentId: textOf(agentId),
    intent: oneOf(intent, agentIntents),
    pauseReason: textOf(reason),
    phone: phoneState,
    freeSinceMs: numberOf(free),
    queues: listOf(own['queues']).map(textOf),
    skills: Object.fromEntries(
      listOf(own['skills']).map((pair) => [textOf(listOf(pair)[0]), numberOf(listOf(pair)[1])]),
    ),
    seatLevel: oneOf(own['seatLevel'], seatLevels),
    callsTaken: numberOf(taken),
    lastOfferSeq: numberOf(offer),
    owner: textOf(owner),
  };
}
