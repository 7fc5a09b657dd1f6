import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { QueueView } from '../../lib/types.ts';

/** The national standard: answered within 15 s. */
const goalMs = 15_000;

/** One row a queue: is it going well there. */
export function QueueTable({ queues }: { readonly queues: readonly QueueView[] }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <section className="panel line-queues">
      <table data-testid="queue-table">
        <thead>
          <tr>
            <th>{t('line.queue.name')}</th>
            <th>{t('line.queue.waiting')}</th>
            <th>{t('line.queue.oldest')}</th>
            <th>{t('line.queue.estimate')}</th>
            <th>{t('line.queue.free')}</th>
            <th>{t('line.queue.staffed')}</th>
            <th>{t('line.queue.pace')}</th>
            <th>{t('line.queue.callbacks')}</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((q) => {
            const waitMs = q.oldestJoinedAtMs === null ? 0 : now - q.oldestJoinedAtMs;
            return (
              <tr key={q.queue} data-queue={q.queue}>
                <th scope="row">{q.title}</th>
                <td className="line-figure">{q.waiting}</td>
                <td className={waitMs > goalMs ? 'late' : ''}>{clockText(waitMs)}</td>
                <td>{clockText(q.estimatedWaitMs)}</td>
                <td className={q.free === 0 && q.waiting > 0 ? 'late' : ''}>{q.free}</td>
                <td>{q.staffed}</td>
                <td>{q.servedPerMinute.toFixed(1)}</td>
                <td>{q.callbacks}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
