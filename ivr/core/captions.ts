/** What stands in the box of a node, line by line. Pure. */
import type { FlowNode } from './flow.ts';

const kinds: Readonly<Record<FlowNode['type'], string>> = {
  say: '播报',
  ask: '按键选择',
  digits: '输入号码',
  speech: '语音选择',
  hours: '服务时间',
  language: '语言方言',
  incident: '突发通知',
  queue: '人工排队',
  progress: '查询进度',
  voicemail: '留言',
  'call-back': '预约回拨',
  rating: '满意度评价',
  transfer: '转接',
  'hang-up': '结束',
};

function detailOf(node: FlowNode): string {
  switch (node.type) {
    case 'queue': {
      const skills = node.skills.map((s) => (typeof s === 'string' ? s : `${s.skill}≥${String(s.minLevel)}`));
      const caller = node.caller === undefined ? [] : [node.caller === 'urgent' ? '紧急' : '老年人优先'];
      return [node.queue, `优先级 ${String(node.priority)}`, ...caller, ...skills].join(' · ');
    }
    case 'hours':
      return node.timetable;
    case 'transfer':
      return node.to;
    case 'digits':
      return `${String(node.min)}-${String(node.max)} 位 → $${node.as}`;
    case 'language':
      return Object.entries(node.choices)
        .map(([key, to]) => `${key} ${to.dialect ?? to.language ?? ''}`)
        .join(' · ');
    case 'voicemail':
      return `最长 ${String(Math.round(node.maxMs / 1_000))} 秒`;
    case 'progress':
      return node.ticket;
    case 'rating':
      return node.why === undefined ? '1-5' : `1-5，≤${String(node.why.below)} 问原因`;
    case 'say':
    case 'ask':
    case 'speech':
    case 'incident':
    case 'call-back':
    case 'hang-up':
      return '';
  }
}

export function captionOf(name: string, node: FlowNode): readonly string[] {
  const detail = detailOf(node);
  return [`${kinds[node.type]} ${name}`, ...(detail === '' ? [] : [detail])];
}
