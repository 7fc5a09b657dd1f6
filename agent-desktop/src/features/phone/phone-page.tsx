import { AudioMutedOutlined, AudioOutlined, PhoneFilled, PhoneOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { MicrophoneProblemNotice } from '../../components/microphone-problem.tsx';
import { Elapsed } from '../../components/timer.tsx';
import { useStore } from '../../components/use-store.ts';
import { api } from '../../lib/api.ts';
import { Microphone } from '../../lib/microphone.ts';
import type { Info } from '../../lib/types.ts';
import { WebPhone } from '../../lib/web-phone.ts';
import { Keypad } from './keypad.tsx';

export interface PhonePageProps {
  readonly info: Info | null;
  readonly onLanguage: () => void;
}

/** A telephone for people without one: a button, a state in words, a keypad. */
export default function PhonePage({ info, onLanguage }: PhonePageProps): ReactElement {
  const { t } = useTranslation();
  if (info === null) return <p className="page-waiting">{t('connection.loading')}</p>;
  return (
    <main className="phone-page">
      <div className="phone-card">
        <header>
          <div className="login-city">
            {info.cityName} {info.hotlineNumber}
          </div>
          <h1>{t('phone.title')}</h1>
          <p>{t('phone.subtitle', { number: info.hotlineNumber })}</p>
        </header>
        {info.phoneEnabled ? (
          <Telephone info={info} />
        ) : (
          <Alert
            type="info"
            showIcon
            data-testid="phone-off"
            title={t('phone.problem.off')}
            description={t('phone.offText', { number: info.hotlineNumber })}
          />
        )}
        <footer>
          <span>{t('phone.privacy')}</span>
          <Button type="link" size="small" onClick={onLanguage}>
            {t('language')}
          </Button>
        </footer>
      </div>
    </main>
  );
}

interface Parts {
  readonly microphone: Microphone;
  readonly phone: WebPhone;
}

function makeParts(hotlineNumber: string): Parts {
  const microphone = new Microphone();
  const phone = new WebPhone({
    microphone,
    hotlineNumber,
    credentials: async () => {
      const reply = await api.phoneCredentials();
      return reply.ok ? reply.value : reply.status;
    },
  });
  return { microphone, phone };
}

function Telephone({ info }: { readonly info: Info }): ReactElement {
  const { t } = useTranslation();
  const [{ microphone, phone }] = useState(() => makeParts(info.hotlineNumber));
  const view = useStore(phone.view);
  const mic = useStore(microphone.view);
  const inCall = view.state === 'calling' || view.state === 'ringing' || view.state === 'talking';
  useEffect(() => {
    const onLeave = (): void => {
      phone.hangUp();
    };
    window.addEventListener('pagehide', onLeave);
    return () => {
      window.removeEventListener('pagehide', onLeave);
    };
  }, [phone]);
  return (
    <>
      <div
        className={`phone-state phone-${view.state}`}
        role="status"
        data-testid="phone-state"
        data-state={view.state}
      >
        <span>{t(`phone.state.${view.state}`)}</span>
        {view.state === 'talking' && <Elapsed sinceMs={view.sinceMs} />}
      </div>
      {view.problem === 'microphone' && mic.problem !== null && (
        <MicrophoneProblemNotice problem={mic.problem} onRetry={() => void phone.call()} />
      )}
      {view.problem !== 'none' && view.problem !== 'microphone' && (
        <Alert
          type="error"
          showIcon
          data-testid="phone-problem"
          data-problem={view.problem}
          title={t(`phone.problem.${view.problem}`)}
          action={
            view.problem === 'playback-blocked' ? (
              <Button
                size="small"
                onClick={() => {
                  phone.unblockPlayback();
                }}
              >
                {t('sip.unblock')}
              </Button>
            ) : undefined
          }
        />
      )}
      {!inCall && (
        <Button
          type="primary"
          className="phone-call"
          data-testid="phone-call"
          icon={<PhoneFilled />}
          loading={view.state === 'preparing'}
          onClick={() => void phone.call()}
        >
          {view.state === 'ended' ? t('phone.callAgain') : t('phone.call', { number: info.hotlineNumber })}
        </Button>
      )}
      {inCall && (
        <div className="phone-buttons">
          <Button
            size="large"
            data-testid="phone-mute"
            aria-pressed={view.muted}
            disabled={view.state !== 'talking'}
            className={view.muted ? 'control-on' : ''}
            icon={view.muted ? <AudioMutedOutlined /> : <AudioOutlined />}
            onClick={() => {
              phone.setMuted(!view.muted);
            }}
          >
            {view.muted ? t('phone.unmute') : t('phone.mute')}
          </Button>
          <Button
            size="large"
            type="primary"
            danger
            data-testid="phone-hang-up"
            icon={<PhoneOutlined rotate={225} />}
            onClick={() => {
              phone.hangUp();
            }}
          >
            {t('phone.hangUp')}
          </Button>
        </div>
      )}
      <Keypad
        disabled={view.state !== 'talking'}
        digits={view.digits}
        onDigit={(digit) => {
          phone.press(digit);
        }}
      />
    </>
  );
}
