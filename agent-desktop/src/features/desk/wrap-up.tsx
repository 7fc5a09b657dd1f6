import { CheckOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { CountdownRing } from '../../components/timer.tsx';
import type { DeskCallView } from '../../lib/types.ts';
import { Disposition } from './disposition.tsx';

export interface WrapUpProps {
  readonly call: DeskCallView;
  readonly unconfirmed: boolean;
}

/** The time after the call: how much is left, more of it, or done. */
export function WrapUp({ call, unconfirmed }: WrapUpProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  return (
    <>
      <section className="wrap-up" aria-label={t('call.wrapUp')} data-testid="wrap-up">
        {call.wrapUpEndsAtMs !== null && (
          <CountdownRing
            untilMs={call.wrapUpEndsAtMs}
            totalMs={60_000}
            size={44}
            warnMs={10_000}
            label={t('wrapUp.left')}
          />
        )}
        <div className="wrap-up-words">
          <b>{t('call.wrapUp')}</b>
          {unconfirmed ? (
            <small className="status-warn">{t('wrapUp.unconfirmed')}</small>
          ) : (
            <span>{call.endCause === null ? '' : t(`call.cause.${call.endCause}`)}</span>
          )}
        </div>
        <Button data-testid="wrap-up-extend" onClick={() => void session.extendWrapUp(30_000)}>
          {t('wrapUp.extend')}
        </Button>
        <Button
          data-testid="wrap-up-finish"
          type={unconfirmed ? 'default' : 'primary'}
          icon={<CheckOutlined />}
          title={unconfirmed ? t('wrapUp.unconfirmedHint') : t('wrapUp.finishHint')}
          onClick={() => void session.finishWrapUp()}
        >
          {t('wrapUp.finish')}
        </Button>
      </section>
      <Disposition callId={call.callId} />
    </>
  );
}
