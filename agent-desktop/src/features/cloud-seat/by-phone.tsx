import { Button, Input } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';

/** On a line that is too poor to talk over: calls go to the agent's own telephone, the work stays on the page. */
export function ByPhone({ wanted }: { readonly wanted: boolean }): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent, byPhoneAllowed } = useStore(session.socket.desk);
  const { refusal } = useStore(session.page);
  const [number, setNumber] = useState('');
  const [refused, setRefused] = useState(false);
  if (!byPhoneAllowed || agent === null) return null;
  const use = async (): Promise<void> => {
    const done = await session.takeByPhone(number.replace(/[\s-]/g, ''));
    setRefused(!done);
    // Nobody who looks over the shoulder reads it.
    if (done) setNumber('');
  };
  if (agent.byPhone)
    return (
      <div className="cloud-phone cloud-phone-on" data-testid="by-phone" data-state="on">
        <div>
          <b>{t('byPhone.on')}</b>
          <div>{t('byPhone.onText')}</div>
        </div>
        <div className="cloud-buttons">
          {agent.intent !== 'available' && (
            <Button
              type="primary"
              data-testid="by-phone-available"
              onClick={() => void session.setIntent('available', '')}
            >
              {t('line.cloud.goAvailable')}
            </Button>
          )}
          <Button data-testid="by-phone-stop" onClick={() => void session.takeHere()}>
            {t('byPhone.stop')}
          </Button>
        </div>
      </div>
    );
  return (
    <div className="cloud-phone" data-testid="by-phone" data-state="off">
      <div>
        <b>{wanted ? t('byPhone.wanted') : t('byPhone.title')}</b>
        <div className="row-quiet">{t('byPhone.text')}</div>
        {refused && refusal !== '' && (
          <div role="alert" className="status-warn">
            {refusal === 'unanswered' ? t('refusal.unanswered') : refusal}
          </div>
        )}
      </div>
      <div className="cloud-buttons">
        <Input
          className="cloud-phone-number"
          data-testid="by-phone-number"
          type="tel"
          autoComplete="off"
          maxLength={20}
          placeholder={t('byPhone.placeholder')}
          aria-label={t('byPhone.placeholder')}
          value={number}
          onChange={(event) => {
            setNumber(event.target.value);
          }}
          onPressEnter={() => void use()}
        />
        <Button
          type={wanted ? 'primary' : 'default'}
          data-testid="by-phone-use"
          disabled={number.trim() === ''}
          onClick={() => void use()}
        >
          {t('byPhone.use')}
        </Button>
      </div>
    </div>
  );
}
