import { CheckCircleFilled, ClockCircleOutlined, EnvironmentOutlined, FormOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { CityCardView } from '../../lib/types.ts';
import { KnowledgeArticleView } from './knowledge-article.tsx';
import type { IntentControls } from './use-intent.ts';

/** Between calls: what is still to do before the first call, who waits, which drafts are open. */
export function IdlePanel({ intent }: { readonly intent: IntentControls }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent, line, offer, openDraftIds } = useStore(session.socket.desk);
  const { micChecked } = useStore(session.page);
  const { registration } = useStore(session.phone.view);
  const available = agent?.intent === 'available';
  if (offer !== null && offer.cityCard !== null) return <OfferedCard key={offer.cityCard.id} card={offer.cityCard} />;
  if (offer !== null) {
    return (
      <section className="panel idle" aria-label={t('transcript.title')}>
        <div className="idle-inner idle-offered">
          <p>{t('transcript.emptyIdle')}</p>
          <p>{t('transcript.emptyHelp')}</p>
        </div>
      </section>
    );
  }
  const byPhone = agent?.byPhone === true;
  const ready = (byPhone || (micChecked && registration === 'registered')) && available;
  return (
    <section className="panel idle" aria-label={t('idle.title')}>
      <div className="idle-inner">
        <h2>{t('idle.title')}</h2>
        <p className="idle-lead">{ready ? t('idle.ready') : t('idle.notReady')}</p>
        <ol className="steps">
          {byPhone && <Step done text={t('byPhone.on')} />}
          <Step done={micChecked} text={micChecked ? t('idle.stepMicDone') : t('idle.stepMic')}>
            <Button size="small" type={micChecked ? 'text' : 'primary'} data-testid="check-mic" onClick={intent.check}>
              {t('idle.checkMic')}
            </Button>
          </Step>
          <Step done={registration === 'registered'} text={t('idle.stepPhone')}>
            <span className="step-note">{t(`sip.${registration}`)}</span>
          </Step>
          <Step done={available} text={t('idle.stepAvailable')} />
        </ol>
        <p className="idle-waiting">
          <ClockCircleOutlined aria-hidden="true" />{' '}
          {line.waiting === 0
            ? t('idle.waitingNone')
            : t('idle.waiting', { n: line.waiting, time: clockText(line.longestWaitMs) })}
        </p>
        {openDraftIds.length > 0 && <OpenDrafts ids={openDraftIds} />}
        <TestCall />
      </div>
    </section>
  );
}

/** While it rings: what to know of the city the call is about. The keys stay those of the offer. */
function OfferedCard({ card }: { readonly card: CityCardView }): ReactElement {
  const { t } = useTranslation();
  const [note, setNote] = useState('');
  return (
    <section className="panel" aria-label={card.title} data-testid="offered-card">
      <h2 className="panel-head">
        <EnvironmentOutlined aria-hidden="true" /> {t('aside.cityCard')}
        <span className="grow" />
        <span className="word" role="status">
          {note}
        </span>
      </h2>
      <KnowledgeArticleView id={card.id} focused={false} onNote={setNote} />
    </section>
  );
}

interface StepProps {
  readonly done: boolean;
  readonly text: string;
  readonly children?: ReactNode;
}

function Step({ done, text, children }: StepProps): ReactElement {
  return (
    <li className={done ? 'step-done' : ''}>
      <span className="step-mark" aria-hidden="true">
        {done && <CheckCircleFilled />}
      </span>
      <span>{text}</span>
      <span className="grow" />
      {children}
    </li>
  );
}

function OpenDrafts({ ids }: { readonly ids: readonly string[] }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { drafts } = useStore(session.socket.desk);
  return (
    <div className="open-drafts" data-testid="open-drafts">
      <h3>
        <FormOutlined aria-hidden="true" /> {t('idle.openDrafts')} <span className="count">{ids.length}</span>
      </h3>
      <p>{t('idle.openDraftsText')}</p>
      <ul>
        {ids.map((id) => (
          <li key={id} data-testid="open-draft" data-call-id={id}>
            <span className="ellipsis">
              {drafts[id]?.fields.summary.value === undefined || drafts[id].fields.summary.value === ''
                ? t('idle.noSummary')
                : drafts[id].fields.summary.value}
            </span>
            <Button
              size="small"
              onClick={() => {
                session.openDraft(id);
              }}
            >
              {t('idle.finishDraft')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function TestCall(): ReactElement | null {
  const { t } = useTranslation();
  const { info } = useSession();
  if (info === null) return null;
  return (
    <div className="test-call">
      <h3>{t('idle.howToTest')}</h3>
      <ul>
        {info.phoneEnabled && (
          <li>
            <a href="/phone" target="_blank" rel="noreferrer">
              {t('idle.test1')}
            </a>
          </li>
        )}
        <li>{t('idle.test2', { number: info.hotlineNumber, host: window.location.hostname })}</li>
      </ul>
      <p>{t('idle.keysHint')}</p>
    </div>
  );
}
