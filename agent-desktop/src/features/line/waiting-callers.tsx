import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { SupervisorView } from '../../lib/types.ts';

/** Who waits, in the order in which they are served. */
export function WaitingCallers({ view }: { readonly view: SupervisorView }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const { waiting, queues } = view;
  const all = queues.reduce((sum, q) => sum + q.waiting + q.callbacks, 0);
  const title = (queue: string): string => queues.find((q) => q.queue === queue)?.title ?? queue;
  const sorted = waiting.toSorted((a, b) => b.priority - a.priority || a.joinedAtMs - b.joinedAtMs);
  return (
    <section className="panel list" data-testid="line-waiting">
      <h2 className="panel-head">
        {t('line.queue.waitingList')} <span className="count">{all}</span>
      </h2>
      {waiting.length === 0 && <p className="panel-empty">{t('line.queue.nobody')}</p>}
      <ol className="rows">
        {sorted.map((w) => (
          <li key={w.callId} data-call-id={w.callId}>
            <span className="num row-main">{w.maskedNumber}</span>
            {w.kind === 'callback' && <span className="tag tag-offered">{t('line.queue.callbackHere')}</span>}
            {w.state === 'offered' && <span className="tag tag-ringing">{t('supervisor.offeredState')}</span>}
            <span className="row-quiet ellipsis">
              {[
                queues.length > 1 ? title(w.queue) : '',
                w.needs.length > 0 ? `${t('line.queue.needs')} ${w.needs.join('、')}` : '',
                w.priority === 5 ? '' : t('line.queue.priority', { n: w.priority }),
              ]
                .filter((text) => text !== '')
                .join(' · ')}
            </span>
            <span className="grow" />
            <b className={`num ${now - w.joinedAtMs > 15_000 ? 'late' : ''}`}>{clockText(now - w.joinedAtMs)}</b>
          </li>
        ))}
      </ol>
      {all > waiting.length && <p className="list-more">{t('line.queue.more', { n: all - waiting.length })}</p>}
    </section>
  );
}
