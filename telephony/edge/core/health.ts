/**
 * What the edge knows about the far ends it sends calls to (switches and partner hotlines), as one step function.
 *
 * Three sources say whether a switch can take a call: its answers to OPTIONS, what became of the calls sent to it, and
 * what our server publishes about it. OPTIONS alone are not enough: FreeSWITCH answers 200 also while it is paused.
 */

/** A place calls are sent to. */
export interface FarEnd {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** Calls at once; counts only as far as they are published. */
  readonly maxCalls: number;
}

export interface HealthSettings {
  readonly failuresToDead: number;
  readonly deadHoldMs: number;
  readonly busyHoldMs: number;
  readonly stateMaxAgeMs: number;
}

export interface PublishedNode {
  readonly name: string;
  readonly state: 'up' | 'draining' | 'down';
  readonly calls: number;
}

/**
 * `up`: takes calls. `busy`: said 503 a moment ago, comes last. `unknown`: not heard of yet, comes after `up`.
 * `full`, `draining`, `dead`: gets none.
 */
export type Verdict = 'up' | 'busy' | 'unknown' | 'full' | 'draining' | 'dead';

export interface FarEndHealth extends FarEnd {
  readonly answers: 'unknown' | 'yes' | 'no';
  /** Unanswered OPTIONS in a row. */
  readonly failures: number;
  /** Calls it left without an answer since the last one it took. */
  readonly failedCalls: number;
  /** Gets no call before then, whatever it answers. */
  readonly heldUntilMs: number;
  readonly busyUntilMs: number;
  readonly published: (PublishedNode & { readonly atMs: number }) | undefined;
  /** Calls sent there since that was published. */
  readonly sentSince: number;
  /** The verdict last told as an effect. */
  readonly told: Verdict;
}

export type HealthTable = readonly FarEndHealth[];

export type HealthInput =
  | { readonly type: 'options-answered'; readonly name: string; readonly status: number; readonly atMs: number }
  | { readonly type: 'options-unanswered'; readonly name: string; readonly atMs: number }
  | { readonly type: 'call-sent'; readonly name: string; readonly atMs: number }
  /** It gave a final answer that is neither 503 nor a server failure. */
  | { readonly type: 'call-taken'; readonly name: string; readonly atMs: number }
  /** 503, or another 5xx. */
  | { readonly type: 'call-refused'; readonly name: string; readonly atMs: number }
  /** Not even a 100 in time. */
  | { readonly type: 'call-unanswered'; readonly name: string; readonly atMs: number }
  | { readonly type: 'published'; readonly nodes: readonly PublishedNode[]; readonly atMs: number };

export interface HealthEffect {
  readonly type: 'verdict-changed';
  readonly name: string;
  readonly from: Verdict;
  readonly to: Verdict;
}

export interface HealthStep {
  readonly state: HealthTable;
  readonly effects: readonly HealthEffect[];
}

const LONGEST_HOLD_MS = 60_000;

export function newHealthTable(farEnds: readonly FarEnd[]): HealthTable {
  return farEnds.map((farEnd) => ({
    ...farEnd,
    answers: 'unknown',
    failures: 0,
    failedCalls: 0,
    heldUntilMs: 0,
    busyUntilMs: 0,
    published: undefined,
    sentSince: 0,
    told: 'unknown',
  }));
}

function isFresh(node: FarEndHealth, nowMs: number, settings: HealthSettings): boolean {
  return node.published !== undefined && nowMs - node.published.atMs <= settings.stateMaxAgeMs;
}

/** Calls it is believed to have, as far as anybody knows. */
export function knownCalls(node: FarEndHealth, nowMs: number, settings: HealthSettings): number | undefined {
  return node.published === undefined || !isFresh(node, nowMs, settings)
    ? undefined
    : node.published.calls + node.sentSince;
}

export function verdictOf(node: FarEndHealth, nowMs: number, settings: HealthSettings): Verdict {
  const published = isFresh(node, nowMs, settings) ? node.published?.state : undefined;
  if (node.answers === 'no' || nowMs < node.heldUntilMs || published === 'down') return 'dead';
  if (published === 'draining') return 'draining';
  if ((knownCalls(node, nowMs, settings) ?? 0) >= node.maxCalls) return 'full';
  if (nowMs < node.busyUntilMs) return 'busy';
  return node.answers === 'yes' ? 'up' : 'unknown';
}

/** A stopped profile answers 503, and so does drachtio-server itself when nothing listens there; 408 is a time-out. */
function isAlive(status: number): boolean {
  return status !== 503 && status !== 408;
}

function onNode(node: FarEndHealth, input: HealthInput, settings: HealthSettings): FarEndHealth {
  const { failedCalls } = node;
  switch (input.type) {
    case 'options-answered':
      if (isAlive(input.status)) return { ...node, answers: 'yes', failures: 0 };
      return { ...node, answers: 'no', failures: settings.failuresToDead };
    case 'options-unanswered': {
      const failures = node.failures + 1;
      return { ...node, failures, answers: failures >= settings.failuresToDead ? 'no' : node.answers };
    }
    case 'call-sent':
      return { ...node, sentSince: node.sentSince + 1 };
    case 'call-taken':
      return { ...node, failedCalls: 0, busyUntilMs: 0 };
    case 'call-refused':
      return { ...node, busyUntilMs: input.atMs + settings.busyHoldMs };
    case 'call-unanswered': {
      const holdMs = Math.min(LONGEST_HOLD_MS, settings.deadHoldMs * 2 ** Math.min(failedCalls, 16));
      return { ...node, answers: 'no', failedCalls: failedCalls + 1, heldUntilMs: input.atMs + holdMs };
    }
    case 'published': {
      const mine = input.nodes.find(({ name }) => name === node.name);
      return mine === undefined ? node : { ...node, published: { ...mine, atMs: input.atMs }, sentSince: 0 };
    }
  }
}

/** Any step also notices what has changed by time alone. */
export function stepHealth(table: HealthTable, input: HealthInput, settings: HealthSettings): HealthStep {
  const effects: HealthEffect[] = [];
  const state = table.map((node) => {
    const meant = input.type === 'published' || input.name === node.name;
    const next = meant ? onNode(node, input, settings) : node;
    const told = verdictOf(next, input.atMs, settings);
    if (told === node.told) return next;
    effects.push({ type: 'verdict-changed', name: node.name, from: node.told, to: told });
    return { ...next, told };
  });
  return { state, effects };
}
