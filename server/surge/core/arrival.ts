/**
 * Where a call goes that has just come, given the measures in force: into the line (with what is offered there), to a
 * partner hotline, or away with a polite message. The call runner and the simulation ask the same function.
 */
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

export function decideArrival(active: readonly ActiveMeasure[], line: LineAtArrival): ArrivalDecision {
  const announce = find(active, 'announce');
  const notice =
    announce === undefined || line.estimatedWaitMs < announce.whenWaitAboveMs
      ? null
      : { prompt: announce.prompt, text: announce.text, pressOneToStay: announce.pressOneToStay };
  const partners = find(active, 'partners');
  if (partners !== undefined && line.estimatedWaitMs > partners.whenWaitAboveMs) {
    const partnerId = choosePartner(partners.partners, line.partnerCalls);
    if (partnerId !== null) return { to: 'partner', partnerId, notice };
  }
  const callBack = find(active, 'call-back');
  const deflect = find(active, 'deflect');
  const admission = active.find((a) => a.measure.type === 'admission');
  const full = admission?.amount !== undefined && admission.amount !== null && line.waiting >= admission.amount;
  const long = (limitMs: number): boolean => full || line.estimatedWaitMs > limitMs;
  const offerCallBack =
    callBack !== undefined && line.openCallBacks < callBack.maxOpen && long(callBack.whenWaitAboveMs);
  const offerDeflect = deflect !== undefined && long(deflect.whenWaitAboveMs) ? deflect.to : null;
  if (full && admission.measure.type === 'admission')
    return { to: 'away', prompt: admission.measure.prompt, notice, offerCallBack, offerDeflect };
  return { to: 'line', notice, offerCallBack, offerDeflect };
}
