/** Codes as words, ids as names. */
import { ticketKinds, urgencyCodes } from './codes.ts';
import type { City, DraftField, FieldCandidate } from '../../lib/types.ts';

type Translate = (key: string) => string;

/** What people read for a value: the server's words, else our own lists. */
export function displayOf(field: DraftField, candidate: FieldCandidate, city: City | null, t: Translate): string {
  const { value, display } = candidate;
  if (value === '') return '';
  switch (field) {
    case 'kind':
      return ticketKinds.some((k) => k === value) ? t(`kind.${value}`) : display;
    case 'urgency':
      return urgencyCodes.some((u) => u === value) ? t(`urgency.${value}`) : display;
    case 'risk':
      return riskLabels(value, city).join('、');
    case 'classId':
      return city?.catalogue.find((c) => c.id === value)?.path.join(' › ') ?? display;
    case 'streetId':
      return city?.streets.find((s) => s.id === value)?.name ?? display;
    case 'communityId':
      return city?.communities.find((c) => c.id === value)?.name ?? display;
    case 'departmentId':
      return city?.departments.find((d) => d.id === value)?.name ?? display;
    case 'placeText':
    case 'occurredText':
    case 'callerName':
    case 'callbackNumber':
    case 'summary':
      return display === '' ? value : display;
  }
}

/** The kinds of risk the city knows, each once. */
export function riskOptions(city: City | null): readonly { readonly value: string; readonly label: string }[] {
  const map = new Map<string, string>();
  for (const word of city?.riskWords ?? []) if (!map.has(word.risk)) map.set(word.risk, word.label);
  return [...map].map(([value, label]) => ({ value, label }));
}

export function riskLabels(value: string, city: City | null): readonly string[] {
  const options = riskOptions(city);
  return value
    .split(',')
    .filter((code) => code !== '')
    .map((code) => options.find((o) => o.value === code)?.label ?? code);
}
