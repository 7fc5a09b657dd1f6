import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import { verdictOf } from '../../lib/mos.ts';
import { seatState, seatStates } from '../../lib/seat-state.ts';
import type { QueueView, SeatView } from '../../lib/types.ts';
import { ProfileEditor } from './profile-editor.tsx';

const levels = ['on-site', 'cloud', 'partner'] as const;

export interface LineSeatsProps {
  readonly seats: readonly SeatView[];
  readonly queues: readonly QueueView[];
}

/** Seats by kind and state, with what they can do; a click changes it. */
export function LineSeats({ seats, queues }: LineSeatsProps): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const [edited, setEdited] = useState<SeatView | null>(null);
  const rank = (s: SeatView): number => seatStates.indexOf(seatState(s));
  const sorted = seats.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      levels.indexOf(a.profile.seatLevel) - levels.indexOf(b.profile.seatLevel) ||
      a.agentNumber.localeCompare(b.agentNumber),
  );
  return (
    <section className="panel list" data-testid="line-seats">
      <h2 className="panel-head">
        {t('line.queue.agents')} <span className="count">{seats.length}</span>
        <span className="grow" />
        {levels.map((level) => {
          const there = seats.filter((s) => s.profile.seatLevel === level && seatState(s) !== 'offline').length;
          return (
            <span key={level} className="tag">
              {t(`line.queue.level.${level}`)} {there}
            </span>
          );
        })}
      </h2>
      {seats.length === 0 && <p className="panel-empty">{t('line.queue.noAgents')}</p>}
      <ol className="rows">
        {sorted.map((s) => {
          const state = seatState(s);
          return (
            <li key={s.agentId}>
              <button
                type="button"
                className="row-button"
                title={t('line.queue.profile')}
                data-testid="line-seat"
                data-agent-number={s.agentNumber}
                onClick={() => {
                  setEdited(s);
                }}
              >
                <span className="row-main">{s.displayName}</span>
                <span className="row-quiet num">{s.agentNumber}</span>
                <span className={`tag tag-${state}`}>{t(`supervisor.state.${state}`)}</span>
                {s.profile.seatLevel !== 'on-site' && (
                  <span className="tag tag-offered">{t(`line.queue.level.${s.profile.seatLevel}`)}</span>
                )}
                <Line seat={s} />
                <span className="row-quiet ellipsis">{skillsText(s)}</span>
                <span className="grow" />
                <b className="num row-time">{state === 'offline' ? '—' : clockText(now - s.sinceMs)}</b>
              </button>
            </li>
          );
        })}
      </ol>
      {edited !== null && (
        <ProfileEditor
          key={edited.agentId}
          seat={edited}
          queues={queues}
          onClose={() => {
            setEdited(null);
          }}
        />
      )}
    </section>
  );
}

function Line({ seat }: { readonly seat: SeatView }): ReactElement | null {
  const { t } = useTranslation();
  if (seat.line === null || seatState(seat) === 'offline') return null;
  const mos = seat.line.mos.toFixed(1);
  return verdictOf(seat.line.mos) === 'poor' ? (
    <span className="tag tag-paused">{t('line.queue.mosBad', { mos })}</span>
  ) : null;
}

function skillsText({ profile }: SeatView): string {
  const skills = Object.entries(profile.skills).map(([name, level]) => `${name}${level}`);
  return [...(profile.queues.length > 1 ? profile.queues : []), ...skills].join(' ');
}
