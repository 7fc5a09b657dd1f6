import { WarningFilled } from '@ant-design/icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import { shownRisks } from '../../lib/risks.ts';
import type { RiskView, SeatView } from '../../lib/types.ts';
import { SuperviseButtons } from './supervise.tsx';

interface RiskBandProps {
  readonly risks: readonly RiskView[];
  readonly seats: readonly SeatView[];
}

/** Calls in which words of danger were heard: what, who, at which seat, since when, and the way into the call. */
export function RiskBand({ risks, seats }: RiskBandProps): ReactElement | null {
  const { t } = useTranslation();
  if (risks.length === 0) return null;
  const { shown, more } = shownRisks(risks);
  return (
    <section className="risk-band" role="alert" aria-label={t('supervisor.risk')} data-testid="risk-band">
      <ul>
        {shown.map((risk) => (
          <Risk key={risk.callId} risk={risk} seat={seats.find((s) => s.agentId === risk.agentId)} />
        ))}
      </ul>
      {more > 0 && <p className="row-quiet">{t('supervisor.riskMore', { n: more })}</p>}
    </section>
  );
}

function Risk({ risk, seat }: { readonly risk: RiskView; readonly seat: SeatView | undefined }): ReactElement {
  const { t } = useTranslation();
  return (
    <li data-call-id={risk.callId} className={risk.over ? 'risk-over' : ''}>
      <WarningFilled aria-hidden="true" />
      <b>{risk.labels.join('、')}</b>
      <span className="ellipsis">“{risk.words}”</span>
      <span className="num">{risk.maskedNumber === '' ? t('offer.withheld') : risk.maskedNumber}</span>
      <span>{seat === undefined ? t('supervisor.riskNobody') : `${seat.displayName} ${seat.agentNumber}`}</span>
      <span className="grow" />
      {risk.over && <span>{t('supervisor.riskOver')}</span>}
      {seat?.callId === risk.callId && <SuperviseButtons seat={seat} />}
      <Since atMs={risk.heardAtMs} />
    </li>
  );
}

/** Hidden from screen readers, which would read the whole band aloud with every second. */
function Since({ atMs }: { readonly atMs: number }): ReactElement {
  const now = useNow();
  return (
    <b className="num row-time" aria-hidden="true">
      {clockText(now - atMs)}
    </b>
  );
}
