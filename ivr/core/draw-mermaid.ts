/** A flow as Mermaid text, for pages that can draw it. Pure. */
import type { Flow } from './flow.ts';
import { linksOf } from './links.ts';
import { captionOf } from './captions.ts';

const escape = (text: string): string => text.replaceAll('"', '#quot;').replaceAll('\n', '<br/>');
/** Mermaid takes `end` and the like for its own words. */
const idOf = (name: string): string => `n_${name.replaceAll('-', '_')}`;

export function drawMermaid(flow: Flow): string {
  const nodes = Object.entries(flow.nodes).map(([name, node]) => {
    const text = escape(captionOf(name, node).join('\n'));
    const isEnd = node.type === 'queue' || node.type === 'hang-up' || node.type === 'transfer';
    return `  ${idOf(name)}${isEnd ? `(["${text}"])` : `["${text}"]`}`;
  });
  const links = linksOf(flow).map(({ from, to, label }) => {
    const arrow = label === '' ? '-->' : `-->|"${escape(label)}"|`;
    return `  ${idOf(from)} ${arrow} ${idOf(to)}`;
  });
  const begin = [
    `  call(("来电")) --> ${idOf(flow.start)}`,
    `  zero(("0")) -.-> ${idOf(flow.person)}`,
    ...(flow.rating === undefined ? [] : [`  talk(("通话后")) --> ${idOf(flow.rating)}`]),
  ];
  return ['flowchart TD', ...begin, ...nodes, ...links, ''].join('\n');
}
