import { Segmented, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../lib/api.ts';
import { clockText, shareText, timeOfDay } from '../../lib/format.ts';
import type { FigureKey, FigureReport, QueueView } from '../../lib/types.ts';

const keys: readonly FigureKey[] = ['queue', 'skill', 'seat', 'slot', 'day'];
const dayMs = 24 * 3_600_000;
const againMs = 60_000;

/** Today by queue, skill, kind of seat or five minutes; the last month by day. */
function pathOf(by: FigureKey): string {
  const midnightMs = new Date().setHours(0, 0, 0, 0);
  const fromMs = by === 'day' ? midnightMs - 29 * dayMs : midnightMs;
  return `/api/figures?by=${by}&fromMs=${String(fromMs)}&toMs=${String(midnightMs + dayMs)}`;
}

/** The figures of the house, each with its formula at its head. */
export function Figures({ queues }: { readonly queues: readonly QueueView[] }): ReactElement {
  const { t } = useTranslation();
  const [by, setBy] = useState<FigureKey>('queue');
  const [report, setReport] = useState<FigureReport | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    const ask = (): void => {
      void call<FigureReport>(pathOf(by)).then((reply) => {
        if (gone) return;
        setFailed(!reply.ok);
        if (reply.ok) setReport(reply.value);
      });
    };
    ask();
    const timer = setInterval(ask, againMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [by]);
  const titleOf = (key: string): string => {
    if (by === 'queue') return queues.find((q) => q.queue === key)?.title ?? key;
    if (by === 'skill') return key === '' ? t('line.figures.noSkill') : key;
    if (by === 'seat')
      return t(`line.figures.seats.${key === 'cloud' || key === 'partner' || key === 'none' ? key : 'on-site'}`);
    return by === 'slot' ? timeOfDay(Number(key)).slice(0, 5) : key;
  };
  return (
    <section className="panel line-figures" data-testid="figures">
      <div className="line-figures-head">
        <Segmented
          value={by}
          options={keys.map((value) => ({ value, label: t(`line.figures.by.${value}`) }))}
          onChange={setBy}
        />
        {failed && <span className="status-warn">{t('line.figures.failed')}</span>}
      </div>
      {report?.by === by && <Table report={report} titleOf={titleOf} />}
    </section>
  );
}

interface TableProps {
  readonly report: FigureReport;
  readonly titleOf: (key: string) => string;
}

const columns = [
  'connectRate',
  'serviceLevel15OfAnswered',
  'serviceLevel15OfOffered',
  'abandonRate',
  'asaMs',
  'ahtMs',
  'longestWaitMs',
  'callbackConnectRate',
] as const;

function Table({ report, titleOf }: TableProps): ReactElement {
  const { t } = useTranslation();
  const rows = [...report.rows.map((row) => ({ ...row, title: titleOf(row.key) }))];
  const all = [{ ...report.total, key: '', title: t('line.figures.total') }, ...rows];
  return (
    <table>
      <thead>
        <tr>
          <th>{t(`line.figures.by.${report.by}`)}</th>
          <th>{t('line.figures.offered')}</th>
          <th>{t('line.figures.answered')}</th>
          {columns.map((name) => (
            <th key={name}>
              <Tooltip title={t(`line.figures.formula.${name}`)}>
                <span className="line-formula">{t(`line.figures.${name}`)}</span>
              </Tooltip>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {all.map(({ key, title, counts, figures }, i) => (
          <tr key={`${String(i)}${key}`} className={i === 0 ? 'line-total' : ''}>
            <th scope="row">{title}</th>
            <td className="line-figure">{counts.offered}</td>
            <td>{counts.answered}</td>
            {columns.map((name) => (
              <td key={name}>{name.endsWith('Ms') ? timeText(figures[name]) : shareText(figures[name])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function timeText(ms: number | null): string {
  return ms === null ? '—' : clockText(ms);
}
