import { HistoryOutlined, UserOutlined } from '@ant-design/icons';
import { Tag } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { clockText, dayText, timeOfDay } from '../../lib/format.ts';
import type { CallerView, DeskCallView, TicketRow } from '../../lib/types.ts';
import { SimilarTickets } from './similar-tickets.tsx';

export interface CallerPanelProps {
  readonly caller: CallerView | null;
  readonly call: DeskCallView | null;
}

/** Who calls and what became of earlier matters. */
export function CallerPanel({ caller, call }: CallerPanelProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { similar } = useStore(session.socket.desk).aside;
  const alike = new Set(similar.map((ticket) => ticket.number));
  return (
    <aside className="panel caller" aria-label={t('caller.title')}>
      <h2 className="panel-head">
        <UserOutlined aria-hidden="true" /> {t('caller.title')}
      </h2>
      {caller === null ? (
        <p className="panel-empty">{t('caller.empty')}</p>
      ) : (
        <>
          <Person caller={caller} call={call} />
          <SimilarTickets tickets={similar} />
          <History tickets={caller.history.tickets} above={alike} />
        </>
      )}
    </aside>
  );
}

function Person({ caller, call }: { readonly caller: CallerView; readonly call: DeskCallView | null }): ReactElement {
  const { t } = useTranslation();
  const { callerName, callsIn90Days } = caller.history;
  return (
    <div className="person">
      <div className="person-name">{callerName === '' ? t('caller.unknownName') : callerName}</div>
      <div className="person-calls">
        {callsIn90Days > 0 ? (
          <Tag color={callsIn90Days >= 3 ? 'warning' : 'default'}>{t('offer.earlier', { n: callsIn90Days })}</Tag>
        ) : (
          <Tag>{t('offer.first')}</Tag>
        )}
      </div>
      {call !== null && (
        <dl className="facts">
          <dt>{t('caller.arrived')}</dt>
          <dd className="num">{timeOfDay(call.arrivedAtMs)}</dd>
          <dt>{t('caller.waited')}</dt>
          <dd className="num">{clockText(call.waitMs)}</dd>
          <dt>{t('caller.route')}</dt>
          <dd>{call.reason}</dd>
        </dl>
      )}
    </div>
  );
}

interface HistoryProps {
  readonly tickets: readonly TicketRow[];
  /** Numbers of those that are shown already. */
  readonly above: ReadonlySet<string>;
}

function History({ tickets, above }: HistoryProps): ReactElement | null {
  const { t } = useTranslation();
  const others = tickets.filter((ticket) => !above.has(ticket.number));
  if (others.length === 0 && tickets.length > 0) return null;
  return (
    <section className="history">
      <h3>
        <HistoryOutlined aria-hidden="true" /> {t('caller.history')}
      </h3>
      {tickets.length === 0 && <p className="panel-empty">{t('caller.noHistory')}</p>}
      <ol>
        {others.map((ticket) => (
          <li key={ticket.id}>
            <div className="history-top">
              <span className="num">{dayText(ticket.createdAtMs)}</span>
              <span className="history-status">{t(`caller.status.${ticket.status}`)}</span>
            </div>
            <div className="history-class">{ticket.fields.classId.display.split(' › ').at(-1)}</div>
            <div className="history-summary">{ticket.fields.summary.value}</div>
            {ticket.fields.departmentId.display !== '' && (
              <div className="history-dept">{t('caller.handled', { name: ticket.fields.departmentId.display })}</div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
