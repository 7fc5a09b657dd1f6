/**
 * Where the boxes of a flow stand: layers from the top, as many steps from the start as the longest way without going
 * back; within a layer in the order that crosses the fewest lines (barycentre, a few sweeps). Pure.
 */
import type { Flow } from './flow.ts';
import { linksOf } from './links.ts';

export interface Placed {
  readonly name: string;
  readonly layer: number;
  readonly column: number;
}

const SWEEPS = 6;

/** Layers of node names, top first. Every node stands in exactly one. */
export function layersOf(flow: Flow): readonly (readonly string[])[] {
  const names = Object.keys(flow.nodes);
  const forward = forwardLinks(flow);
  const layer = new Map(names.map((name) => [name, 0]));
  // As many rounds as there are nodes are enough, because the forward links have no circle.
  for (const _ of names) {
    let moved = false;
    for (const [from, to] of forward) {
      const least = (layer.get(from) ?? 0) + 1;
      if ((layer.get(to) ?? 0) >= least) continue;
      layer.set(to, least);
      moved = true;
    }
    if (!moved) break;
  }
  const layers: string[][] = [];
  for (const name of names) (layers[layer.get(name) ?? 0] ??= []).push(name);
  return order(
    Array.from(layers, (names_) => names_),
    forward,
  );
}

type Pair = readonly [string, string];

/** Links without those that lead back to a node on the way to their own beginning (found by walking depth first). */
function forwardLinks(flow: Flow): readonly Pair[] {
  const links = linksOf(flow).map(({ from, to }): Pair => [from, to]);
  const state = new Map<string, 'open' | 'done'>();
  const forward: Pair[] = [];
  const visit = (name: string): void => {
    state.set(name, 'open');
    for (const [from, to] of links) {
      if (from !== name || !Object.hasOwn(flow.nodes, to) || state.get(to) === 'open') continue;
      forward.push([from, to]);
      if (state.get(to) === undefined) visit(to);
    }
    state.set(name, 'done');
  };
  for (const name of [flow.start, ...Object.keys(flow.nodes)]) if (state.get(name) === undefined) visit(name);
  return forward;
}

function order(layers: readonly (readonly string[])[], links: readonly Pair[]): readonly (readonly string[])[] {
  let now = layers;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    const at = new Map(
      now.flatMap((names) => names.map((name, column): [string, number] => [name, column - names.length / 2])),
    );
    now = now.map((names) => {
      const centre = new Map(names.map((name) => [name, barycentre(name, links, at, isDown)]));
      return [...names].sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0));
    });
  }
  return now;
}

function barycentre(name: string, links: readonly Pair[], at: ReadonlyMap<string, number>, isDown: boolean): number {
  const near = links.flatMap(([from, to]) =>
    isDown ? (to === name ? [at.get(from) ?? 0] : []) : from === name ? [at.get(to) ?? 0] : [],
  );
  if (near.length === 0) return at.get(name) ?? 0;
  return near.reduce((sum, x) => sum + x, 0) / near.length;
}
