import { Segmented } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useNow, useStore } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { LineAlarmView, QueueView } from '../../lib/types.ts';
import { Callbacks } from './callbacks.tsx';
import { Figures } from './figures.tsx';
import { LineSeats } from './line-seats.tsx';
import { QueueTable } from './queue-table.tsx';
import { Trunks } from './trunks.tsx';
import { WaitingCallers } from './waiting-callers.tsx';
import './line.css';

/** Who waits where, who can answer, who is to be called back, and whether the line works. */
export default function QueuePage(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { supervisor, hellos } = useStore(session.socket.desk);
  const [view, setView] = useState<'live' | 'figures'>('live');
  const allowed = session.me.role === 'supervisor' || session.me.role === 'admin';
  useEffect(() => {
    if (!allowed || hellos === 0) return;
    void session.socket.request('supervisor.watch', { on: true });
    return () => {
      void session.socket.request('supervisor.watch', { on: false });
    };
  }, [allowed, hellos, session]);
  if (!allowed) return <main className="page-waiting">{t('supervisor.denied')}</main>;
  if (supervisor === null) return <main className="page-waiting">{t('supervisor.loading')}</main>;
  return (
    <main className="line-page" data-testid="queue-page">
      <header className="sup-head">
        <h1>{t('line.queue.title')}</h1>
        <span className="grow" />
        <Segmented
          value={view}
          options={[
            { value: 'live', label: t('line.figures.live') },
            { value: 'figures', label: <span data-testid="show-figures">{t('line.figures.show')}</span> },
          ]}
          onChange={setView}
        />
      </header>
      {supervisor.alarm !== null && <Alarm alarm={supervisor.alarm} queues={supervisor.queues} />}
      <Trunks trunks={supervisor.trunks} />
      <QueueTable queues={supervisor.queues} />
      {view === 'figures' ? (
        <Figures queues={supervisor.queues} />
      ) : (
        <div className="line-lists">
          <WaitingCallers view={supervisor} />
          <LineSeats seats={supervisor.seats} queues={supervisor.queues} />
          <Callbacks callbacks={supervisor.callbacks} />
        </div>
      )}
    </main>
  );
}

function Alarm({
  alarm,
  queues,
}: {
  readonly alarm: LineAlarmView;
  readonly queues: readonly QueueView[];
}): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const names = alarm.queues.map((q) => queues.find((v) => v.queue === q)?.title ?? q);
  return (
    <div className="line-alarm" role="alert" data-testid="line-alarm">
      <b>! {t('line.queue.alarm')}</b>
      <span>{t('line.queue.alarmText', { time: clockText(now - alarm.sinceMs), queues: names.join('、') })}</span>
    </div>
  );
}
