import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { timeOfDay } from '../../lib/format.ts';
import type { CallRow, SupervisorView } from '../../lib/types.ts';
import { CallDrawer } from './call-drawer.tsx';
import { HourChart } from './hour-chart.tsx';
import { FourNumbers, Today } from './numbers.tsx';
import { LearnedPlaces } from './learned-places.tsx';
import { RecentCalls } from './recent-calls.tsx';
import { RiskBand } from './risk-band.tsx';
import { Seats } from './seats.tsx';
import { SuperviseBar } from './supervise.tsx';
import { WaitingList } from './waiting-list.tsx';

/** Is it going well: four numbers, the last hour, who waits, who works, what was. */
export default function SupervisorPage(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { supervisor, hellos } = useStore(session.socket.desk);
  const [opened, setOpened] = useState<CallRow | null>(null);
  const allowed = session.me.role === 'supervisor' || session.me.role === 'admin';
  useEffect(() => {
    if (!allowed || hellos === 0) return;
    void session.socket.request('supervisor.watch', { on: true });
    return () => {
      void session.socket.request('supervisor.watch', { on: false });
    };
  }, [allowed, hellos, session]);
  useEffect(() => {
    // Listening needs a telephone; no calls are offered as long as the supervisor is not available.
    if (allowed) session.usePhone();
  }, [allowed, session]);
  if (!allowed) return <main className="page-waiting">{t('supervisor.denied')}</main>;
  if (supervisor === null) return <main className="page-waiting">{t('supervisor.loading')}</main>;
  return (
    <main className="supervisor" data-testid="supervisor-page">
      <Head view={supervisor} />
      <RiskBand risks={supervisor.risks} seats={supervisor.seats} />
      <SuperviseBar />
      <FourNumbers view={supervisor} />
      <div className="sup-middle">
        <section className="panel sup-chart">
          <h2 className="panel-head">{t('supervisor.hour')}</h2>
          <HourChart minutes={supervisor.minutes} />
        </section>
        <Today view={supervisor} />
      </div>
      <div className="sup-lists">
        <WaitingList waiting={supervisor.waiting} />
        <Seats seats={supervisor.seats} />
        <RecentCalls seats={supervisor.seats} onOpen={setOpened} />
      </div>
      <LearnedPlaces />
      <CallDrawer
        call={opened}
        seats={supervisor.seats}
        onClose={() => {
          setOpened(null);
        }}
      />
    </main>
  );
}

function Head({ view }: { readonly view: SupervisorView }): ReactElement {
  const { t } = useTranslation();
  const { session, info } = useSession();
  const connection = useStore(session.socket.connection);
  const fresh = connection.state === 'connected';
  return (
    <header className="sup-head">
      <h1>
        {info?.cityName} {info?.hotlineNumber} · {t('supervisor.title')}
      </h1>
      <span className="grow" />
      <span className={fresh ? 'sup-fresh' : 'sup-stale'} role="status" data-testid="supervisor-freshness">
        {fresh
          ? t('supervisor.updated', { time: timeOfDay(view.atMs) })
          : t('supervisor.stale', { time: timeOfDay(view.atMs) })}
      </span>
    </header>
  );
}
