import { Button } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Figures } from '../../components/figures.tsx';
import { LevelMeter } from '../../components/level-meter.tsx';
import { MicrophoneProblemNotice } from '../../components/microphone-problem.tsx';
import { useSession } from '../../components/session-context.ts';
import { useNow, useStore } from '../../components/use-store.ts';
import { shareText } from '../../lib/format.ts';
import type { LineCheckView } from '../../lib/line-check.ts';
import type { SurgeApi } from '../../lib/surge-api.ts';

/** Microphone, round trip, loss, jitter and MOS before the first call, with what to do about it. */
export function LineCheck({ api }: { readonly api: SurgeApi }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const check = useStore(session.lineCheck.view);
  const { registration } = useStore(session.phone.view);
  const { agent, callIn } = useStore(session.socket.desk);
  const taking = agent?.intent === 'available';
  const running = check.state === 'ringing' || check.state === 'measuring';
  const ready = async (): Promise<void> => {
    session.setMicChecked();
    await session.setIntent('available', '');
    if (callIn?.state === 'accepted') await api.ready(callIn.id);
  };
  return (
    <section className="panel cloud-card" data-testid="line-check" data-state={check.state}>
      <h2 className="panel-head">{t('line.cloud.check')}</h2>
      <div className="cloud-body">
        <p className="row-quiet">{t('line.cloud.checkText')}</p>
        <Microphone />
        <LineFigures check={check} />
        <Verdict check={check} />
        <div className="cloud-buttons">
          <Button
            data-testid="line-check-start"
            type={check.verdict === null ? 'primary' : 'default'}
            disabled={running || taking || registration !== 'registered'}
            onClick={() => {
              void session.microphone.open();
              void session.lineCheck.start();
            }}
          >
            {check.state === 'idle' ? t('line.cloud.start') : t('line.cloud.again')}
          </Button>
          {check.verdict !== null && check.verdict !== 'poor' && !taking && (
            <Button type="primary" data-testid="line-check-available" onClick={() => void ready()}>
              {t('line.cloud.goAvailable')}
            </Button>
          )}
          {check.verdict === 'poor' && (
            <Button onClick={() => void session.textOnly()}>{t('line.cloud.textOnly')}</Button>
          )}
          {registration !== 'registered' && <span className="status-warn">{t('line.cloud.notRegistered')}</span>}
          {taking && <span className="row-quiet">{t('line.cloud.inUse')}</span>}
        </div>
      </div>
    </section>
  );
}

function Microphone(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { microphone } = session;
  const view = useStore(microphone.view);
  const [heard, setHeard] = useState(false);
  if (view.problem !== null) {
    return (
      <MicrophoneProblemNotice
        problem={view.problem}
        onRetry={() => {
          void microphone.open();
        }}
      />
    );
  }
  return (
    <div className="cloud-mic">
      <span>{t('line.cloud.mic')}</span>
      <LevelMeter
        microphone={microphone}
        label={t('mic.level')}
        onHeard={() => {
          setHeard(true);
        }}
      />
      <span className={heard ? 'mic-heard' : 'mic-quiet'}>
        {view.state !== 'open' ? t('line.cloud.micOff') : heard ? t('line.cloud.micHeard') : t('line.cloud.micQuiet')}
      </span>
    </div>
  );
}

function LineFigures({ check }: { readonly check: LineCheckView }): ReactElement {
  const { t } = useTranslation();
  const { worst, mos } = check;
  const rows: readonly (readonly [string, string])[] = [
    [t('line.cloud.rtt'), msText(worst?.roundTripMs)],
    [t('line.cloud.loss'), worst === null ? '—' : shareText(worst.lossShare)],
    [t('line.cloud.jitter'), msText(worst?.jitterMs)],
    [t('line.cloud.mos'), mos === null ? '—' : mos.toFixed(1)],
  ];
  return <Figures className="cloud-figures" rows={rows} />;
}

function msText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '—' : `${ms} ms`;
}

function Verdict({ check }: { readonly check: LineCheckView }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const { state, verdict } = check;
  const left = Math.max(0, Math.ceil((check.endsAtMs - now) / 1000));
  if (state === 'ringing') return <p role="status">{t('line.cloud.waitingRing')}</p>;
  if (state === 'measuring') return <p role="status">{t('line.cloud.running', { n: left })}</p>;
  if (state === 'silent')
    return (
      <p role="alert" className="cloud-verdict cloud-poor">
        {t('line.cloud.noSound')}
      </p>
    );
  if (state === 'refused')
    return (
      <p role="alert" className="cloud-verdict cloud-poor">
        {check.refusal === '' ? t('refusal.unanswered') : check.refusal}
      </p>
    );
  if (verdict === null) return <p />;
  return (
    <p role="status" className={`cloud-verdict cloud-${verdict}`} data-testid="line-verdict" data-verdict={verdict}>
      <b>{t(`line.cloud.verdict.${verdict}`)}</b> {t(`line.cloud.advice.${verdict}`)}
    </p>
  );
}
