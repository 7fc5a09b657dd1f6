import { AudioOutlined, EyeOutlined, PhoneOutlined, UserSwitchOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../../app/location.ts';
import { KeyCap, WithKey } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import type { DeskCallView, SeatView } from '../../lib/types.ts';

const modes = [
  ['listen', '1'],
  ['whisper', '2'],
  ['barge', '3'],
] as const;
type Mode = (typeof modes)[number][0];

/** Beside a seat that talks: listen to its call. */
export function SuperviseButtons({ seat }: { readonly seat: SeatView }): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { call } = useStore(session.socket.desk);
  const { registration } = useStore(session.phone.view);
  const { callId, talkingSinceMs } = seat;
  if (callId === null || talkingSinceMs === null || seat.agentId === session.me.id) return null;
  const ready = registration === 'registered' && call === null;
  const n = seat.supervisedBy.length;
  return (
    <span className="call-controls">
      {n > 0 && <span className="row-quiet">{t('party.watchedBy', { n })}</span>}
      <Tooltip title={registration === 'registered' ? t('party.modeHint.listen') : t('party.phoneNeeded')}>
        <Button
          size="small"
          data-testid="listen"
          disabled={!ready}
          icon={<EyeOutlined />}
          onClick={() => {
            void session.act(session.socket.request('supervise.start', { callId, mode: 'listen' }));
          }}
        >
          {t('party.mode.listen')}
        </Button>
      </Tooltip>
    </span>
  );
}

/** On top of the supervisor's page while taking part in a call: the ways of doing so, and the way out. */
export function SuperviseBar(): ReactElement | null {
  const { session } = useSession();
  const { call } = useStore(session.socket.desk);
  const was = useRef<DeskCallView['state'] | null>(null);
  useEffect(() => {
    // Whoever has taken a call over goes on with it where calls are handled.
    if (was.current === 'supervising' && call?.state === 'talking') goTo('/');
    was.current = call?.state ?? null;
  }, [call]);
  return call?.state === 'supervising' ? <Controls key={call.callId} call={call} /> : null;
}

function Controls({ call }: { readonly call: DeskCallView }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { callId } = call;
  const ask = (event: 'supervise.end' | 'supervise.take-over'): void => {
    void session.act(session.socket.request(event, { callId }));
  };
  const take = (mode: Mode): void => {
    void session.act(session.socket.request('supervise.start', { callId, mode }));
  };
  useKeys((key) => {
    const mode = modes.find(([, k]) => k === key)?.[0];
    if (mode !== undefined) take(mode);
    else if (key === 'j') ask('supervise.take-over');
    else if (key === 'Escape') ask('supervise.end');
    else return false;
    return true;
  });
  return (
    <section className="sup-head" data-testid="supervise-bar" data-mode={call.supervision}>
      <span className="bar-state" role="status">
        <EyeOutlined /> {t('party.supervising')} · {call.caller.maskedNumber}
      </span>
      <span className="grow" />
      <span className="call-controls">
        {modes.map(([mode, key]) => (
          <WithKey key={mode} tip={t(`party.modeHint.${mode}`)} keys={key}>
            <Button
              data-testid={`mode-${mode}`}
              className={call.supervision === mode ? 'control-on' : ''}
              aria-pressed={call.supervision === mode}
              icon={mode === 'listen' ? <EyeOutlined /> : <AudioOutlined />}
              onClick={() => {
                take(mode);
              }}
            >
              {t(`party.mode.${mode}`)} <KeyCap>{key}</KeyCap>
            </Button>
          </WithKey>
        ))}
        <WithKey tip={t('party.takeOverHint')} keys="J">
          <Button
            type="primary"
            data-testid="take-over-call"
            icon={<UserSwitchOutlined />}
            onClick={() => {
              ask('supervise.take-over');
            }}
          >
            {t('party.takeOver')} <KeyCap>J</KeyCap>
          </Button>
        </WithKey>
        <WithKey tip={t('party.stop')} keys="Esc">
          <Button
            danger
            data-testid="supervise-end"
            icon={<PhoneOutlined rotate={225} />}
            onClick={() => {
              ask('supervise.end');
            }}
          >
            {t('party.stop')} <KeyCap>Esc</KeyCap>
          </Button>
        </WithKey>
      </span>
    </section>
  );
}

/** Single keys, but not while somebody types. */
function useKeys(onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea');
      if (typing || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      if (latest.current(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
    };
  }, []);
}
