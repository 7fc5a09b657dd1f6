import {
  AudioMutedOutlined,
  AudioOutlined,
  CoffeeOutlined,
  CustomerServiceOutlined,
  EyeOutlined,
  FormOutlined,
  LoadingOutlined,
  PauseOutlined,
  PhoneOutlined,
  PlayCircleOutlined,
  SyncOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap, WithKey } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { Elapsed } from '../../components/timer.tsx';
import { useNow, useStore } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { DeskCallState, DeskCallView } from '../../lib/types.ts';
import { CallerNumber } from './caller-number.tsx';
import { placeOf } from './caller-place.ts';
import { IntentControl } from './intent-control.tsx';
import { PartyControls, PartyNote } from './party-controls.tsx';
import type { IntentControls } from './use-intent.ts';

/** The bar on top: the call and its controls, or what the agent is doing between calls. */
export function CallBar({ intent }: { readonly intent: IntentControls }): ReactElement {
  const { session } = useSession();
  const { call } = useStore(session.socket.desk);
  if (call === null) return <BetweenCalls intent={intent} />;
  return (
    <header className={`call-bar bar-${call.state}`}>
      <CallStateText call={call} />
      <span className="bar-rule" aria-hidden="true" />
      <CallerNumber key={call.callId} caller={call.caller} />
      <span className="bar-place ellipsis">{placeOf(call.caller)}</span>
      <span className="grow" />
      <CallControls call={call} />
    </header>
  );
}

function BetweenCalls({ intent }: { readonly intent: IntentControls }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent } = useStore(session.socket.desk);
  const state = agent?.intent ?? 'off';
  const words = { available: t('agent.availableNow'), paused: t('agent.pausedNow'), off: t('agent.offNow') };
  return (
    <header className={`call-bar bar-idle bar-${state}`}>
      <span className="bar-state">
        {state === 'available' ? <CustomerServiceOutlined /> : <CoffeeOutlined />}
        {words[state]}
        {state === 'paused' && agent?.pauseReason !== '' && <small>{agent?.pauseReason}</small>}
      </span>
      {agent !== null && state !== 'off' && (
        <span className="bar-time">
          <Elapsed sinceMs={agent.sinceMs} />
        </span>
      )}
      <span className="grow" />
      <IntentControl intent={intent} size="large" />
    </header>
  );
}

const stateIcons: Readonly<Record<DeskCallState, ReactNode>> = {
  connecting: <LoadingOutlined />,
  talking: <span className="dot" />,
  held: <PauseOutlined />,
  consulting: <TeamOutlined />,
  conference: <TeamOutlined />,
  consulted: <TeamOutlined />,
  supervising: <EyeOutlined />,
  'agent-lost': <SyncOutlined spin />,
  'wrap-up': <FormOutlined />,
};

function CallStateText({ call }: { readonly call: DeskCallView }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { session: media } = useStore(session.phone.view);
  const { agent } = useStore(session.socket.desk);
  const isHeard = agent?.byPhone === true || media?.state === 'established';
  // Talking on the server, but this page has no sound yet: it was reloaded and is being rung again.
  const returning = call.state === 'agent-lost' || (call.state === 'talking' && !isHeard);
  const words: Readonly<Record<DeskCallState, string>> = {
    connecting: t('call.connecting'),
    talking: returning ? t('call.lost') : t('call.talking'),
    held: t('call.held'),
    consulting: t('party.consulting'),
    conference: t('party.conference'),
    consulted: t('party.consulted'),
    supervising: t('party.supervising'),
    'agent-lost': t('call.lost'),
    'wrap-up': t('call.wrapUp'),
  };
  return (
    <>
      <span
        className="bar-state"
        data-testid="call-state"
        data-state={call.state}
        data-returning={returning}
        role="status"
      >
        {returning ? stateIcons['agent-lost'] : stateIcons[call.state]} {words[call.state]}
      </span>
      <span className="bar-time">
        <CallTime call={call} />
      </span>
    </>
  );
}

function CallTime({ call }: { readonly call: DeskCallView }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  if (call.state === 'agent-lost' && call.returnByMs !== null) {
    const left = Math.max(0, Math.ceil((call.returnByMs - now) / 1000));
    return <span className="bar-note">{t('call.lostText', { n: left })}</span>;
  }
  if (call.state === 'held' && call.heldSinceMs !== null) {
    return (
      <>
        <span className="num">{clockText(now - call.heldSinceMs)}</span>
        <span className="bar-note">{t('call.heldNote')}</span>
      </>
    );
  }
  if (call.party !== null || call.state === 'consulted') return <PartyNote call={call} />;
  if (call.state === 'wrap-up') {
    return <span className="bar-note">{call.endCause === null ? '' : t(`call.cause.${call.endCause}`)}</span>;
  }
  return <span className="num">{clockText(now - (call.bridgedAtMs ?? now))}</span>;
}

function CallControls({ call }: { readonly call: DeskCallView }): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { muted, session: media } = useStore(session.phone.view);
  const { agent } = useStore(session.socket.desk);
  if (call.state === 'wrap-up') return null;
  const byPhone = agent?.byPhone === true;
  const held = call.state === 'held';
  const up = media?.state === 'established';
  return (
    <div className="call-controls">
      {call.state !== 'supervising' && call.supervision !== null && (
        <span className="bar-warn" role="status" data-testid="supervisor-heard">
          {call.supervision === 'barge' ? t('party.barged') : t('party.whispered')}
        </span>
      )}
      {muted && (
        <span className="bar-warn" role="status">
          {t('call.mutedNote')}
        </span>
      )}
      {byPhone && call.state === 'agent-lost' && (
        <Button size="large" data-testid="ring-again" onClick={() => void session.ringAgain(call.callId)}>
          {t('byPhone.ringAgain')}
        </Button>
      )}
      {byPhone && <span className="bar-note">{t('byPhone.talking')}</span>}
      <Control
        testId="mute"
        keys="M"
        on={muted}
        disabled={!up}
        icon={muted ? <AudioMutedOutlined /> : <AudioOutlined />}
        text={muted ? t('call.unmute') : t('call.mute')}
        onClick={() => {
          session.toggleMute();
        }}
      />
      <Control
        testId={held ? 'resume' : 'hold'}
        keys="H"
        on={held}
        disabled={call.state !== 'talking' && !held}
        icon={held ? <PlayCircleOutlined /> : <PauseOutlined />}
        text={held ? t('call.resume') : t('call.hold')}
        onClick={() => void session.toggleHold()}
      />
      <PartyControls call={call} />
      <WithKey tip={t('call.hangUp')} keys="Ctrl+E">
        <Button
          data-testid="hang-up"
          type="primary"
          danger
          size="large"
          icon={<PhoneOutlined rotate={225} />}
          onClick={() => void session.hangUp()}
        >
          {t('call.hangUp')} <KeyCap>Ctrl+E</KeyCap>
        </Button>
      </WithKey>
    </div>
  );
}

interface ControlProps {
  readonly testId: string;
  readonly keys: string;
  readonly on: boolean;
  readonly disabled: boolean;
  readonly icon: ReactNode;
  readonly text: string;
  readonly onClick: () => void;
}

function Control({ testId, keys, on, disabled, icon, text, onClick }: ControlProps): ReactElement {
  return (
    <WithKey tip={text} keys={keys}>
      <Button
        data-testid={testId}
        size="large"
        className={on ? 'control-on' : ''}
        aria-pressed={on}
        disabled={disabled}
        icon={icon}
        onClick={onClick}
      >
        {text} <KeyCap>{keys}</KeyCap>
      </Button>
    </WithKey>
  );
}
