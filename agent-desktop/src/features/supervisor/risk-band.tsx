import { WarningOutlined } from '@ant-design/icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { RiskView, SeatView } from '../../lib/types.ts';

/** More would push the page away; the newest come first. */
const MOST_SHOWN = 4;

interface RiskBandProps {
  readonly risks: readonly RiskView[];
  readonly seats: readonly SeatView[];
}

/** Calls in which words of danger were heard: what, who, at which seat, since when. */
export function RiskBand({ risks, seats }: RiskBandProps): ReactElement | null {
  const { t } = useTranslation();
  const now = useNow();
  if (risks.length === 0) return null;
  return (
    <ul className="risk-band" role="alert" aria-label={t('supervisor.risk')} data-testid="risk-band">
      {risks.slice(0, MOST_SHOWN).map((risk) => (
        <li key={risk.callId} data-call-id={risk.callId} className={risk.over ? 'risk-over' : ''}>
          <WarningOutlined aria-hidden="true" />
          <b>{risk.labels.join('、')}</b>
          <span>“{risk.words}”</span>
          <span className="num">{risk.maskedNumber}</span>
          <span>{seatOf(risk, seats) ?? t('supervisor.riskNobody')}</span>
          <span className="grow" />
          {risk.over && <span>{t('supervisor.riskOver')}</span>}
          <span className="num">{clockText(now - risk.heardAtMs)}</span>
        </li>
      ))}
    </ul>
  );
}

function seatOf({ agentId }: RiskView, seats: readonly SeatView[]): string | undefined {
  const seat = seats.find((s) => s.agentId === agentId);
  return seat === undefined ? undefined : `${seat.displayName} ${seat.agentNumber}`;
}
