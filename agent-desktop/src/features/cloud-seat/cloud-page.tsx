import { useEffect, useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { SurgeApi } from '../../lib/surge-api.ts';
import { ByPhone } from './by-phone.tsx';
import { LineCheck } from './line-check.tsx';
import { SignUp } from './sign-up.tsx';
import './cloud.css';

/** For whoever helps from anywhere: put oneself down, and check device and line before the first call. */
export default function CloudPage(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const check = useStore(session.lineCheck.view);
  const api = useMemo(() => new SurgeApi(session.csrfToken), [session]);
  useEffect(() => {
    // The check rings this page's phone.
    session.usePhone();
  }, [session]);
  return (
    <main className="cloud-page" data-testid="cloud-page">
      <header className="sup-head">
        <h1>{t('line.cloud.title')}</h1>
      </header>
      <div className="cloud-columns">
        <div className="cloud-column">
          <LineCheck api={api} />
          <ByPhone wanted={check.verdict === 'poor' || check.state === 'silent'} />
        </div>
        <SignUp api={api} />
      </div>
    </main>
  );
}
