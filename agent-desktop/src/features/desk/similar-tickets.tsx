import { CopyOutlined } from '@ant-design/icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNowMs } from '../../lib/clock.ts';
import { daysAgo, dayText } from '../../lib/format.ts';
import type { EarlierTicket } from '../../lib/types.ts';

/** Earlier tickets that look the same, each with why. */
export function SimilarTickets({ tickets }: { readonly tickets: readonly EarlierTicket[] }): ReactElement | null {
  const { t } = useTranslation();
  if (tickets.length === 0) return null;
  return (
    <section className="similar" aria-label={t('aside.similar.title')}>
      <h3>
        <CopyOutlined aria-hidden="true" /> {t('aside.similar.title')} <span className="count">{tickets.length}</span>
      </h3>
      <ol>
        {tickets.map((ticket) => (
          <Ticket key={ticket.id} ticket={ticket} />
        ))}
      </ol>
    </section>
  );
}

function Ticket({ ticket }: { readonly ticket: EarlierTicket }): ReactElement {
  const { t } = useTranslation();
  const { number, createdAtMs, place, summary, department } = ticket;
  return (
    <li data-testid="similar-ticket" data-number={number}>
      <div className="similar-why">
        {ticket.why.map(({ type, name }) => (
          <span key={type} className={`why why-${type}`}>
            {t(`aside.similar.why.${type}`, { name })}
          </span>
        ))}
        <span className="why-when" title={dayText(createdAtMs)}>
          {t('aside.similar.ago', { count: daysAgo(createdAtMs, serverNowMs()) })}
        </span>
      </div>
      <div className="history-class">{[ticket.class, place].filter((part) => part !== '').join(' · ')}</div>
      <div className="history-summary">{summary}</div>
      <div className="similar-foot">
        <span className="num similar-number">{number}</span>
        <span>{department}</span>
      </div>
    </li>
  );
}
