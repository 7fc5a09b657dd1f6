/**
 * Where the boxes of a flow stand: layers from the top, as many steps from the start as the longest way without going
 * back; within a layer in the order that crosses the fewest lines (barycentre, a few sweeps). A line over several layers
 * gets a place of its own in each layer between, so that it runs beside the boxes and not behind them. Pure.
 */
import type { Flow } from './flow.ts';
import { linksOf } from './links.ts';

export interface Layout {
  /** Names of nodes and places of lines, left to right, top first. Every node stands in exactly one layer. */
  readonly layers: readonly (readonly string[])[];
  /** For each of `linksOf(flow)`: the places it runs through between its ends. */
  readonly routes: readonly (readonly string[])[];
}

type Pair = readonly [string, string];

const SWEEPS = 8;

/** Whether this is the place of a line; names of nodes have no colon. */
export const isPlace = (name: string): boolean => name.includes(':');

export function layoutOf(flow: Flow): Layout {
  const names = Object.keys(flow.nodes);
  const layer = layerNumbers(names, forwardLinks(flow));
  const layers: string[][] = Array.from({ length: Math.max(0, ...layer.values()) + 1 }, () => []);
  for (const name of names) layers[layer.get(name) ?? 0]?.push(name);
  const steps: Pair[] = [];
  const routes = linksOf(flow).map(({ from, to }, index) => {
    const [first, last] = [layer.get(from) ?? 0, layer.get(to) ?? 0];
    const between = Array.from({ length: Math.max(0, last - first - 1) }, (_, i) => first + 1 + i);
    const places = between.map((at) => {
      const place = `${String(index)}:${String(at)}`;
      layers[at]?.push(place);
      return place;
    });
    const way = [from, ...places, to];
    if (last > first) way.slice(1).forEach((next, i) => steps.push([way[i] ?? from, next]));
    return places;
  });
  return { layers: order(layers, steps), routes };
}

/** As many rounds as there are nodes are enough, because the links have no circle. */
function layerNumbers(names: readonly string[], links: readonly Pair[]): ReadonlyMap<string, number> {
  const layer = new Map(names.map((name) => [name, 0]));
  for (const _ of names) {
    let moved = false;
    for (const [from, to] of links) {
      const least = (layer.get(from) ?? 0) + 1;
      if ((layer.get(to) ?? 0) >= least) continue;
      layer.set(to, least);
      moved = true;
    }
    if (!moved) break;
  }
  return layer;
}

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
  const [above, below] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const [from, to] of links) {
    above.set(to, [...(above.get(to) ?? []), from]);
    below.set(from, [...(below.get(from) ?? []), to]);
  }
  let now = layers;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const near = sweep % 2 === 0 ? above : below;
    const columns = now.flatMap((names) => names.map((name, i): [string, number] => [name, i - names.length / 2]));
    const at = new Map(columns);
    const centre = (name: string): number => {
      const others = near.get(name) ?? [];
      if (others.length === 0) return at.get(name) ?? 0;
      return others.reduce((sum, other) => sum + (at.get(other) ?? 0), 0) / others.length;
    };
    now = now.map((names) => [...names].sort((a, b) => centre(a) - centre(b)));
  }
  return now;
}
