/**
 * Where a call goes that has just come, given the measures in force: into the line (with what is offered there), to a
 * partner hotline, or away with a polite message. The call runner and the simulation ask the same function.
 */
import { atTheDoor } from '../../acd/line-policy.ts';
import { policyOf } from './policy.ts';
import type { ActiveMeasure } from './types.ts';

export interface LineAtArrival {
  readonly waiting: number;
  readonly estimatedWaitMs: number;
  /** Call-backs promised and not yet made. */
  readonly openCallBacks: number;
  /** Calls of ours now with each partner. */
  readonly partnerCalls: Readonly<Record<string, number>>;
}

export interface IncidentNotice {
  readonly prompt: string;
  readonly text: string;
  readonly pressOneToStay: boolean;
}

export type ArrivalDecision =
  | {
      readonly to: 'line';
      readonly notice: IncidentNotice | null;
      readonly offerCallBack: boolean;
      readonly offerDeflect: 'self-service' | 'web' | null;
    }
  | { readonly to: 'partner'; readonly partnerId: string; readonly notice: IncidentNotice | null }
  | {
      readonly to: 'away';
      readonly prompt: string;
      readonly notice: IncidentNotice | null;
      readonly offerCallBack: boolean;
      readonly offerDeflect: 'self-service' | 'web' | null;
    };

type Of<T extends ActiveMeasure['measure']['type']> = Extract<ActiveMeasure['measure'], { type: T }>;

function find<T extends ActiveMeasure['measure']['type']>(
  active: readonly ActiveMeasure[],
  type: T,
): Of<T> | undefined {
  const found = active.find((a) => a.measure.type === type);
  return found === undefined ? undefined : (found.measure as Of<T>);
}

/** The partner that is furthest behind its share and has room. */
export function choosePartner(
  partners: readonly Of<'partners'>['partners'][number][],
  calls: Readonly<Record<string, number>>,
): string | null {
  let best: { id: string; used: number } | null = null;
  for (const { id, share, maxCalls } of partners) {
    const now = calls[id] ?? 0;
    if (share === 0 || now >= maxCalls) continue;
    const used = (now + 1) / share;
    if (best === null || used < best.used) best = { id, used };
  }
  return best?.id ?? null;
}

/** The rule at the door (`server/acd/line-policy.ts`), with the words and the partners of the measures in force. */
export function decideArrival(active: readonly ActiveMeasure[], line: LineAtArrival): ArrivalDecision {
  const { waiting, estimatedWaitMs, openCallBacks: openCallbacks } = line;
  const partners = find(active, 'partners')?.partners ?? [];
  const choose = (): string | null => choosePartner(partners, line.partnerCalls);
  const decision = atTheDoor(policyOf(active), { waiting, estimatedWaitMs, openCallbacks }, choose);
  const announce = find(active, 'announce');
  const { prompt = '', text = '', pressOneToStay = false } = announce ?? {};
  const notice = decision.notice.length === 0 ? null : { prompt, text, pressOneToStay };
  if (decision.to === 'partner') return { to: 'partner', partnerId: decision.partner, notice };
  const offerDeflect = decision.deflect === null ? null : (find(active, 'deflect')?.to ?? null);
  const offers = { notice, offerCallBack: decision.callback, offerDeflect };
  return decision.to === 'line'
    ? { to: 'line', ...offers }
    : { to: 'away', prompt: decision.prompts[0] ?? '', ...offers };
}
