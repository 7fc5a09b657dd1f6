import { Button } from 'antd';
import { ExclamationCircleFilled, InfoCircleFilled } from '@ant-design/icons';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { Elapsed } from '../../components/timer.tsx';
import { useStore } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import { UnsavedWords } from './unsaved-words.tsx';

/** What must be acted on or waited for: said in place, since when, and what to do. Never a passing toast. */
export function Notices({ onCheckMic }: { readonly onCheckMic: () => void }): ReactElement {
  return (
    <div className="notices" aria-live="polite">
      <ConnectionNotice />
      <PhoneNotices onCheckMic={onCheckMic} />
      <DeskNotices />
      <UnsavedWords />
    </div>
  );
}

interface NoticeProps {
  readonly testId: string;
  readonly tone: 'danger' | 'warn' | 'info';
  readonly title: string;
  readonly since?: ReactNode;
  readonly text?: string;
  readonly action?: ReactNode;
}

function Notice({ testId, tone, title, since, text, action }: NoticeProps): ReactElement {
  return (
    <div className={`notice notice-${tone}`} data-testid={testId} role="status">
      {tone === 'info' ? <InfoCircleFilled /> : <ExclamationCircleFilled />}
      <b>{title}</b>
      {since}
      <span className="ellipsis">{text}</span>
      <span className="grow" />
      {action}
    </div>
  );
}

function ConnectionNotice(): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const connection = useStore(session.socket.connection);
  const { call } = useStore(session.socket.desk);
  if (connection.state !== 'reconnecting') return null;
  return (
    <Notice
      testId="connection-notice"
      tone="danger"
      title={t('connection.lost')}
      since={<Elapsed sinceMs={connection.sinceMs} />}
      text={call === null ? t('connection.lostIdle') : t('connection.lostInCall')}
    />
  );
}

function PhoneNotices({ onCheckMic }: { readonly onCheckMic: () => void }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const phone = useStore(session.phone.view);
  const microphone = useStore(session.microphone.view);
  const connection = useStore(session.socket.connection);
  const { call } = useStore(session.socket.desk);
  const { problem } = phone;
  const silentMs = phone.quality?.grade === 'silent' && call?.state === 'talking' ? phone.quality.silentMs : 0;
  const retry = (
    <Button
      size="small"
      onClick={() => {
        onCheckMic();
        void session.phone.renewMicrophone();
      }}
    >
      {t('mic.retry')}
    </Button>
  );
  return (
    <>
      {phone.registration === 'reconnecting' && connection.state === 'connected' && (
        <Notice
          testId="sip-notice"
          tone="warn"
          title={t('sip.lost')}
          since={<Elapsed sinceMs={phone.sinceMs} />}
          text={t('sip.lostText')}
        />
      )}
      {microphone.problem !== null && (
        <Notice
          testId="mic-notice"
          tone="danger"
          title={t(`mic.problem.${microphone.problem}`)}
          text={t(`mic.help.${microphone.problem}`)}
          action={retry}
        />
      )}
      {problem === 'answer-failed' && <Notice testId="answer-notice" tone="danger" title={t('sip.answerFailed')} />}
      {problem === 'playback-blocked' && (
        <Notice
          testId="playback-notice"
          tone="danger"
          title={t('sip.playbackBlocked')}
          action={
            <Button
              size="small"
              type="primary"
              onClick={() => {
                session.phone.unblockPlayback();
              }}
            >
              {t('sip.unblock')}
            </Button>
          }
        />
      )}
      {silentMs > 0 && (
        <Notice
          testId="silent-notice"
          tone="warn"
          title={t('sip.silent', { time: clockText(silentMs) })}
          text={t('sip.silentText')}
        />
      )}
    </>
  );
}

function DeskNotices(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent, withdrawnReason, call } = useStore(session.socket.desk);
  const { refusal } = useStore(session.page);
  return (
    <>
      {agent?.pausedBySystem === true && (
        <Notice
          testId="paused-by-system"
          tone="warn"
          title={t('agent.pausedBySystem')}
          action={
            <Button size="small" type="primary" onClick={() => void session.setIntent('available', '')}>
              {t('agent.backToAvailable')}
            </Button>
          }
        />
      )}
      {withdrawnReason !== '' && call === null && agent?.pausedBySystem !== true && (
        <Notice testId="withdrawn-notice" tone="info" title={t('offer.withdrawn', { reason: withdrawnReason })} />
      )}
      {refusal !== '' && (
        <Notice
          testId="refusal-notice"
          tone="warn"
          title={refusal === 'unanswered' ? t('refusal.unanswered') : refusal}
          action={
            <Button
              size="small"
              onClick={() => {
                session.clearRefusal();
              }}
            >
              {t('keys.close')}
            </Button>
          }
        />
      )}
    </>
  );
}
