import { FileDoneOutlined } from '@ant-design/icons';
import { Button, Modal } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { WithKey } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { timeOfDay } from '../../lib/format.ts';
import type { DeskState } from '../../lib/desk-state.ts';
import type { DeskCallView, Draft, DraftField } from '../../lib/types.ts';
import { secondOf } from '../../lib/draft-id.ts';
import { DraftForm } from './draft-form.tsx';
import { SecondMatterHead } from './second-matter.tsx';
import { TicketDone } from './ticket-done.tsx';
import { confirmEvent } from './use-shortcuts.ts';
import { WrapUp } from './wrap-up.tsx';

/** Fields that an official ticket cannot do without; pointed out when the server says that something is missing. */
const usualFields = ['kind', 'classId', 'departmentId', 'summary'] as const satisfies readonly DraftField[];

/** The right column: the ticket as it grows, its number when it is one, and the clock of the wrap-up. */
export function DraftPanel({ call }: { readonly call: DeskCallView | null }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { drafts, tickets } = useStore(session.socket.desk);
  const { openedDraftId, onSecond } = useStore(session.page);
  const second = call !== null && onSecond && drafts[secondOf(call.callId)] !== undefined;
  // A call always comes first; an earlier draft waits until it is over.
  const callId = call === null ? openedDraftId : second ? secondOf(call.callId) : call.callId;
  const draft = callId === null ? undefined : drafts[callId];
  const ticket =
    callId === null ? undefined : (tickets[callId] ?? (second ? undefined : call?.ticketNumber) ?? undefined);
  const older = call === null && callId !== null;
  // The draft that is not in sight counts as well.
  const other = call !== null && isOpen({ drafts, tickets }, second ? call.callId : secondOf(call.callId));
  return (
    <aside className="panel draft" aria-label={t('draft.title')}>
      <DraftHead call={call} draftId={callId} />
      {call?.state === 'wrap-up' && <WrapUp call={call} unconfirmed={ticket === undefined || other} />}
      {older && (
        <div className="older">
          {t('draft.openedOther')}
          <Button
            size="small"
            type="link"
            onClick={() => {
              session.openDraft(null);
            }}
          >
            {t('mic.later')}
          </Button>
        </div>
      )}
      {callId === null && <p className="panel-empty">{t('draft.empty')}</p>}
      {callId !== null && ticket !== undefined && <TicketDone number={ticket} />}
      {callId !== null && ticket === undefined && draft === undefined && (
        <p className="panel-empty">{t('draft.empty')}</p>
      )}
      {callId !== null && ticket === undefined && draft !== undefined && <OpenDraft key={callId} draft={draft} />}
    </aside>
  );
}

interface DraftHeadProps {
  readonly call: DeskCallView | null;
  readonly draftId: string | null;
}

function DraftHead({ call, draftId }: DraftHeadProps): ReactElement {
  const { t } = useTranslation();
  const title = (
    <>
      <FileDoneOutlined aria-hidden="true" /> {t('draft.title')}
      <span className="grow" />
    </>
  );
  return (
    <h2 className="panel-head draft-head">
      {call === null ? title : <SecondMatterHead callId={call.callId}>{title}</SecondMatterHead>}
      <SavedState callId={draftId} />
    </h2>
  );
}

function isOpen({ drafts, tickets }: Pick<DeskState, 'drafts' | 'tickets'>, draftId: string): boolean {
  return drafts[draftId] !== undefined && tickets[draftId] === undefined;
}

function OpenDraft({ draft }: { readonly draft: Draft }): ReactElement {
  const [missing, setMissing] = useState<readonly DraftField[]>([]);
  return (
    <>
      <DraftForm draft={draft} missing={missing} />
      <DraftActions draft={draft} onMissing={setMissing} missing={missing} />
    </>
  );
}

interface DraftActionsProps {
  readonly draft: Draft;
  readonly missing: readonly DraftField[];
  readonly onMissing: (fields: readonly DraftField[]) => void;
}

function DraftActions({ draft, missing, onMissing }: DraftActionsProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const [dropping, setDropping] = useState(false);
  const confirm = useCallback(async (): Promise<void> => {
    setBusy(true);
    const result = await session.confirm(draft.callId);
    setBusy(false);
    if (result.ok) return;
    const now = session.socket.desk.getSnapshot().drafts[draft.callId] ?? draft;
    onMissing(result.code === 'incomplete' ? usualFields.filter((f) => now.fields[f].value === '') : []);
    setFailure(result.message === '' ? t('draft.unavailable') : result.message);
  }, [draft, onMissing, session, t]);
  const latest = useRef(confirm);
  useEffect(() => {
    latest.current = confirm;
  });
  useEffect(() => {
    const onConfirm = (): void => void latest.current();
    window.addEventListener(confirmEvent, onConfirm);
    return () => {
      window.removeEventListener(confirmEvent, onConfirm);
    };
  }, []);
  const stillMissing = missing.filter((f) => draft.fields[f].value === '');
  return (
    <footer className="draft-actions">
      <div className="draft-failure" role="alert" data-testid="confirm-failure">
        {failure !== '' && t('draft.confirmFailed', { message: failure })}
        {stillMissing.length > 0 && (
          <div>{t('draft.missing', { fields: stillMissing.map((f) => t(`draft.field.${f}`)).join('、') })}</div>
        )}
      </div>
      <Button
        data-testid="drop-draft"
        onClick={() => {
          setDropping(true);
        }}
      >
        {t('draft.drop')}
      </Button>
      <span className="grow" />
      <WithKey tip={t('keys.confirm')} keys="Ctrl+Enter">
        <Button
          data-testid="confirm-ticket"
          type="primary"
          className="confirm-button"
          loading={busy}
          onClick={() => void confirm()}
        >
          {busy ? t('draft.confirming') : t('draft.confirm')} <kbd className="key-cap">Ctrl+↵</kbd>
        </Button>
      </WithKey>
      <Modal
        open={dropping}
        title={t('draft.dropSure')}
        okText={t('draft.drop')}
        cancelText={t('draft.cancel')}
        width={400}
        onCancel={() => {
          setDropping(false);
        }}
        onOk={() => {
          setDropping(false);
          void session.dropDraft(draft.callId);
        }}
      >
        {t('draft.dropText')}
      </Modal>
    </footer>
  );
}

function SavedState({ callId }: { readonly callId: string | null }): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { unsent, saved, refused } = useStore(session.drafts.view);
  const connection = useStore(session.socket.connection);
  if (callId === null) return null;
  const count = unsent.filter((e) => e.callId === callId).length;
  const state = refused !== '' ? 'refused' : count > 0 ? 'unsaved' : 'saved';
  const text = {
    refused: t('draft.refused', { message: refused }),
    unsaved: connection.state === 'connected' ? t('draft.saving') : t('draft.unsaved', { n: count }),
    saved: saved?.callId === callId ? t('draft.saved') : '',
  }[state];
  return (
    <span className={`word word-${state}`} title={text} data-testid="saved-state" data-state={state} role="status">
      {text}
      {state === 'saved' && saved?.callId === callId && <span className="num"> {timeOfDay(saved.atMs)}</span>}
    </span>
  );
}
