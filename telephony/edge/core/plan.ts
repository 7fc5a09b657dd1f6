/** What is done with one INVITE: refused, or sent to far ends in an order. Pure: tables, buckets and chance come in. */
import { levelOf, takeFromAll, type Buckets, type Rate } from './admission.ts';
import { chooseOrder, whyNone } from './choose.ts';
import type { HealthSettings, HealthTable } from './health.ts';
import { forbiddenHeaders, SPILL_HEADER, spillHeader, TRUNK_HEADER, type SpillReason } from './spill.ts';

export interface TrunkLimits {
  readonly name: string;
  /** undefined: only the limit of all together. */
  readonly rate: Rate | undefined;
  readonly area: string;
  readonly isPartner: boolean;
}

export interface PlanSettings extends HealthSettings {
  readonly total: Rate;
  readonly retryAfterS: number;
  readonly maxAttempts: number;
  /** More waiting than this: partners first. undefined: never for that. */
  readonly spillWaitingAbove: number | undefined;
  /** A partner stands last for every call. */
  readonly spillOnFailure: boolean;
  readonly area: string;
  /** What is dialled at each partner, and what it takes. */
  readonly partners: ReadonlyMap<string, { readonly number: string; readonly rate: Rate }>;
}

export interface Invite {
  /** undefined: the address belongs to no trunk. */
  readonly trunk: TrunkLimits | undefined;
  /** User part of the Request-URI; undefined when there is none to be used. */
  readonly calledUser: string | undefined;
  readonly headerNames: readonly string[];
}

export interface EdgeView {
  readonly nodes: HealthTable;
  readonly partners: HealthTable;
  readonly buckets: Buckets;
  readonly waiting: number | undefined;
}

export interface Draws {
  readonly nodes: readonly number[];
  readonly partners: readonly number[];
}

export interface Destination {
  readonly kind: 'node' | 'partner';
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

export type RefusalReason = 'stranger' | 'reserved-header' | 'no-number' | 'trunk-rate' | 'total-rate' | SpillReason;

export type Plan =
  | {
      readonly type: 'refuse';
      readonly status: 400 | 403 | 404 | 503;
      readonly why: RefusalReason;
      /** With a 503 (RFC 3261 section 21.5.4). */
      readonly retryAfterS: number | undefined;
    }
  | {
      readonly type: 'proxy';
      /** At least one; tried in this order. */
      readonly destinations: readonly Destination[];
      readonly headers: Readonly<Record<string, string>>;
      /** Why it goes to a partner at once. undefined: a partner is only the last resort. */
      readonly spill: SpillReason | undefined;
    };

export interface Planned {
  readonly plan: Plan;
  readonly buckets: Buckets;
}

const TOTAL = 'total';
const trunkBucket = (name: string): string => `trunk:${name}`;
const partnerBucket = (name: string): string => `partner:${name}`;

function refuse(
  buckets: Buckets,
  status: 400 | 403 | 404 | 503,
  why: RefusalReason,
  retryAfterS: number | undefined,
): Planned {
  return { buckets, plan: { type: 'refuse', status, why, retryAfterS } };
}

/** What stays the same while one call is decided on. */
interface Moment {
  readonly draws: Draws;
  readonly nowMs: number;
  readonly settings: PlanSettings;
}

/** Partners that are there and have agreed to one more call now, in the order to ask them. */
function willingPartners(view: EdgeView, { draws, nowMs, settings }: Moment): readonly Destination[] {
  return chooseOrder(view.partners, draws.partners, nowMs, settings).flatMap(({ name, address, port }) => {
    const partner = settings.partners.get(name);
    if (partner === undefined || levelOf(view.buckets, partnerBucket(name), partner.rate, nowMs) < 1) return [];
    return [{ kind: 'partner' as const, name, address, port, user: partner.number }];
  });
}

/** Takes a token of the partner's agreement; when a call has gone there, planned or not. */
export function countPartnerCall(buckets: Buckets, name: string, settings: PlanSettings, nowMs: number): Buckets {
  const partner = settings.partners.get(name);
  if (partner === undefined) return buckets;
  return takeFromAll(buckets, [{ name: partnerBucket(name), rate: partner.rate }], nowMs).buckets;
}

interface Admitted {
  readonly trunk: TrunkLimits;
  readonly user: string;
  /** It was sent on to us already: no further. */
  readonly isSpilled: boolean;
}

type Headers = Readonly<Record<string, string>>;

const ownHeaders = ({ trunk }: Admitted): Headers => ({ [TRUNK_HEADER]: trunk.name });

/** The spill header goes with the call to our switches, too, when a partner stands last: it names whom it is meant for. */
function headersFor(admitted: Admitted, spill: { partner: Destination; reason: SpillReason }, seen: Seen): Headers {
  const { view, moment } = seen;
  const place = view.waiting === undefined ? undefined : view.waiting + 1;
  const { partner, reason } = spill;
  const { area: fromArea } = moment.settings;
  return {
    ...ownHeaders(admitted),
    [SPILL_HEADER]: spillHeader({ reason, place, area: admitted.trunk.area, fromArea, to: partner.name }),
  };
}

interface Seen {
  readonly view: EdgeView;
  readonly moment: Moment;
}

function nodeDestinations(user: string, { view, moment }: Seen): readonly Destination[] {
  const { draws, nowMs, settings } = moment;
  return chooseOrder(view.nodes, draws.nodes, nowMs, settings)
    .slice(0, settings.maxAttempts)
    .map(({ name, address, port }) => ({ kind: 'node', name, address, port, user }));
}

/** Our switches, then a partner; or a partner at once when they cannot take it or too many wait already. */
function route(admitted: Admitted, seen: Seen): Planned {
  const { view, moment } = seen;
  const { nowMs, settings } = moment;
  const nodes = nodeDestinations(admitted.user, seen);
  const [partner] = admitted.isSpilled ? [] : willingPartners(view, moment);
  const tooMany = settings.spillWaitingAbove !== undefined && (view.waiting ?? 0) > settings.spillWaitingAbove;
  const reason = nodes.length === 0 ? whyNone(view.nodes, nowMs, settings) : tooMany ? 'waiting' : undefined;
  if (partner === undefined || (reason === undefined && !settings.spillOnFailure)) {
    if (nodes.length === 0) return refuse(view.buckets, 503, reason ?? 'no-switch', settings.retryAfterS);
    const plan: Plan = { type: 'proxy', destinations: nodes, headers: ownHeaders(admitted), spill: undefined };
    return { buckets: view.buckets, plan };
  }
  const destinations = reason === undefined ? [...nodes, partner] : [partner, ...nodes];
  const headers = headersFor(admitted, { partner, reason: reason ?? 'switch-failed' }, seen);
  return { buckets: view.buckets, plan: { type: 'proxy', destinations, headers, spill: reason } };
}

/** Over a rate: another hotline may still take it. */
function overRate(
  admitted: Admitted,
  over: { readonly waitMs: number; readonly isTotal: boolean },
  seen: Seen,
): Planned {
  const { view, moment } = seen;
  const retryAfterS = Math.max(moment.settings.retryAfterS, Math.ceil(over.waitMs / 1_000));
  // A single trunk over its limit is that trunk's affair; all together are a rush of callers.
  const [partner] = admitted.isSpilled || !over.isTotal ? [] : willingPartners(view, moment);
  if (partner === undefined) return refuse(view.buckets, 503, over.isTotal ? 'total-rate' : 'trunk-rate', retryAfterS);
  const headers = headersFor(admitted, { partner, reason: 'rate' }, seen);
  return { buckets: view.buckets, plan: { type: 'proxy', destinations: [partner], headers, spill: 'rate' } };
}

/** Decides on one INVITE outside a dialog. */
export function planCall(
  invite: Invite,
  view: EdgeView,
  draws: Draws,
  at: { readonly nowMs: number; readonly settings: PlanSettings },
): Planned {
  const { trunk, calledUser, headerNames } = invite;
  const { nowMs, settings } = at;
  if (trunk === undefined) return refuse(view.buckets, 403, 'stranger', undefined);
  if (forbiddenHeaders(headerNames, trunk.isPartner).length > 0)
    return refuse(view.buckets, 400, 'reserved-header', undefined);
  if (calledUser === undefined) return refuse(view.buckets, 404, 'no-number', undefined);
  const isSpilled = headerNames.some((name) => name.toLowerCase() === SPILL_HEADER.toLowerCase());
  const admitted: Admitted = { trunk, user: calledUser, isSpilled };
  const own = trunk.rate === undefined ? [] : [{ name: trunkBucket(trunk.name), rate: trunk.rate }];
  const taken = takeFromAll(view.buckets, [...own, { name: TOTAL, rate: settings.total }], nowMs);
  const seen: Seen = { view: { ...view, buckets: taken.buckets }, moment: { draws, nowMs, settings } };
  if (taken.ok) return route(admitted, seen);
  return overRate(admitted, { waitMs: taken.waitMs, isTotal: taken.name === TOTAL }, seen);
}
