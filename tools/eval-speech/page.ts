/** The report as one HTML page. Pure. */
import type { Report, ReportedCall } from './report.ts';
import type { Judged, Shares } from './score.ts';

const labels: Readonly<Partial<Record<Judged, string>>> = {
  place: '地点 place',
  streetId: '街道 street',
  communityId: '社区 community',
  placeParts: '详址 words of the place',
  classId: '分类 class',
  classTop3: '分类前三 class top 3',
  kind: '类型 kind',
  departmentId: '承办 department',
  callerName: '姓名 name',
  callbackNumber: '电话 number',
  occurredText: '时间 time',
  urgency: '紧急 urgency',
  risk: '风险 risk',
};
const shown = Object.keys(labels) as Judged[];

const safe = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : `${(share * 100).toFixed(1)} %`;

function table(title: string, groups: Readonly<Record<string, Shares>>): string {
  const names = Object.keys(groups);
  if (names.length === 0) return '';
  const fields = shown.filter((field) => names.some((name) => groups[name]?.fields[field] !== undefined));
  const head = ['', '通 calls', '字错率 CER', ...fields.map((f) => labels[f] ?? f)];
  const rows = names.map((name) => {
    const shares = groups[name];
    const cells = fields.map((field) => {
      const share = shares?.fields[field];
      if (share === undefined) return '<td>–</td>';
      return `<td title="${share.right} right of ${share.wanted} wanted, ${share.filled} filled">${percent(share.precision)} / ${percent(share.recall)}</td>`;
    });
    return `<tr><th>${safe(name)}</th><td>${shares?.calls ?? 0}</td><td>${percent(shares?.cer)}</td>${cells.join('')}</tr>`;
  });
  return `<h2>${safe(title)}</h2><table><tr>${head.map((h) => `<th>${safe(h)}</th>`).join('')}</tr>${rows.join('')}</table>`;
}

function callOf(call: ReportedCall): string {
  const wrong = call.wrong.map(
    (j) =>
      `<li><b>${safe(labels[j.field] ?? j.field)}</b>: ${safe(j.got) || '（空 empty）'} ≠ ${safe(j.wanted) || '（空 empty）'}</li>`,
  );
  const audio =
    call.audio === null
      ? ''
      : `<p><audio controls preload="none" src="${safe(call.audio)}"></audio> <a href="${safe(call.audio)}">WAV</a></p>`;
  const lines = (list: readonly string[]): string => list.map((line) => safe(line)).join('<br>');
  return `<details${wrong.length > 0 ? ' class="wrong"' : ''}><summary>${safe(call.id)} · ${safe(call.condition)} · ${safe(call.voice)} · CER ${percent(call.cer)} · ${wrong.length === 0 ? '全对 all right' : `${wrong.length} 处错 wrong`}</summary>${audio}<ul>${wrong.join('')}</ul><div class="two"><div><h4>说的 said</h4>${lines(call.said)}</div><div><h4>听到 heard</h4>${lines(call.heard)}</div></div></details>`;
}

const style = `body{font:14px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:24px;max-width:1500px;color:#1f2329}
table{border-collapse:collapse;margin:8px 0 24px}td,th{border:1px solid #d0d7de;padding:4px 8px;text-align:right;white-space:nowrap}
th:first-child{text-align:left}tr:first-child th{background:#f3f6fa;text-align:center}.note{background:#fff4d6;padding:8px 12px;border-left:4px solid #d48806}
details{border-bottom:1px solid #e5e8ec;padding:4px 0}details.wrong>summary{color:#a8071a}.two{display:grid;grid-template-columns:1fr 1fr;gap:16px}h4{margin:4px 0}`;

export function pageOf(report: Report): string {
  const { about, made, model, note, text, conditions, voices, noises, calls } = report;
  const sorted = [...calls].sort((a, b) => b.wrong.length - a.wrong.length);
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>语音评测 Speech evaluation</title><style>${style}</style></head><body>
<h1>语音评测 Speech evaluation</h1><p class="note">合成语音，不代表真人效果。${safe(note)}</p>
<p>${safe(about)}<br>模型 model: ${safe(model)}<br>${safe(made)}</p><p>每格：精确率 / 召回率。Cells: precision / recall.</p>
${table('按条件 by condition', { '原文（不经识别） true words': text, ...conditions })}${table('按声音（无口音、无噪声） by voice, no accent, no noise', voices)}${table('按噪声 by noise', noises)}
<h2>通话 calls</h2>${sorted.map(callOf).join('\n')}</body></html>\n`;
}
