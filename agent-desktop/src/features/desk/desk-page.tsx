import { Button } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { CallBar } from './call-bar.tsx';
import { CallerPanel } from './caller-panel.tsx';
import { DraftPanel } from './draft-panel.tsx';
import { IdlePanel } from './idle-panel.tsx';
import { KnowledgePanel } from './knowledge-panel.tsx';
import { KeyboardMap } from './keyboard-map.tsx';
import { MicCheck } from './mic-check.tsx';
import { Notices } from './notices.tsx';
import { OfferBand } from './offer-band.tsx';
import { StatusBar } from './status-bar.tsx';
import { TranscriptPanel } from './transcript-panel.tsx';
import { useIntent } from './use-intent.ts';
import { useShortcuts } from './use-shortcuts.ts';

/** The agent's page: one call, one page, no scrolling for the main job. */
export function DeskPage(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const desk = useStore(session.socket.desk);
  const intent = useIntent();
  const [keysShown, setKeysShown] = useState(false);
  useEffect(() => {
    session.usePhone();
  }, [session]);
  useShortcuts({
    dialogOpen: keysShown || intent.checking,
    onKeys: () => {
      setKeysShown(true);
    },
    onToggleIntent: intent.toggle,
  });
  if (desk.replaced) return <Replaced />;
  if (desk.hellos === 0) return <main className="page-waiting">{t('connection.loading')}</main>;
  const { call, offer } = desk;
  return (
    <main className="desk">
      {offer === null ? <CallBar intent={intent} /> : <OfferBand offer={offer} />}
      <Notices onCheckMic={intent.check} />
      <div className="desk-columns">
        <CallerPanel caller={call?.caller ?? offer?.caller ?? null} call={call} />
        {call === null ? (
          <IdlePanel intent={intent} />
        ) : (
          <div className="desk-middle">
            <TranscriptPanel call={call} />
            <KnowledgePanel key={call.callId} card={call.cityCard} />
          </div>
        )}
        <DraftPanel call={call} />
      </div>
      <StatusBar
        intent={intent}
        onKeys={() => {
          setKeysShown(true);
        }}
      />
      {intent.checking && <MicCheck thenAvailable={intent.wantsAvailable} onClose={intent.closeCheck} />}
      <KeyboardMap
        open={keysShown}
        onClose={() => {
          setKeysShown(false);
        }}
      />
    </main>
  );
}

function Replaced(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  return (
    <main className="replaced" data-testid="replaced">
      <h1>{t('connection.replacedTitle')}</h1>
      <p>{t('connection.replacedText')}</p>
      <Button
        type="primary"
        size="large"
        data-testid="take-over"
        onClick={() => {
          session.takeOver();
        }}
      >
        {t('connection.takeOver')}
      </Button>
    </main>
  );
}
