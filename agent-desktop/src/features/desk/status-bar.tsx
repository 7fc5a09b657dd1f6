import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { api } from '../../lib/api.ts';
import { clockText, shareText } from '../../lib/format.ts';
import { IntentControl } from './intent-control.tsx';
import type { IntentControls } from './use-intent.ts';

export interface StatusBarProps {
  readonly intent: IntentControls;
  readonly onKeys: () => void;
}

/** The quiet line at the bottom: me, my line, the queue, the machinery. */
export function StatusBar({ intent, onKeys }: StatusBarProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { call, offer, line } = useStore(session.socket.desk);
  return (
    <footer className="status">
      <AgentState />
      {call !== null && offer === null && <IntentControl intent={intent} size="small" />}
      <TodayCalls />
      <Line />
      <span className="status-item" data-testid="waiting-count">
        {t('status.waiting', { n: line.waiting })}
        {line.waiting > 0 && (
          <span className={line.longestWaitMs > 15_000 ? 'status-warn' : ''}>
            {t('status.longest', { time: clockText(line.longestWaitMs) })}
          </span>
        )}
      </span>
      <span className="grow" />
      <Machinery />
      <Button
        type="text"
        size="small"
        icon={<QuestionCircleOutlined />}
        aria-label={t('keys.title')}
        data-testid="show-keys"
        onClick={onKeys}
      >
        <KeyCap>?</KeyCap>
      </Button>
    </footer>
  );
}

function AgentState(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent, me } = useStore(session.socket.desk);
  const intent = agent?.intent ?? 'off';
  const words = { available: t('agent.availableNow'), paused: t('agent.pausedNow'), off: t('agent.offNow') };
  return (
    <span
      className={`status-item agent-${intent}`}
      data-testid="agent-state"
      data-intent={intent}
      data-phone={agent?.phone ?? 'offline'}
    >
      <span className="status-dot" aria-hidden="true" />
      <b>{words[intent]}</b>
      {agent !== null && <span>{t(`agent.phone.${agent.phone}`)}</span>}
      <KeyCap>F8</KeyCap>
      <span className="status-me">
        {me?.displayName} {me?.agentNumber}
      </span>
    </span>
  );
}

/** Nobody answers more in a day. */
const mostCallsADay = 500;

/** Counted from the day's calls, asked again after each call. */
function TodayCalls(): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { call, hellos } = useStore(session.socket.desk);
  const [count, setCount] = useState<number | null>(null);
  const callId = call?.callId ?? '';
  useEffect(() => {
    let gone = false;
    // Agents far away are not given lists of calls.
    if (session.me.role === 'cloud') return undefined;
    void api.recentCalls(mostCallsADay).then((reply) => {
      if (gone || !reply.ok) return;
      const midnightMs = new Date().setHours(0, 0, 0, 0);
      const mine = reply.value.filter(
        (c) => c.agentId === session.me.id && c.bridgedAtMs !== null && c.arrivedAtMs >= midnightMs,
      );
      setCount(mine.length);
    });
    return () => {
      gone = true;
    };
  }, [session, callId, hellos]);
  return count === null ? null : <span className="status-item">{t('status.today', { n: count })}</span>;
}

function Line(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { quality } = useStore(session.phone.view);
  if (quality === null) {
    return (
      <span className="status-item">
        {t('status.line')} <span className="status-quiet">{t('status.noLine')}</span>
      </span>
    );
  }
  const hint = t('status.lineHint', {
    rtt: quality.roundTripMs ?? '—',
    loss: shareText(quality.lossShare),
    jitter: quality.jitterMs ?? '—',
  });
  const bars = { good: 4, fair: 3, poor: 2, silent: 0 }[quality.grade];
  return (
    <Tooltip title={hint}>
      <span className={`status-item line-${quality.grade}`} data-testid="line-quality" data-grade={quality.grade}>
        {t('status.line')}
        <span className="bars" aria-hidden="true">
          {[1, 2, 3, 4].map((n) => (
            <i key={n} className={n <= bars ? 'bar-on' : ''} />
          ))}
        </span>
        <b>{t(`status.grade.${quality.grade}`)}</b>
        <span className="num">
          {quality.roundTripMs ?? '—'} ms · {t('status.loss', { pct: shareText(quality.lossShare) })}
        </span>
      </span>
    </Tooltip>
  );
}

function Machinery(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const connection = useStore(session.socket.connection);
  const { registration } = useStore(session.phone.view);
  const { recognizer } = useStore(session.socket.desk);
  const socketState = connection.state === 'signed-out' ? 'off' : connection.state;
  const recognizerWords = {
    on: t('status.recognizerOn'),
    starting: t('status.recognizerStarting'),
    off: t('status.recognizerOff'),
  };
  const recognizerNotes = {
    on: recognizer.type === 'on' ? recognizer.degraded : undefined,
    starting: undefined,
    off: recognizer.type === 'off' ? recognizer.reason : undefined,
  };
  return (
    <>
      <Tooltip title={recognizerNotes[recognizer.type]}>
        <span
          className={`status-item state-${recognizer.type === 'on' && recognizer.degraded === undefined ? 'ok' : 'warn'}`}
          data-testid="recognizer-state"
        >
          <span className="status-dot" aria-hidden="true" />
          {t('status.recognizer')} {recognizerWords[recognizer.type]}
        </span>
      </Tooltip>
      <span
        className={`status-item state-${registration === 'registered' ? 'ok' : 'warn'}`}
        data-testid="sip-state"
        data-state={registration}
      >
        <span className="status-dot" aria-hidden="true" />
        {t('connection.sip')} {t(`sip.${registration}`)}
      </span>
      <span
        className={`status-item state-${socketState === 'connected' ? 'ok' : 'warn'}`}
        data-testid="socket-state"
        data-state={socketState}
      >
        <span className="status-dot" aria-hidden="true" />
        {t('connection.socket')} {t(`connection.${socketState}`)}
      </span>
    </>
  );
}
