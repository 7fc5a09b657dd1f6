import { ReloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { api } from '../../lib/api.ts';
import { clockText, timeOfDay } from '../../lib/format.ts';
import type { CallRow, SeatView } from '../../lib/types.ts';

export interface RecentCallsProps {
  readonly seats: readonly SeatView[];
  readonly onOpen: (call: CallRow) => void;
}

/** The last calls; asked again whenever the day's counts move. */
export function RecentCalls({ seats, onOpen }: RecentCallsProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { supervisor } = useStore(session.socket.desk);
  const [calls, setCalls] = useState<readonly CallRow[]>([]);
  const [asked, setAsked] = useState(0);
  const today = supervisor?.today;
  const moved = today === undefined ? '' : `${today.offered}/${today.bridged}/${today.abandoned}/${today.tickets}`;
  useEffect(() => {
    let gone = false;
    void api.recentCalls().then((reply) => {
      if (!gone && reply.ok) setCalls(reply.value);
    });
    return () => {
      gone = true;
    };
  }, [moved, asked]);
  return (
    <section className="panel list" data-testid="supervisor-recent">
      <h2 className="panel-head">
        {t('supervisor.recent')}
        <span className="grow" />
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined />}
          aria-label={t('supervisor.refresh')}
          onClick={() => {
            setAsked(asked + 1);
          }}
        />
      </h2>
      {calls.length === 0 && <p className="panel-empty">{t('supervisor.noCalls')}</p>}
      <ol className="rows">
        {calls.map((call) => (
          <li key={call.callId}>
            <button
              type="button"
              className="row-button"
              data-testid="supervisor-recent-call"
              data-call-id={call.callId}
              onClick={() => {
                onOpen(call);
              }}
            >
              <span className="num row-quiet">{timeOfDay(call.arrivedAtMs)}</span>
              <span className="row-main num">{maskedNumber(call.from)}</span>
              <span className="row-quiet ellipsis">{seats.find((s) => s.agentId === call.agentId)?.displayName}</span>
              <span className="grow" />
              {call.ticketNumber === null ? (
                <span className="row-quiet">
                  {call.endCause !== null
                    ? t(`call.cause.${call.endCause}`)
                    : call.bridgedAtMs === null
                      ? t('supervisor.waitingState')
                      : t('call.talking')}
                </span>
              ) : (
                <span className="num row-ticket">{call.ticketNumber}</span>
              )}
              <b className="num row-time">
                {call.bridgedAtMs === null || call.endedAtMs === null
                  ? '—'
                  : clockText(call.endedAtMs - call.bridgedAtMs)}
              </b>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** As the server masks numbers: enough to tell callers apart, not enough to phone them. */
function maskedNumber(from: string): string {
  return from.length < 7 ? from : `${from.slice(0, 3)}****${from.slice(-4)}`;
}
