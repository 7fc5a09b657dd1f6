/** What the machine finds for a field: candidates, best first. Pure. */
import type { City } from '../../config/city.ts';
import { displayOf } from './display.ts';
import type { DraftField, Evidence, FieldCandidate, FieldOrigin } from './types.ts';

export interface Finding {
  readonly origin: Exclude<FieldOrigin, 'empty' | 'agent' | 'history'>;
  /** Never empty. */
  readonly candidates: readonly FieldCandidate[];
}
export type Findings = Readonly<Partial<Record<DraftField, Finding>>>;

/** More would not help the reader. */
export const MAX_EVIDENCE = 6;

export function candidate(
  city: City,
  field: DraftField,
  found: { readonly value: string; readonly confidence: number; readonly evidence: readonly Evidence[] },
): FieldCandidate {
  const confidence = Math.round(Math.min(0.99, Math.max(0, found.confidence)) * 1000) / 1000;
  const evidence = found.evidence.slice(0, MAX_EVIDENCE);
  return { value: found.value, display: displayOf(city, field, found.value), confidence, evidence };
}
