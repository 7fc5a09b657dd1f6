import { Modal } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap } from '../../components/key-hint.tsx';

export interface KeyboardMapProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

const rows = [
  ['Enter', 'answer'],
  ['Esc', 'decline'],
  ['M', 'mute'],
  ['H', 'hold'],
  ['Ctrl+E', 'hangUp'],
  ['Ctrl+Enter', 'confirm'],
  ['F8', 'toggle'],
  ['K', 'knowledge'],
  ['F2', 'matter'],
  ['?', 'map'],
] as const;

const partyRows = [
  ['T', 'transfer'],
  ['B', 'back'],
  ['C', 'conference'],
  ['1 2 3', 'supervise'],
  ['J', 'takeOver'],
] as const;

/** All keys on one card. */
export function KeyboardMap({ open, onClose }: KeyboardMapProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal open={open} title={t('keys.title')} footer={null} onCancel={onClose} width={420}>
      <dl className="keys" data-testid="keyboard-map">
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <KeyCap>{key}</KeyCap>
            </dt>
            <dd>{t(`keys.${what}`)}</dd>
          </div>
        ))}
        {partyRows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <KeyCap>{key}</KeyCap>
            </dt>
            <dd>{t(`party.keys.${what}`)}</dd>
          </div>
        ))}
      </dl>
      <p className="keys-note">{t('keys.typing')}</p>
    </Modal>
  );
}
