/** A flow as an SVG picture. Pure. */
import { captionOf } from './captions.ts';
import type { Flow, FlowNode } from './flow.ts';
import { isPlace, layoutOf } from './layout.ts';
import { linksOf, type Link } from './links.ts';

const BOX = { width: 210, height: 54 };
const GAP = { x: 34, y: 80 };
const MARGIN = 40;
const TITLE = 44;

interface Spot {
  readonly x: number;
  readonly y: number;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const round = (n: number): string => String(Math.round(n));

const fills: Readonly<Partial<Record<FlowNode['type'], string>>> = {
  queue: '#d9f2e3',
  'hang-up': '#eceff3',
  transfer: '#fdebd0',
  rating: '#fff6d6',
  voicemail: '#e8e4fb',
  'call-back': '#e8e4fb',
};

const widthOf = (name: string): number => (isPlace(name) ? 14 : BOX.width);
const rowWidth = (names: readonly string[]): number => names.reduce((sum, name) => sum + widthOf(name) + GAP.x, -GAP.x);

function spots(layers: readonly (readonly string[])[], width: number): ReadonlyMap<string, Spot> {
  const found = new Map<string, Spot>();
  layers.forEach((names, layer) => {
    let x = (width - rowWidth(names)) / 2;
    for (const name of names) {
      found.set(name, { x, y: TITLE + MARGIN + layer * (BOX.height + GAP.y) });
      x += widthOf(name) + GAP.x;
    }
  });
  return found;
}

function box(name: string, node: FlowNode, spot: Spot, mark: string): string {
  const [head = '', detail] = captionOf(name, node);
  const x = round(spot.x + BOX.width / 2);
  const isEnd = node.type === 'queue' || node.type === 'hang-up' || node.type === 'transfer';
  const lines = [
    `<text class="head" x="${x}" y="${round(spot.y + (detail === undefined ? 33 : 23))}">${escape(head)}</text>`,
    ...(detail === undefined ? [] : [`<text x="${x}" y="${round(spot.y + 42)}">${escape(cut(detail))}</text>`]),
    ...(mark === ''
      ? []
      : [`<text class="mark" x="${round(spot.x + 4)}" y="${round(spot.y - 6)}">${escape(mark)}</text>`]),
  ];
  const shape = `<rect x="${round(spot.x)}" y="${round(spot.y)}" width="${BOX.width}" height="${BOX.height}" rx="${isEnd ? 26 : 6}" fill="${fills[node.type] ?? '#e3eefc'}"/>`;
  return `<g>${shape}${lines.join('')}</g>`;
}

const cut = (text: string): string => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

interface Drawn {
  readonly link: Link;
  readonly route: readonly string[];
  /** Which of how many lines leaves the box. */
  readonly index: number;
  readonly count: number;
}

const down = (from: Spot, to: Spot): string =>
  `C ${round(from.x)} ${round((from.y + to.y) / 2)}, ${round(to.x)} ${round((from.y + to.y) / 2)}, ${round(to.x)} ${round(to.y)}`;

/** Down from box to box, straight through its places; a way back or across runs round the side. */
function line({ link: { from, to, label }, route, index, count }: Drawn, at: ReadonlyMap<string, Spot>): string {
  const [a, b] = [at.get(from), at.get(to)];
  if (a === undefined || b === undefined) return '';
  const start = { x: a.x + (BOX.width * (index + 1)) / (count + 1), y: a.y + BOX.height };
  const end = { x: b.x + BOX.width / 2 + (start.x - (a.x + BOX.width / 2)) / 8, y: b.y };
  const text =
    label === ''
      ? ''
      : `<text class="label" x="${round(start.x)}" y="${round(start.y + 16)}">${escape(cut(label))}</text>`;
  if (b.y <= a.y) return `<path d="${back(start, b)}" marker-end="url(#arrow)"/>${text}`;
  let path = `M ${round(start.x)} ${round(start.y)}`;
  let last: Spot = start;
  for (const place of route) {
    const spot = at.get(place);
    if (spot === undefined) continue;
    path += ` ${down(last, spot)} V ${round(spot.y + BOX.height)}`;
    last = { x: spot.x, y: spot.y + BOX.height };
  }
  return `<path d="${path} ${down(last, end)}" marker-end="url(#arrow)"/>${text}`;
}

function back(start: Spot, to: Spot): string {
  const side = Math.max(start.x, to.x + BOX.width) + GAP.x;
  const middle = to.y + BOX.height / 2;
  return [
    `M ${round(start.x)} ${round(start.y)}`,
    `C ${round(start.x)} ${round(start.y + 40)}, ${round(side)} ${round(start.y + 40)}, ${round(side)} ${round((start.y + to.y) / 2)}`,
    `S ${round(to.x + BOX.width + 40)} ${round(middle)}, ${round(to.x + BOX.width)} ${round(middle)}`,
  ].join(' ');
}

export function drawSvg(flow: Flow): string {
  const { layers, routes } = layoutOf(flow);
  const width = Math.max(...layers.map(rowWidth)) + 2 * (MARGIN + GAP.x);
  const height = TITLE + layers.length * (BOX.height + GAP.y) + 2 * MARGIN;
  const at = spots(layers, width);
  const links = linksOf(flow);
  const lines = links.map((link, i) => {
    const own = links.filter((other) => other.from === link.from);
    return line({ link, route: routes[i] ?? [], index: own.indexOf(link), count: own.length }, at);
  });
  const marks = (name: string): string =>
    [
      ...(name === flow.start ? ['来电'] : []),
      ...(name === flow.person ? ['0 = 人工'] : []),
      ...(name === flow.rating ? ['通话后'] : []),
    ].join(' · ');
  const boxes = Object.entries(flow.nodes).map(([name, node]) =>
    box(name, node, at.get(name) ?? { x: 0, y: 0 }, marks(name)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}">
<style>text{font:12px sans-serif;text-anchor:middle;fill:#243447}.head{font-size:13px;font-weight:600}.mark{font-size:12px;font-weight:600;fill:#b4232a;text-anchor:start}.label{font-size:11px;fill:#5b6b7d;paint-order:stroke;stroke:#fff;stroke-width:3px}rect{stroke:#5b7fa8}path{fill:none;stroke:#8496aa}</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" style="fill:#8496aa;stroke:none"/></marker></defs>
<rect width="100%" height="100%" fill="#fff" style="stroke:none"/>
<text class="head" x="${round(width / 2)}" y="30" style="font-size:16px">${escape(flow.title)} (${escape(flow.name)})</text>
${lines.join('\n')}
${boxes.join('\n')}
</svg>
`;
}
