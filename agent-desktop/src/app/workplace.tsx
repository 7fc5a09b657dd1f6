import {
  AlertOutlined,
  CloudOutlined,
  CustomerServiceOutlined,
  DashboardOutlined,
  LogoutOutlined,
  OrderedListOutlined,
  TranslationOutlined,
} from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { Suspense, lazy, useEffect, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SessionContext } from '../components/session-context.ts';
import { useStore } from '../components/use-store.ts';
import { CallInBand } from '../features/cloud-seat/call-in-band.tsx';
import { LineAdvice } from '../features/cloud-seat/line-advice.tsx';
import { Watermark } from '../features/cloud-seat/watermark.tsx';
import { DeskPage } from '../features/desk/desk-page.tsx';
import { api } from '../lib/api.ts';
import type { SignedIn } from '../lib/api.ts';
import { DeskSession } from '../lib/desk-session.ts';
import { switchLanguage } from '../lib/i18n/index.ts';
import type { City, Info } from '../lib/types.ts';
import { goTo, pathStore } from './location.ts';

const CloudPage = lazy(() => import('../features/cloud-seat/cloud-page.tsx'));
const QueuePage = lazy(() => import('../features/line/queue-page.tsx'));
const SurgePage = lazy(() => import('../features/surge/surge-page.tsx'));
const SupervisorPage = lazy(() => import('../features/supervisor/supervisor-page.tsx'));

export interface WorkplaceProps {
  readonly signedIn: SignedIn;
  readonly info: Info | null;
  readonly onSignedOut: (byServer: boolean) => void;
}

/** Everything behind the log-in: the rail on the left, the page on the right, one session for both. */
export default function Workplace({ signedIn, info, onSignedOut }: WorkplaceProps): ReactElement {
  const [session] = useState(() => new DeskSession(signedIn));
  const city = useCity();
  const path = useStore(pathStore);
  const connection = useStore(session.socket.connection);
  useEffect(() => {
    session.start();
    return () => {
      session.stop();
    };
  }, [session]);
  useEffect(() => {
    if (connection.state === 'signed-out') onSignedOut(true);
  }, [connection.state, onSignedOut]);
  const signOut = async (): Promise<void> => {
    session.stop();
    await api.logout(signedIn.csrfToken);
    onSignedOut(false);
  };
  const leads = signedIn.me.role === 'supervisor' || signedIn.me.role === 'admin';
  return (
    <SessionContext value={{ session, city, info }}>
      <div className="shell">
        <Rail path={path} leads={leads} name={signedIn.me.displayName} onSignOut={() => void signOut()} />
        <Suspense fallback={<main />}>
          <PageAt path={path} />
        </Suspense>
        <CallInBand
          onCome={() => {
            goTo('/cloud');
          }}
        />
        <LineAdvice
          onPhone={() => {
            goTo('/cloud');
          }}
        />
        {signedIn.me.role === 'cloud' && <Watermark />}
      </div>
    </SessionContext>
  );
}

function PageAt({ path }: { readonly path: string }): ReactElement {
  switch (path) {
    case '/supervisor':
      return <SupervisorPage />;
    case '/queue':
      return <QueuePage />;
    case '/surge':
      return <SurgePage />;
    case '/cloud':
      return <CloudPage />;
  }
  return <DeskPage />;
}

/** Pages behind a link of the rail; everything else is the desk. */
const otherPages: ReadonlySet<string> = new Set(['/supervisor', '/queue', '/surge', '/cloud']);

function useCity(): City | null {
  const [city, setCity] = useState<City | null>(null);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      const reply = await api.city();
      if (gone) return;
      if (reply.ok) setCity(reply.value);
      else setTimeout(() => void ask(), 3000);
    };
    void ask();
    return () => {
      gone = true;
    };
  }, []);
  return city;
}

interface RailProps {
  readonly path: string;
  readonly leads: boolean;
  readonly name: string;
  readonly onSignOut: () => void;
}

function Rail({ path, leads, name, onSignOut }: RailProps): ReactElement {
  const { t } = useTranslation();
  return (
    <nav className="rail" aria-label={t('nav.main')}>
      <div className="rail-logo" aria-hidden="true">
        12345
      </div>
      <RailLink to="/" on={!otherPages.has(path)} icon={<CustomerServiceOutlined />} text={t('nav.desk')} />
      {leads && (
        <RailLink
          to="/supervisor"
          on={path === '/supervisor'}
          icon={<DashboardOutlined />}
          text={t('nav.supervisor')}
        />
      )}
      {leads && (
        <RailLink to="/queue" on={path === '/queue'} icon={<OrderedListOutlined />} text={t('line.nav.queue')} />
      )}
      {leads && <RailLink to="/surge" on={path === '/surge'} icon={<AlertOutlined />} text={t('line.nav.surge')} />}
      <RailLink to="/cloud" on={path === '/cloud'} icon={<CloudOutlined />} text={t('line.nav.cloud')} />
      <div className="rail-space" />
      <Tooltip title={t('language')} placement="right">
        <Button
          type="text"
          className="rail-button"
          icon={<TranslationOutlined />}
          aria-label={t('language')}
          data-testid="switch-language"
          onClick={switchLanguage}
        />
      </Tooltip>
      <Tooltip title={`${name} · ${t('nav.logout')}`} placement="right">
        <Button
          type="text"
          className="rail-button"
          icon={<LogoutOutlined />}
          aria-label={t('nav.logout')}
          data-testid="logout"
          onClick={onSignOut}
        />
      </Tooltip>
    </nav>
  );
}

interface RailLinkProps {
  readonly to: string;
  readonly on: boolean;
  readonly icon: ReactNode;
  readonly text: string;
}

function RailLink({ to, on, icon, text }: RailLinkProps): ReactElement {
  return (
    <a
      href={to}
      className={`rail-link ${on ? 'rail-on' : ''}`}
      aria-current={on ? 'page' : undefined}
      data-testid={to === '/' ? 'nav-desk' : `nav-${to.slice(1)}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        goTo(to);
      }}
    >
      <span className="rail-icon">{icon}</span>
      {text}
    </a>
  );
}
