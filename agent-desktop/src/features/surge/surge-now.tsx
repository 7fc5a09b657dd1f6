import { Button, Select } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Figures } from '../../components/figures.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import type { Reply } from '../../lib/api.ts';
import { clockText, shareText, timeOfDay } from '../../lib/format.ts';
import type { SurgeLevel, SurgeStatus } from '../../lib/types.ts';
import { Decisions, usePolled, useWords, type SurgeParts } from './parts.tsx';

const levels: readonly SurgeLevel[] = ['normal', 'busy', 'surge', 'emergency'];
const pollMs = 5_000;

/** Level, numbers, forecast, measures, what waits for a yes, and the record of decisions. */
export function SurgeNow({ api, onProblem }: SurgeParts): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const pushed = useStore(session.socket.desk).surge;
  const polled = usePolled(api.status, pollMs);
  const { value: log } = usePolled(api.decisions, pollMs);
  const status = newer(pushed, polled.value);
  const done = async (answer: Promise<Reply<SurgeStatus>>): Promise<void> => {
    const reply = await answer;
    onProblem(reply.ok ? '' : reply.message === '' ? String(reply.status) : reply.message);
    polled.again();
  };
  if (status === null) {
    return (
      <p className="panel-empty">
        {polled.status === 200 ? t('line.surge.loading') : t('line.surge.off', { status: polled.status })}
      </p>
    );
  }
  return (
    <div className="surge-now">
      <Level status={status} onHold={(level) => void done(api.hold(level))} />
      <SurgeFigures status={status} />
      <div className="surge-columns">
        <section className="panel">
          <h2 className="panel-head">{t('line.surge.proposals')}</h2>
          <Proposals status={status} onAnswer={(id, answer) => void done(api.answerProposal(id, answer))} />
          <h2 className="panel-head">{t('line.surge.active')}</h2>
          <Active status={status} />
          <h2 className="panel-head">{t('line.surge.forecast')}</h2>
          <Forecast status={status} />
        </section>
        <section className="panel">
          <h2 className="panel-head">{t('line.surge.decisions')}</h2>
          <Decisions decisions={log?.decisions ?? []} empty={t('line.surge.noDecisions')} />
        </section>
      </div>
    </div>
  );
}

function newer(a: SurgeStatus | null, b: SurgeStatus | null): SurgeStatus | null {
  return a === null || (b !== null && b.atMs > a.atMs) ? b : a;
}

function Level({
  status,
  onHold,
}: {
  readonly status: SurgeStatus;
  readonly onHold: (level: SurgeLevel | null) => void;
}): ReactElement {
  const { t } = useTranslation();
  const say = useWords();
  return (
    <section className={`surge-level surge-${status.level}`} data-testid="surge-level" data-level={status.level}>
      <b className="surge-level-name">{t(`line.surge.level.${status.level}`)}</b>
      <div className="surge-why">
        <span>{say(status.why)}</span>
        <small>
          {t('line.surge.since', { time: timeOfDay(status.levelSinceMs) })} · {status.planTitle} ·{' '}
          {status.heldLevel === null ? t('line.surge.auto') : t('line.surge.held')}
        </small>
      </div>
      <span className="grow" />
      <Select
        className="surge-hold"
        placeholder={t('line.surge.hold')}
        value={status.heldLevel}
        options={levels.map((value) => ({ value, label: t(`line.surge.level.${value}`) }))}
        onChange={(level: SurgeLevel) => {
          onHold(level);
        }}
      />
      {status.heldLevel !== null && (
        <Button
          onClick={() => {
            onHold(null);
          }}
        >
          {t('line.surge.release')}
        </Button>
      )}
    </section>
  );
}

function SurgeFigures({ status }: { readonly status: SurgeStatus }): ReactElement {
  const { t } = useTranslation();
  const n = status.numbers;
  const usual = n.usualPerMinute === null ? '' : ` / ${n.usualPerMinute.toFixed(1)}`;
  const rows: readonly (readonly [string, string])[] = [
    [t('line.surge.load'), n.load.toFixed(2)],
    [t('line.surge.arrivals'), `${n.peoplePerMinute.toFixed(1)}${usual}`],
    [t('line.surge.attempts'), n.attemptsPerMinute.toFixed(1)],
    [t('line.surge.waiting'), String(n.waiting)],
    [t('line.surge.wait'), clockText(n.estimatedWaitMs)],
    [t('line.surge.abandon'), shareText(n.abandonRate)],
    [t('line.surge.seats'), `${n.seats} (${n.seatsFree})`],
    [t('line.surge.calledIn'), String(n.seatsCalledIn)],
  ];
  return <Figures className="panel surge-figures" rows={rows} />;
}

function Proposals({
  status,
  onAnswer,
}: {
  readonly status: SurgeStatus;
  readonly onAnswer: (id: string, answer: 'accept' | 'refuse') => void;
}): ReactElement {
  const { t } = useTranslation();
  const say = useWords();
  if (status.proposals.length === 0) return <p className="panel-empty">{t('line.surge.noProposals')}</p>;
  return (
    <ul className="surge-list">
      {status.proposals.map((p) => (
        <li key={p.id}>
          <div>
            <b>{say(p.what)}</b>
            <div className="row-quiet">{say(p.why)}</div>
          </div>
          <span className="grow" />
          <Button
            type="primary"
            onClick={() => {
              onAnswer(p.id, 'accept');
            }}
          >
            {t('line.surge.accept')}
          </Button>
          <Button
            onClick={() => {
              onAnswer(p.id, 'refuse');
            }}
          >
            {t('line.surge.refuse')}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Active({ status }: { readonly status: SurgeStatus }): ReactElement {
  const { t } = useTranslation();
  const say = useWords();
  if (status.active.length === 0) return <p className="panel-empty">{t('line.surge.noActive')}</p>;
  return (
    <ul className="surge-list">
      {status.active.map((m) => (
        <li key={m.type}>
          <span>{say(m.what)}</span>
          <span className="grow" />
          <span className="row-quiet num">{t('line.surge.since', { time: timeOfDay(m.sinceMs) })}</span>
        </li>
      ))}
    </ul>
  );
}

function Forecast({ status }: { readonly status: SurgeStatus }): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className="surge-list">
      {status.forecast.map((f) => (
        <li key={f.inMs} className="num">
          <span>{t('line.surge.inMinutes', { n: Math.round(f.inMs / 60_000) })}</span>
          <span className="grow" />
          <span>{t('line.surge.people', { n: f.peoplePerMinute.toFixed(1) })}</span>
          <span>
            {t('line.surge.wait')} {clockText(f.waitMs)}
          </span>
          <b>{t('line.surge.needed', { n: f.seatsNeeded })}</b>
        </li>
      ))}
    </ul>
  );
}
