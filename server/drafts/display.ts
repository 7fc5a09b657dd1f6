/** Words for people: field values on pages and in tickets, and the bounds of typed text. Pure. */
import type { City } from '../../config/city.ts';
import { ticketKinds, urgencies, type Draft, type DraftField, type TicketKind, type Urgency } from './types.ts';

export const kindLabels: Readonly<Record<TicketKind, string>> = {
  consult: '咨询',
  help: '求助',
  complaint: '投诉',
  report: '举报',
  suggestion: '建议',
  praise: '表扬',
};
export const urgencyLabels: Readonly<Record<Urgency, string>> = { normal: '一般', urgent: '紧急', critical: '特急' };

/** Longest value of each field, in characters. */
export const FIELD_MAX_CHARS: Readonly<Record<DraftField, number>> = {
  kind: 20,
  classId: 64,
  streetId: 64,
  communityId: 64,
  placeText: 200,
  departmentId: 64,
  occurredText: 100,
  callerName: 40,
  callbackNumber: 24,
  urgency: 20,
  risk: 200,
  summary: 2_000,
};
/** Longest note of the agent. */
export const NOTE_MAX_CHARS = 5_000;

const isKind = (value: string): value is TicketKind => (ticketKinds as readonly string[]).includes(value);
const isUrgency = (value: string): value is Urgency => (urgencies as readonly string[]).includes(value);

function riskDisplay(city: City, value: string): string {
  const labels = new Map(city.riskWords.map((word) => [word.risk, word.label]));
  return value
    .split(',')
    .filter((code) => code !== '')
    .map((code) => labels.get(code) ?? code)
    .join('、');
}

/** What people read for a value: labels and names for codes and ids, else the value itself. */
export function displayOf(city: City, field: DraftField, value: string): string {
  switch (field) {
    case 'kind':
      return isKind(value) ? kindLabels[value] : value;
    case 'urgency':
      return isUrgency(value) ? urgencyLabels[value] : value;
    case 'classId':
      return city.catalogue.find((c) => c.id === value)?.path.join(' › ') ?? value;
    case 'streetId':
      return city.streets.find((s) => s.id === value)?.name ?? value;
    case 'communityId':
      return city.communities.find((c) => c.id === value)?.name ?? value;
    case 'departmentId':
      return city.departments.find((d) => d.id === value)?.shortName ?? value;
    case 'risk':
      return riskDisplay(city, value);
    case 'placeText':
    case 'occurredText':
    case 'callerName':
    case 'callbackNumber':
    case 'summary':
      return value;
  }
}

/** Whether a person may put this value into the field; '' empties any field. */
export function isAllowed(city: City, field: DraftField, value: string): boolean {
  if (value.length > FIELD_MAX_CHARS[field]) return false;
  if (value === '') return true;
  switch (field) {
    case 'kind':
      return isKind(value);
    case 'urgency':
      return isUrgency(value);
    case 'classId':
      return city.catalogue.some((c) => c.id === value);
    case 'streetId':
      return city.streets.some((s) => s.id === value);
    case 'communityId':
      return city.communities.some((c) => c.id === value);
    case 'departmentId':
      return city.departments.some((d) => d.id === value);
    case 'risk':
      return value.split(',').every((code) => city.riskWords.some((word) => word.risk === code));
    case 'placeText':
    case 'occurredText':
    case 'callerName':
    case 'callbackNumber':
    case 'summary':
      return true;
  }
}

const needed = ['kind', 'classId', 'departmentId', 'summary'] as const satisfies readonly DraftField[];

/** Fields without which a ticket cannot be confirmed. */
export function validate(draft: Draft): readonly DraftField[] {
  return needed.filter((field) => draft.fields[field].value.trim() === '');
}
