import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { WaitingView } from '../../lib/types.ts';

/** Who waits, oldest first. */
export function WaitingList({ waiting }: { readonly waiting: readonly WaitingView[] }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const oldestFirst = waiting.toSorted((a, b) => a.joinedAtMs - b.joinedAtMs);
  return (
    <section className="panel list" data-testid="supervisor-waiting-list">
      <h2 className="panel-head">
        {t('supervisor.waitingList')} <span className="count">{waiting.length}</span>
      </h2>
      {waiting.length === 0 && <p className="panel-empty">{t('supervisor.nobodyWaits')}</p>}
      <ol className="rows">
        {oldestFirst.map((w) => (
          <li key={w.callId} data-call-id={w.callId}>
            <span className="num row-main">{w.maskedNumber === '' ? t('offer.withheld') : w.maskedNumber}</span>
            <span className={`tag tag-${w.state}`}>
              {w.state === 'offered' ? t('supervisor.offeredState') : t('supervisor.waitingState')}
            </span>
            <span className="grow" />
            <b className={`num ${now - w.joinedAtMs > 15_000 ? 'late' : ''}`}>{clockText(now - w.joinedAtMs)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}
