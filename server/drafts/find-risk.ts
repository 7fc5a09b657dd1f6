/** Risk words and how urgent the matter is. Pure. */
import type { CityIndex } from './city-index.ts';
import { candidate, type Finding } from './finding.ts';
import { evidenceOf, type Heard } from './heard.ts';
import { remember } from './remember.ts';
import type { Evidence, FieldCandidate, Urgency } from './types.ts';

/** Risks for which minutes count. */
const criticalRisks = new Set(['threat', 'self-harm', 'gas', 'fire', 'injury', 'collapse', 'disaster']);
const critical = /(?<!不|没)(救命|快来人|要出人命|出人命|生命危险|快不行了|人命关天)/g;
const urgent = /马上(?!就?好|就?到)|赶紧|赶快|立刻|紧急|十万火急|(很|太|特别|非常|十分)危险|等不了|急死|火急|急需/g;

const callerWords = (pattern: RegExp): ((heard: Heard) => readonly Evidence[]) =>
  remember(({ segment }: Heard) =>
    segment.side === 'agent'
      ? []
      : [...segment.text.matchAll(pattern)].map((m) => evidenceOf(segment, m.index, m.index + m[0].length)),
  );
const criesIn = callerWords(critical);
const pressingIn = callerWords(urgent);

/** All risks named, joined by commas in the order in which they were said. */
export function findRisk(index: CityIndex, heard: readonly Heard[]): Finding | null {
  const found = new Map<string, { evidence: Evidence[]; confidence: number }>();
  for (const { segment, weight } of heard) {
    // What an agent asks is no finding until the caller says yes.
    if (weight < 0.9) continue;
    for (const match of index.read(segment).risks) {
      const before = found.get(match.item.risk);
      const confidence = Math.max(before?.confidence ?? 0, (match.exact ? 0.95 : 0.75) * weight);
      const evidence = [...(before?.evidence ?? []), evidenceOf(segment, match.from, match.to)];
      found.set(match.item.risk, { evidence, confidence });
    }
  }
  if (found.size === 0) return null;
  const value = [...found.keys()].join(',');
  const evidence = [...found.values()].flatMap((f) => f.evidence);
  const confidence = Math.max(...[...found.values()].map((f) => f.confidence));
  return { origin: 'asr', candidates: [candidate(index.city, 'risk', { value, confidence, evidence })] };
}

/** Critical by risk or cry for help, urgent by the caller's words, else normal as soon as there is a matter. */
export function findUrgency(
  index: CityIndex,
  heard: readonly Heard[],
  { risk, kind }: { readonly risk: Finding | null; readonly kind: string },
  matter: FieldCandidate | undefined,
): Finding | null {
  const level = (
    value: Urgency,
    confidence: number,
    evidence: readonly Evidence[],
    origin: 'asr' | 'rule',
  ): Finding => ({
    origin,
    candidates: [candidate(index.city, 'urgency', { value, confidence, evidence })],
  });
  const best = risk?.candidates[0];
  // Thanks for help in an emergency are no emergency.
  if (kind === 'praise' && matter !== undefined) return level('normal', 0.7, matter.evidence, 'rule');
  const cries = heard.flatMap(criesIn);
  if (cries.length > 0) return level('critical', 0.92, cries, 'asr');
  if (best?.value.split(',').some((code) => criticalRisks.has(code)) === true)
    return level('critical', best.confidence * 0.95, best.evidence, 'asr');
  const pressing = heard.flatMap(pressingIn);
  if (pressing.length > 0) return level('urgent', 0.8, pressing, 'asr');
  if (best !== undefined) return level('urgent', 0.7, best.evidence, 'asr');
  return matter === undefined ? null : level('normal', 0.6, matter.evidence, 'rule');
}
