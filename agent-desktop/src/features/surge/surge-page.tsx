import { Alert, Tabs } from 'antd';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { SurgeApi } from '../../lib/surge-api.ts';
import { PlanEditor } from './plan-editor.tsx';
import { Roster } from './roster.tsx';
import { SurgeNow } from './surge-now.tsx';
import './surge.css';

/** The surge plan: where it stands and why, the plans themselves, and who may be called in. */
export default function SurgePage(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const api = useMemo(() => new SurgeApi(session.csrfToken), [session]);
  const [problem, setProblem] = useState('');
  const [shown, setShown] = useState('now');
  if (session.me.role !== 'supervisor' && session.me.role !== 'admin')
    return <main className="page-waiting">{t('line.surge.denied')}</main>;
  const parts = { api, onProblem: setProblem };
  return (
    <main className="surge-page" data-testid="surge-page">
      <header className="sup-head">
        <h1>{t('line.surge.title')}</h1>
      </header>
      {problem !== '' && (
        <Alert
          type="error"
          showIcon
          closable={{
            onClose: () => {
              setProblem('');
            },
          }}
          title={t('line.surge.failed', { message: problem })}
        />
      )}
      <Tabs
        activeKey={shown}
        onChange={setShown}
        items={[
          { key: 'now', label: t('line.surge.status') },
          { key: 'plans', label: t('line.surge.plans') },
          { key: 'roster', label: t('line.surge.roster') },
        ]}
      />
      <div className="surge-body">
        {shown === 'now' && <SurgeNow {...parts} />}
        {shown === 'plans' && <PlanEditor {...parts} />}
        {shown === 'roster' && <Roster {...parts} />}
      </div>
    </main>
  );
}
