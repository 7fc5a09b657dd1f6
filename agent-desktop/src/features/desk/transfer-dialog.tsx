import { Button, Input, Modal, Tag } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import type { CallTarget, Directory, TransferTarget } from '../../lib/types.ts';

export interface TransferDialogProps {
  readonly callId: string;
  readonly onClose: () => void;
}

interface Choice {
  readonly key: string;
  readonly name: string;
  readonly number: string;
  readonly free: boolean;
  readonly target: CallTarget;
}

/** Whom to ask, or where to send the call. Enter asks the first who fits. */
export function TransferDialog({ callId, onClose }: TransferDialogProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const [directory, setDirectory] = useState<Directory | null>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    void session.socket.request('call.directory', {}).then((result) => {
      if (result.ok) setDirectory(result.value);
    });
  }, [session]);
  const choices = directory === null ? [] : choicesOf(directory, text.trim());
  const done = (asked: Promise<boolean>): void => {
    void asked.then((ok) => {
      if (ok) onClose();
    });
  };
  const consult = (target: CallTarget): void => {
    done(session.act(session.socket.request('call.consult', { callId, target })));
  };
  const transfer = (target: TransferTarget): void => {
    done(session.act(session.socket.request('call.transfer', { callId, target })));
  };
  return (
    <Modal open title={t('party.title')} footer={null} onCancel={onClose} width={560} data-testid="transfer-dialog">
      <Input
        autoFocus
        size="large"
        data-testid="transfer-search"
        placeholder={t('party.search')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onPressEnter={() => {
          const first = choices.find((c) => c.free);
          if (first !== undefined) consult(first.target);
        }}
      />
      <h3>{t('party.colleagues')}</h3>
      <ol className="rows">
        {choices.map((choice) => (
          <li key={choice.key} data-testid="transfer-choice" data-key={choice.key}>
            <span className="row-main">{choice.name}</span>
            <span className="num row-quiet">{choice.number}</span>
            <Tag color={choice.free ? 'green' : 'default'}>{choice.free ? t('party.free') : t('party.busy')}</Tag>
            <span className="grow" />
            <Button
              data-testid="choose-consult"
              disabled={!choice.free}
              title={t('party.consultHint')}
              onClick={() => {
                consult(choice.target);
              }}
            >
              {t('party.consult')}
            </Button>
            <Button
              data-testid="choose-transfer"
              disabled={!choice.free}
              title={t('party.transferHint')}
              onClick={() => {
                transfer(choice.target);
              }}
            >
              {t('party.transfer')}
            </Button>
          </li>
        ))}
      </ol>
      {choices.length === 0 && directory !== null && <p className="panel-empty">{t('party.noColleagues')}</p>}
      {directory?.canDialOut === false && <p className="keys-note">{t('party.noDialOut')}</p>}
      <h3>{t('party.queues')}</h3>
      {directory?.queues.map(({ queue, title }) => (
        <Button
          key={queue}
          data-testid="choose-queue"
          onClick={() => {
            transfer({ kind: 'queue', queue });
          }}
        >
          {title}
        </Button>
      ))}
    </Modal>
  );
}

/** Colleagues who fit the text, free ones first; a number that was typed comes before them. */
function choicesOf({ colleagues, canDialOut }: Directory, text: string): readonly Choice[] {
  const found = colleagues
    .filter((c) => c.displayName.includes(text) || c.agentNumber.includes(text))
    .map(({ agentId, displayName, agentNumber, reachable }): Choice => {
      return {
        key: agentId,
        name: displayName,
        number: agentNumber,
        free: reachable,
        target: { kind: 'agent', agentId },
      };
    })
    .toSorted((a, b) => Number(b.free) - Number(a.free));
  if (!canDialOut || !/^[0-9]{3,20}$/.test(text)) return found;
  return [{ key: text, name: text, number: '', free: true, target: { kind: 'number', number: text } }, ...found];
}
