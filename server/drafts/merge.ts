/** How what the machine finds meets what stands in the draft. A person's value is never changed here. Pure. */
import type { Finding } from './finding.ts';
import type { DraftField, FieldCandidate, FieldState } from './types.ts';

export const emptyField: FieldState = {
  value: '',
  display: '',
  confidence: 0,
  evidence: [],
  origin: 'empty',
  suggestion: null,
  alternatives: [],
};

/** From here on the machine holds on to its value and offers another as a suggestion. */
const CONFIDENT = 0.85;
/** A suggestion less sure than this would only disturb. */
const WORTH_SAYING = 0.5;
/** Fields that grow with the talk: each finding holds all that was said, so the new one is the better one. */
const growing: ReadonlySet<DraftField> = new Set([
  'placeText',
  'occurredText',
  'urgency',
  'risk',
  'summary',
  'departmentId',
]);
/** Fields in which a second, different value is a contradiction that a person should see. */
const contradictable: ReadonlySet<DraftField> = new Set(['streetId', 'communityId', 'callerName', 'callbackNumber']);

const withDismissed = (state: FieldState, dismissed: readonly string[] | undefined): FieldState =>
  dismissed === undefined ? state : { ...state, dismissed };

function suggestionFor(
  field: DraftField,
  current: FieldState,
  offers: readonly FieldCandidate[],
  least: number,
): FieldCandidate | null {
  // A summary is rewritten with every sentence; once edited, other wordings would only flicker.
  if (field === 'summary') return null;
  const refused = current.dismissed ?? [];
  return offers.find((c) => c.value !== current.value && c.confidence >= least && !refused.includes(c.value)) ?? null;
}

function ofMachine(field: DraftField, current: FieldState, finding: Finding, chosen: FieldCandidate): FieldState {
  const others = finding.candidates.filter((c) => c.value !== chosen.value);
  const base: FieldState = { ...chosen, origin: finding.origin, suggestion: null, alternatives: others };
  const offers = contradictable.has(field) ? others.filter((c) => c.evidence.length > 0) : [];
  const suggestion = suggestionFor(field, { ...withDismissed(base, current.dismissed) }, offers, 0.55);
  return withDismissed({ ...base, suggestion }, current.dismissed);
}

/** The field after the machine has looked at everything heard so far. */
export function mergeField(field: DraftField, current: FieldState, finding: Finding | null): FieldState {
  if (current.origin === 'agent') {
    const suggestion = suggestionFor(field, current, finding?.candidates.slice(0, 1) ?? [], WORTH_SAYING);
    return { ...current, suggestion, alternatives: finding?.candidates ?? [] };
  }
  const best = finding?.candidates[0];
  if (finding === null || best === undefined)
    return current.origin === 'history' ? current : withDismissed(emptyField, current.dismissed);
  const standing = finding.candidates.find((c) => c.value === current.value);
  const holdOn = current.origin === 'asr' && current.confidence >= CONFIDENT && !growing.has(field);
  if (
    !holdOn ||
    standing === undefined ||
    standing.value === best.value ||
    best.confidence > standing.confidence + 0.15
  )
    return ofMachine(field, current, finding, best);
  const kept = ofMachine(field, current, finding, standing);
  return { ...kept, suggestion: suggestionFor(field, kept, [best], WORTH_SAYING) };
}
