import { ArrowLeftOutlined, SwapOutlined, TeamOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap, WithKey } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useNow } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { DeskCallView } from '../../lib/types.ts';
import { TransferDialog } from './transfer-dialog.tsx';
import { partyEvent, type PartyKey } from './use-shortcuts.ts';

/** With whom the agent talks apart from the caller, and how long. */
export function PartyNote({ call }: { readonly call: DeskCallView }): ReactElement {
  const { t } = useTranslation();
  const now = useNow();
  const { party } = call;
  if (party === null) return <span className="bar-note">{t('party.consultedNote')}</span>;
  const { name, answered, sinceMs } = party;
  const words =
    call.state === 'conference'
      ? t('party.three', { name })
      : answered
        ? t('party.talkingTo', { name })
        : t('party.ringing', { name });
  return (
    <span data-testid="party" data-answered={answered}>
      {sinceMs !== null && <span className="num">{clockText(now - sinceMs)}</span>}{' '}
      <span className="bar-note">{words}</span>
    </span>
  );
}

/** What can be done when more than two are, or could be, on the call. */
export function PartyControls({ call }: { readonly call: DeskCallView }): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const [choosing, setChoosing] = useState(false);
  const { callId, state, party } = call;
  const owns = state === 'consulting' || (state === 'conference' && party !== null);
  const canAsk = state === 'talking' || state === 'held';
  const ask = (event: 'call.consult-end' | 'call.complete' | 'call.conference'): void => {
    void session.act(session.socket.request(event, { callId }));
  };
  usePartyKeys((key) => {
    if (key === 'transfer' && canAsk) setChoosing(true);
    else if (key === 'transfer' && owns) ask('call.complete');
    else if (key === 'back' && state === 'consulting') ask('call.consult-end');
    else if (key === 'conference' && state === 'consulting' && party?.answered === true) ask('call.conference');
  });
  if (!canAsk && !owns) return null;
  return (
    <>
      {canAsk && (
        <Action
          testId="consult"
          keys="T"
          icon={<SwapOutlined />}
          text={t('party.open')}
          onClick={() => {
            setChoosing(true);
          }}
        />
      )}
      {state === 'consulting' && (
        <Action
          testId="consult-end"
          keys="B"
          icon={<ArrowLeftOutlined />}
          text={t('party.back')}
          onClick={() => {
            ask('call.consult-end');
          }}
        />
      )}
      {state === 'consulting' && party?.answered === true && (
        <Action
          testId="conference"
          keys="C"
          icon={<TeamOutlined />}
          text={t('party.conference')}
          onClick={() => {
            ask('call.conference');
          }}
        />
      )}
      {owns && (
        <Action
          testId="complete-transfer"
          keys="T"
          icon={<SwapOutlined />}
          text={
            state === 'conference'
              ? t('party.leave')
              : party?.answered === true
                ? t('party.complete')
                : t('party.completeRinging')
          }
          onClick={() => {
            ask('call.complete');
          }}
        />
      )}
      {choosing && (
        <TransferDialog
          callId={callId}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

/** Keys come as events: only these controls know what one means now. */
function usePartyKeys(onKey: (key: PartyKey) => void): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const listen = (event: Event): void => {
      if (event instanceof CustomEvent) latest.current(event.detail as PartyKey);
    };
    window.addEventListener(partyEvent, listen);
    return () => {
      window.removeEventListener(partyEvent, listen);
    };
  }, []);
}

interface ActionProps {
  readonly testId: string;
  readonly keys: string;
  readonly icon: ReactNode;
  readonly text: string;
  readonly onClick: () => void;
}

function Action({ testId, keys, icon, text, onClick }: ActionProps): ReactElement {
  return (
    <WithKey tip={text} keys={keys}>
      <Button data-testid={testId} size="large" icon={icon} onClick={onClick}>
        {text} <KeyCap>{keys}</KeyCap>
      </Button>
    </WithKey>
  );
}
