import { Button } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useNow, useStore } from '../../components/use-store.ts';
import { timeOfDay } from '../../lib/format.ts';
import { SurgeApi } from '../../lib/surge-api.ts';
import type { CallInView } from '../../lib/types.ts';
import './cloud.css';

/** The city asks this agent to come: one tap. Shown on every page until it is answered. */
export function CallInBand({ onCome }: { readonly onCome: () => void }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const { session } = useSession();
  const now = useNow();
  const api = useMemo(() => new SurgeApi(session.csrfToken), [session]);
  const { callIn, hellos } = useStore(session.socket.desk);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (hellos === 0) return;
    // What was asked while no page was open.
    void api.mine().then((reply) => {
      if (reply.ok && reply.value.callIn !== null) session.socket.fold({ type: 'call-in', callIn: reply.value.callIn });
    });
  }, [api, hellos, session]);
  if (callIn?.state !== 'asked' || callIn.expiresAtMs <= now) return null;
  const answer = async (said: 'accepted' | 'declined'): Promise<void> => {
    const reply = await api.answer(callIn.id, said);
    if (!reply.ok) {
      setProblem(reply.status === 404 ? t('line.cloud.comeLost') : t('line.cloud.failed', { message: reply.message }));
      return;
    }
    session.socket.fold({ type: 'call-in', callIn: answered(callIn, reply.value) });
    if (said === 'accepted') onCome();
  };
  return (
    <div className="call-in" role="alertdialog" aria-label={t('line.cloud.calledIn')} data-testid="call-in-band">
      <div>
        <b>{t('line.cloud.calledIn')}</b>
        <div>{i18n.language === 'en' ? callIn.why.en : callIn.why.zh}</div>
        <small>{t('line.cloud.answerBy', { time: timeOfDay(callIn.expiresAtMs) })}</small>
        {problem !== '' && <div role="alert">{problem}</div>}
      </div>
      <span className="grow" />
      <Button size="large" type="primary" data-testid="call-in-accept" onClick={() => void answer('accepted')}>
        {t('line.cloud.come')}
      </Button>
      <Button size="large" data-testid="call-in-decline" onClick={() => void answer('declined')}>
        {t('line.cloud.cannot')}
      </Button>
    </div>
  );
}

function answered(asked: CallInView, reply: CallInView): CallInView {
  return { ...asked, ...reply };
}
