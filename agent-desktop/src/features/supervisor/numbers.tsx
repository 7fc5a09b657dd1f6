import { InfoCircleOutlined } from '@ant-design/icons';
import { Tooltip } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../components/use-store.ts';
import { clockText, shareText } from '../../lib/format.ts';
import type { SupervisorView } from '../../lib/types.ts';

/** The national standard's limits: 15 s, and 95 % of calls. */
const waitLimitMs = 15_000;
const connectGoal = 0.95;

/** The four figures that answer "is it going well". */
export function FourNumbers({ view }: { readonly view: SupervisorView }): ReactElement {
  const { t } = useTranslation();
  const oldestMs = view.waiting.reduce((oldest, w) => Math.min(oldest, w.joinedAtMs), Infinity);
  const formulas = (
    <>
      <div>
        {shareText(view.serviceLevel15Answered)} = {t('supervisor.formulaAnswered')}
      </div>
      <div>
        {shareText(view.serviceLevel15Offered)} = {t('supervisor.formulaOffered')}
      </div>
    </>
  );
  return (
    <div className="four">
      <Figure testId="supervisor-waiting" title={t('supervisor.waitingCount')} note="">
        {view.waiting.length}
      </Figure>
      <LongestWait sinceMs={Number.isFinite(oldestMs) ? oldestMs : null} />
      <Figure
        testId="supervisor-level15"
        title={t('supervisor.level15')}
        tip={formulas}
        bad={(view.serviceLevel15Answered ?? 1) < connectGoal}
        note={`${t('supervisor.formulaOffered')} ${shareText(view.serviceLevel15Offered)}`}
      >
        {shareText(view.serviceLevel15Answered)}
      </Figure>
      <Figure
        testId="supervisor-connect-rate"
        title={t('supervisor.connect')}
        tip={t('supervisor.formulaConnect')}
        bad={(view.connectRate ?? 1) < connectGoal}
        note={t('supervisor.goal', { goal: t('supervisor.atLeast') })}
      >
        {shareText(view.connectRate)}
      </Figure>
    </div>
  );
}

function LongestWait({ sinceMs }: { readonly sinceMs: number | null }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const waitMs = sinceMs === null ? 0 : now - sinceMs;
  return (
    <Figure
      testId="supervisor-longest"
      title={t('supervisor.longest')}
      bad={waitMs > waitLimitMs}
      note={t('supervisor.goal', { goal: `≤ ${t('unit.second', { n: waitLimitMs / 1000 })}` })}
    >
      {clockText(waitMs)}
    </Figure>
  );
}

interface FigureProps {
  readonly testId: string;
  readonly title: string;
  readonly note: string;
  readonly tip?: ReactNode;
  readonly bad?: boolean;
  readonly children: ReactNode;
}

function Figure({ testId, title, note, tip, bad, children }: FigureProps): ReactElement {
  const box = (
    <section className={`figure ${bad === true ? 'figure-bad' : ''}`} data-testid={testId}>
      <h2>
        {title} {tip !== undefined && <InfoCircleOutlined aria-hidden="true" />}
      </h2>
      <div className="figure-value num">
        {bad === true && <span className="figure-flag">!</span>}
        {children}
      </div>
      <div className="figure-note">{note}</div>
    </section>
  );
  return tip === undefined ? box : <Tooltip title={tip}>{box}</Tooltip>;
}

/** The day so far, in plain counts. */
export function Today({ view }: { readonly view: SupervisorView }): ReactElement {
  const { t } = useTranslation();
  const { today } = view;
  const rows = [
    [t('supervisor.offered'), String(today.offered)],
    [t('supervisor.bridged'), String(today.bridged)],
    [t('supervisor.abandoned'), String(today.abandoned)],
    [t('supervisor.tickets'), String(today.tickets)],
    [t('supervisor.meanTalk'), clockText(today.meanTalkMs)],
    [
      t('supervisor.callbackConnect'),
      shareText(view.callbackConnectRate),
      `${today.callbacksReached}/${today.callbacks}`,
    ],
  ];
  return (
    <section className="panel today" data-testid="supervisor-today">
      <h2 className="panel-head">{t('supervisor.today')}</h2>
      <dl>
        {rows.map(([name, value, note]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">
              {note !== undefined && <small className="row-quiet">{note}</small>} {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
