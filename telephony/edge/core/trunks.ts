/** Who may send calls: trunks by the address their packets come from. Pure. */
import { inRanges, parseRange, type Range } from '../../embedded/cidr.ts';
import type { TrunkLimits } from './plan.ts';

export interface TrunkEntry {
  readonly limits: TrunkLimits;
  readonly ranges: readonly Range[];
}

export interface TrunkAddresses {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface LimitsOfTrunk {
  readonly name: string;
  readonly callsPerSecond: number;
  readonly burst: number;
  readonly area: string;
  readonly isPartner: boolean;
}

/** Faults of the trunk lists, in words for an operator. */
export function trunkFaults(trunks: readonly TrunkAddresses[], limits: readonly LimitsOfTrunk[]): readonly string[] {
  const unknown = limits.filter(({ name }) => !trunks.some((t) => t.name === name));
  const broken = trunks.flatMap(({ addresses }) => addresses).filter((text) => parseRange(text) === undefined);
  return [
    ...unknown.map(({ name }) => `edge.trunks: there is no trunk "${name}" in sip.trunks`),
    ...broken.map((text) => `sip.trunks: "${text}" is neither an IPv4 address nor a range like 10.1.0.0/16`),
  ];
}

export function trunkTable(trunks: readonly TrunkAddresses[], limits: readonly LimitsOfTrunk[]): readonly TrunkEntry[] {
  return trunks.map(({ name, addresses }) => {
    const own = limits.find((l) => l.name === name);
    const rate = own === undefined ? undefined : { perSecond: own.callsPerSecond, burst: own.burst };
    return {
      limits: { name, rate, area: own?.area ?? '', isPartner: own?.isPartner ?? false },
      ranges: addresses.flatMap((text) => parseRange(text) ?? []),
    };
  });
}

/** The trunk an address belongs to: the first one that lists it. */
export function trunkOf(table: readonly TrunkEntry[], address: string): TrunkLimits | undefined {
  return table.find(({ ranges }) => inRanges(address, ranges))?.limits;
}
