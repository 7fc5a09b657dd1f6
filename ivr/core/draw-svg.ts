/** A flow as an SVG picture. Pure. */
import { captionOf } from './captions.ts';
import type { Flow, FlowNode } from './flow.ts';
import { layersOf } from './layout.ts';
import { linksOf, type Link } from './links.ts';

const BOX = { width: 210, height: 54 };
const GAP = { x: 50, y: 80 };
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

function spots(layers: readonly (readonly string[])[], width: number): ReadonlyMap<string, Spot> {
  const found = new Map<string, Spot>();
  layers.forEach((names, layer) => {
    const rowWidth = names.length * (BOX.width + GAP.x) - GAP.x;
    names.forEach((name, column) => {
      found.set(name, {
        x: (width - rowWidth) / 2 + column * (BOX.width + GAP.x),
        y: TITLE + MARGIN + layer * (BOX.height + GAP.y),
      });
    });
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

/** Down from box to box; a way back or across runs in a curve at the side. Labels stand where the line begins. */
function line({ from, to, label }: Link, at: ReadonlyMap<string, Spot>, index: number, count: number): string {
  const [a, b] = [at.get(from), at.get(to)];
  if (a === undefined || b === undefined) return '';
  const startX = a.x + (BOX.width * (index + 1)) / (count + 1);
  const startY = a.y + BOX.height;
  const endX = b.x + BOX.width / 2 + (startX - (a.x + BOX.width / 2)) / 8;
  const isBack = b.y <= a.y;
  const side = Math.max(startX, b.x + BOX.width) + GAP.x;
  const path = isBack
    ? `M ${round(startX)} ${round(startY)} C ${round(startX)} ${round(startY + 40)}, ${round(side)} ${round(startY + 40)}, ${round(side)} ${round((startY + b.y) / 2)} S ${round(b.x + BOX.width + 40)} ${round(b.y + BOX.height / 2)}, ${round(b.x + BOX.width)} ${round(b.y + BOX.height / 2)}`
    : `M ${round(startX)} ${round(startY)} C ${round(startX)} ${round(startY + GAP.y / 2)}, ${round(endX)} ${round(b.y - GAP.y / 2)}, ${round(endX)} ${round(b.y)}`;
  const text =
    label === ''
      ? ''
      : `<text class="label" x="${round(startX)}" y="${round(startY + 16)}">${escape(cut(label))}</text>`;
  return `<path d="${path}" marker-end="url(#arrow)"/>${text}`;
}

export function drawSvg(flow: Flow): string {
  const layers = layersOf(flow);
  const widest = Math.max(...layers.map((names) => names.length));
  const width = widest * (BOX.width + GAP.x) + 2 * MARGIN;
  const height = TITLE + layers.length * (BOX.height + GAP.y) + 2 * MARGIN;
  const at = spots(layers, width);
  const links = linksOf(flow);
  const lines = links.map((link) => {
    const own = links.filter((other) => other.from === link.from);
    return line(link, at, own.indexOf(link), own.length);
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
