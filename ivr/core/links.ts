/** The ways from node to node. Pure; used to check a flow and to draw it. */
import type { Flow, FlowNode } from './flow.ts';

export interface Link {
  readonly from: string;
  readonly to: string;
  /** What the caller does, or what is the case. */
  readonly label: string;
  /** Whether the caller must do something for it: a loop of links without is a trap. */
  readonly byCaller: boolean;
  /** The key in the YAML, for line numbers. */
  readonly path: readonly (string | number)[];
}

type Way = Omit<Link, 'from'>;

const auto = (to: string, label: string, ...path: (string | number)[]): Way => ({ to, label, byCaller: false, path });
const pressed = (choices: Readonly<Record<string, string>>): Way[] =>
  Object.entries(choices).map(([key, to]) => ({ to, label: key, byCaller: true, path: ['choices', key] }));

function ways(at: FlowNode): readonly Way[] {
  switch (at.type) {
    case 'say':
      return [auto(at.next, '', 'next')];
    case 'ask':
      return [...pressed(at.choices), auto(at.otherwise, '无应答', 'otherwise')];
    case 'digits':
      return [
        { to: at.next, label: '输入', byCaller: true, path: ['next'] },
        auto(at.otherwise, '无应答', 'otherwise'),
      ];
    case 'speech':
      return [
        ...at.branches.map(({ words, next }, i) => ({
          to: next,
          label: `“${words[0] ?? ''}”`,
          byCaller: true,
          path: ['branches', i, 'next'],
        })),
        ...pressed(at.choices),
        auto(at.otherwise, '未听清', 'otherwise'),
      ];
    case 'hours':
      return [
        auto(at.open, '服务时间', 'open'),
        auto(at.closed, '非服务时间', 'closed'),
        ...(at.holiday === undefined ? [] : [auto(at.holiday, '节假日', 'holiday')]),
      ];
    case 'language':
      return [auto(at.next, '', 'next')];
    case 'incident':
      return [
        { to: at.stay, label: '1', byCaller: true, path: ['stay'] },
        auto(at.otherwise, '无应答', 'otherwise'),
        auto(at.none, '无通知', 'none'),
      ];
    case 'progress':
      return [auto(at.next, '查到', 'next'), auto(at.missing, '未查到', 'missing')];
    case 'voicemail':
      return [auto(at.next, '已留言', 'next'), auto(at.empty, '未留言', 'empty')];
    case 'call-back':
      return [{ to: at.next, label: '1', byCaller: true, path: ['next'] }, auto(at.otherwise, '不需要', 'otherwise')];
    case 'rating':
      return [auto(at.next, '', 'next')];
    case 'transfer':
      return [auto(at.otherwise, '未接通', 'otherwise')];
    case 'queue':
    case 'hang-up':
      return [];
  }
}

/** Every link of the flow, node by node. */
export function linksOf(flow: Flow): readonly Link[] {
  return Object.entries(flow.nodes).flatMap(([from, at]) =>
    ways(at).map((way) => ({ ...way, from, path: ['nodes', from, ...way.path] })),
  );
}
