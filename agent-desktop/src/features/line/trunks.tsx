import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { dayText, timeOfDay } from '../../lib/format.ts';
import type { SupervisorView, TrunkView } from '../../lib/types.ts';

/** Whether calls can come and go: the lines to the carriers, one after the other in a strip. */
export function Trunks({ trunks }: Pick<SupervisorView, 'trunks'>): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="panel line-trunks" aria-label={t('line.queue.trunks')} data-testid="trunks">
      <h2>{t('line.queue.trunks')}</h2>
      {trunks === null || trunks.length === 0 ? (
        <p>{t(trunks === null ? 'line.queue.trunksElsewhere' : 'line.queue.noTrunks')}</p>
      ) : (
        <ul>
          {trunks.map((trunk) => (
            <Trunk key={trunk.name} trunk={trunk} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Trunk({ trunk }: { readonly trunk: TrunkView }): ReactElement {
  const { t } = useTranslation();
  const { name, state, sinceMs, registered } = trunk;
  const said = registered === null ? undefined : t(`line.queue.registered.${registered ? 'yes' : 'no'}`);
  return (
    <li data-testid="trunk" data-trunk={name} data-state={state}>
      <b title={name}>{name}</b>
      <span className="trunk-state">{t(`line.queue.trunkState.${state}`)}</span>
      {said !== undefined && <span className={registered === true ? '' : 'late'}>{said}</span>}
      {sinceMs !== null && <small>{t('line.queue.trunkSince', { time: whenText(sinceMs) })}</small>}
    </li>
  );
}

/** The day is said when it was not today. */
function whenText(atMs: number): string {
  const day = dayText(atMs);
  return day === dayText(Date.now()) ? timeOfDay(atMs) : `${day} ${timeOfDay(atMs)}`;
}
