/** Field values as people write them to the codes and ids of the draft. Pure. */
import type { City } from '../../config/city.ts';
import { kindLabels, urgencyLabels } from '../../server/drafts/display.ts';
import { draftFields, type DraftField } from '../../server/drafts/types.ts';
import { accents } from './accents.ts';
import type { EvalCall, TrueFields } from './call-file.ts';

type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

const byLabel = (labels: Readonly<Record<string, string>>, value: string): string | undefined =>
  value in labels ? value : Object.entries(labels).find(([, label]) => label === value)?.[0];

function valueOf(city: City, field: DraftField, value: string): string | undefined {
  if (value === '') return '';
  switch (field) {
    case 'kind':
      return byLabel(kindLabels, value);
    case 'urgency':
      return byLabel(urgencyLabels, value);
    case 'classId': {
      const levels = value.split(/[›/>]/).map((level) => level.trim());
      const fits = (path: readonly string[]): boolean => path.slice(-levels.length).join('/') === levels.join('/');
      return city.catalogue.find((c) => c.id === value || fits(c.path))?.id;
    }
    case 'streetId':
      return city.streets.find((s) => [s.id, s.name, ...s.aliases].includes(value))?.id;
    case 'communityId':
      return city.communities.find((c) => [c.id, c.name, ...c.aliases].includes(value))?.id;
    case 'departmentId':
      return city.departments.find((d) => [d.id, d.name, d.shortName, ...d.aliases].includes(value))?.id;
    case 'risk':
      return riskOf(city, value);
    case 'placeText':
    case 'occurredText':
    case 'callerName':
    case 'callbackNumber':
    case 'summary':
      return value;
  }
}

function riskOf(city: City, value: string): string | undefined {
  const codes = value
    .split(/[,，、]/)
    .map((one) => city.riskWords.find((w) => w.risk === one || w.label === one)?.risk);
  return codes.includes(undefined) ? undefined : codes.join(',');
}

/** The call with codes and ids in its fields; a value that the city does not have is a fault of the file. */
export function resolveCall(city: City, call: EvalCall): Resolved<EvalCall> {
  if (accents[call.accent] === undefined) {
    return {
      ok: false,
      reason: `${call.id}: no accent "${call.accent}"; there are ${Object.keys(accents).join(', ')}`,
    };
  }
  const fields: Record<string, string> = {};
  for (const field of draftFields) {
    const given = call.fields[field];
    if (given === undefined) continue;
    const value = valueOf(city, field, given);
    if (value === undefined) return { ok: false, reason: `${call.id}: the city has no ${field} "${given}"` };
    fields[field] = value;
  }
  const { placeParts } = call.fields;
  const all: TrueFields = placeParts === undefined ? fields : { ...fields, placeParts };
  return { ok: true, value: { ...call, fields: all } };
}
