/** What our server publishes about its switches, read against bounds. */
import type { PublishedNode } from './health.ts';

export interface PublishedState {
  readonly nodes: readonly PublishedNode[];
  /** Callers waiting for an agent; undefined when not told. */
  readonly waiting: number | undefined;
}

const MAX_NODES = 256;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10_000_000;

function parseNode(value: unknown): PublishedNode | undefined {
  if (!isRecord(value)) return undefined;
  const { name, state, calls } = value;
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return undefined;
  if (state !== 'up' && state !== 'draining' && state !== 'down') return undefined;
  return isCount(calls) ? { name, state, calls } : undefined;
}

/** `{"nodes":[{"name":"fs1","state":"up","calls":12}],"waiting":3}`; undefined when any of it is not of that form. */
export function parsePublishedState(value: unknown): PublishedState | undefined {
  if (!isRecord(value) || !Array.isArray(value['nodes']) || value['nodes'].length > MAX_NODES) return undefined;
  const nodes = value['nodes'].map(parseNode);
  const known = nodes.filter((node) => node !== undefined);
  if (known.length !== nodes.length) return undefined;
  const { waiting } = value;
  if (waiting !== undefined && waiting !== null && !isCount(waiting)) return undefined;
  return { nodes: known, waiting: isCount(waiting) ? waiting : undefined };
}
