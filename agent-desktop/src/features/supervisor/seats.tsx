import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import { seatState, seatStates } from '../../lib/seat-state.ts';
import type { SeatView } from '../../lib/types.ts';
import { SuperviseButtons } from './supervise.tsx';

/** All seats, grouped by what they do now, with how long. */
export function Seats({ seats }: { readonly seats: readonly SeatView[] }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const rank = (s: SeatView): number => seatStates.indexOf(seatState(s));
  const sorted = seats.toSorted((a, b) => rank(a) - rank(b) || a.sinceMs - b.sinceMs);
  const counts = seatStates
    .map((state) => ({ state, n: seats.filter((s) => seatState(s) === state).length }))
    .filter((c) => c.n > 0 && c.state !== 'offline');
  return (
    <section className="panel list" data-testid="supervisor-seats">
      <h2 className="panel-head">
        {t('supervisor.seats')} <span className="count">{seats.length}</span>
        <span className="grow" />
        {counts.map(({ state, n }) => (
          <span key={state} className={`tag tag-${state}`}>
            {t(`supervisor.state.${state}`)} {n}
          </span>
        ))}
      </h2>
      {seats.length === 0 && <p className="panel-empty">{t('supervisor.noSeats')}</p>}
      <ol className="rows">
        {sorted.map((s) => {
          const state = seatState(s);
          const sinceMs = state === 'talking' ? (s.talkingSinceMs ?? s.sinceMs) : s.sinceMs;
          return (
            <li key={s.agentId} data-agent-id={s.agentId} data-state={state}>
              <span className="row-main">{s.displayName}</span>
              <span className="num row-quiet">{s.agentNumber}</span>
              <span className={`tag tag-${state}`}>{t(`supervisor.state.${state}`)}</span>
              {state === 'paused' && <span className="row-quiet ellipsis">{s.pauseReason}</span>}
              <span className="grow" />
              <span className="row-quiet num">{t('unit.calls', { n: s.todayCalls })}</span>
              <SuperviseButtons seat={s} />
              <b className="num row-time">{state === 'offline' ? '—' : clockText(now - sinceMs)}</b>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
