import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';

export interface IntentControls {
  /** The microphone check is open. */
  readonly checking: boolean;
  /** It was opened by 示闲, and ends in it. */
  readonly wantsAvailable: boolean;
  readonly check: () => void;
  readonly closeCheck: () => void;
  readonly goAvailable: () => void;
  readonly pause: (reason: string) => void;
  readonly toggle: () => void;
}

/** 示闲 and 示忙; before the first 示闲 comes the microphone check. */
export function useIntent(): IntentControls {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent } = useStore(session.socket.desk);
  const { micChecked } = useStore(session.page);
  const [check, setCheck] = useState<'closed' | 'open' | 'then-available'>('closed');
  const available = agent?.intent === 'available';
  const byPhone = agent?.byPhone === true;
  const goAvailable = useCallback(() => {
    if (!micChecked && !byPhone) {
      setCheck('then-available');
      return;
    }
    // Opened already now, so that answering needs no time for it.
    if (!byPhone) void session.microphone.open();
    void session.setIntent('available', '');
  }, [byPhone, micChecked, session]);
  const pause = useCallback(
    (reason: string) => {
      void session.setIntent('paused', reason);
    },
    [session],
  );
  return useMemo(
    () => ({
      checking: check !== 'closed',
      wantsAvailable: check === 'then-available',
      check: () => {
        setCheck('open');
      },
      closeCheck: () => {
        setCheck('closed');
      },
      goAvailable,
      pause,
      toggle: () => {
        if (available) pause(t('agent.reasons.rest'));
        else goAvailable();
      },
    }),
    [check, goAvailable, pause, available, t],
  );
}
