import { Button } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { mosOf, verdictOf } from '../../lib/mos.ts';
import './cloud.css';

/** So many samples (of two seconds) in a row, so that one hiccup does not disturb a call. */
const samplesToWarn = 3;

/** In a call on a poor line: what it is, and what to do. */
export function LineAdvice({ onPhone }: { readonly onPhone: () => void }): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { quality, session: sip } = useStore(session.phone.view);
  const { byPhoneAllowed } = useStore(session.socket.desk);
  const [seen, setSeen] = useState({ quality, poor: 0, hidden: false });
  if (seen.quality !== quality) {
    const poor = quality !== null && verdictOf(mosOf(quality)) === 'poor' ? seen.poor + 1 : 0;
    setSeen({ quality, poor, hidden: quality === null ? false : seen.hidden });
  }
  if (quality === null || seen.hidden || sip?.isCheck === true || seen.poor < samplesToWarn) return null;
  const mos = mosOf(quality);
  return (
    <div className="line-advice" role="alert" data-testid="line-advice">
      <div>
        <b>{t('line.cloud.poorLine', { mos: mos.toFixed(1) })}</b> {t('line.cloud.poorAdvice')}
      </div>
      <span className="grow" />
      {byPhoneAllowed && (
        <Button size="small" onClick={onPhone}>
          {t('byPhone.advice')}
        </Button>
      )}
      <Button size="small" onClick={() => void session.textOnly()}>
        {t('line.cloud.textOnly')}
      </Button>
      <Button
        size="small"
        type="text"
        onClick={() => {
          setSeen({ ...seen, hidden: true });
        }}
      >
        {t('line.cloud.hide')}
      </Button>
    </div>
  );
}
