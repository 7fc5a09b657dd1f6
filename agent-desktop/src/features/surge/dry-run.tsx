import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { linePath, niceTop } from '../../lib/chart.ts';
import type { DryRunView, SurgeLevel } from '../../lib/types.ts';
import { Decisions } from './parts.tsx';

const width = 560;
const height = 150;
const strip = 14;
const colours: Readonly<Record<SurgeLevel, string>> = {
  normal: '#cfd8e1',
  busy: '#e7c26a',
  surge: '#e08a3c',
  emergency: '#c4281c',
};

/** What a plan would have done with the hours that are behind us. */
export function DryRun({ dry }: { readonly dry: DryRunView | null }): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="panel plan-dry" data-testid="dry-run">
      <h2 className="panel-head">{t('line.surge.dryTitle')}</h2>
      {dry === null ? (
        <p className="panel-empty">{t('line.surge.dryRun')}</p>
      ) : dry.points.length === 0 ? (
        <p className="panel-empty">{t('line.surge.dryNone')}</p>
      ) : (
        <Chart dry={dry} />
      )}
      {dry !== null && (
        <>
          <h2 className="panel-head">{t('line.surge.dryDecisions')}</h2>
          <Decisions decisions={dry.decisions} empty={t('line.surge.noDecisions')} />
        </>
      )}
    </section>
  );
}

function Chart({ dry }: { readonly dry: DryRunView }): ReactElement {
  const { t } = useTranslation();
  const { points } = dry;
  const highest = niceTop(Math.max(1, ...points.map((p) => Math.max(p.seats, p.seatsWanted))));
  const box = { left: 30, top: 8, width: width - 36, height: height - strip - 22, highest };
  const step = box.width / Math.max(1, points.length);
  return (
    <figure className="hour">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('line.surge.dryTitle')}>
        {[0, highest].map((n) => (
          <text key={n} x={box.left - 4} y={box.top + box.height * (1 - n / highest) + 4} textAnchor="end">
            {n}
          </text>
        ))}
        {points.map((p, i) => (
          <rect
            key={p.atMs}
            x={box.left + i * step}
            y={height - strip}
            width={Math.max(1, step)}
            height={strip}
            fill={colours[p.level]}
          />
        ))}
        <path
          className="line-arrived"
          d={linePath(
            points.map((p) => p.seatsWanted),
            box,
          )}
        />
        <path
          className="line-bridged"
          d={linePath(
            points.map((p) => p.seats),
            box,
          )}
        />
      </svg>
      <figcaption>
        <span className="key-arrived">{t('line.surge.seatsWanted')}</span>
        <span className="key-bridged">{t('line.surge.seats')}</span>
      </figcaption>
    </figure>
  );
}
