import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { linePath, niceTop } from '../../lib/chart.ts';
import type { SupervisorView } from '../../lib/types.ts';

const width = 1100;
const height = 150;
const left = 28;
const bottom = 20;
const top = 8;

/** Arrivals against answers, minute by minute. Drawn by hand: three shapes need no chart library. */
export function HourChart({ minutes }: { readonly minutes: SupervisorView['minutes'] }): ReactElement {
  const { t } = useTranslation();
  const highest = niceTop(Math.max(1, ...minutes.map((m) => Math.max(m.arrived, m.bridged, m.abandoned))));
  const box = { left, top, width: width - left - 6, height: height - top - bottom, highest };
  const step = box.width / Math.max(1, minutes.length - 1);
  const labels = minutes.filter((_, i) => i % 15 === 0 || i === minutes.length - 1);
  const y = (n: number): number => box.top + box.height * (1 - n / highest);
  return (
    <figure className="hour">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('supervisor.hour')}>
        {[0, highest / 2, highest].map((n) => (
          <g key={n}>
            <line className="grid" x1={left} x2={width - 6} y1={y(n)} y2={y(n)} />
            <text x={left - 6} y={y(n) + 4} textAnchor="end">
              {n}
            </text>
          </g>
        ))}
        {minutes.map((m, i) => (
          <rect
            key={m.minuteMs}
            className="bar-abandoned"
            x={left + i * step - 2.5}
            width={5}
            y={y(m.abandoned)}
            height={box.top + box.height - y(m.abandoned)}
          />
        ))}
        <path
          className="line-arrived"
          d={linePath(
            minutes.map((m) => m.arrived),
            box,
          )}
        />
        <path
          className="line-bridged"
          d={linePath(
            minutes.map((m) => m.bridged),
            box,
          )}
        />
        {labels.map((m) => (
          <text
            key={m.minuteMs}
            x={left + minutes.indexOf(m) * step}
            y={height - 4}
            textAnchor={m === minutes.at(-1) ? 'end' : 'middle'}
          >
            {hourMinute(m.minuteMs)}
          </text>
        ))}
      </svg>
      <figcaption>
        <span className="key-arrived">{t('supervisor.arrivedLine')}</span>
        <span className="key-bridged">{t('supervisor.bridgedLine')}</span>
        <span className="key-abandoned">{t('supervisor.abandoned')}</span>
      </figcaption>
    </figure>
  );
}

function hourMinute(epochMs: number): string {
  const d = new Date(epochMs);
  return `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;
}
