import { Select } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { shareText } from '../../lib/format.ts';

const MANDARIN = 'mandarin';

/** Which dialect the caller speaks: guessed by the server, set by the agent. Nothing in a city without dialects. */
export function DialectChoice({ callId }: { readonly callId: string }): ReactElement | null {
  const { t } = useTranslation();
  const { session, city } = useSession();
  const { dialect } = useStore(session.socket.desk).aside;
  const dialects = city?.dialects ?? [];
  if (dialects.length === 0) return null;
  const { name = '', confidence = 0, set = false, dialectId = '' } = dialect ?? {};
  const guess = t('aside.dialect.guessed', { name, pct: shareText(confidence, 0) });
  return (
    <Select
      className={`dialect-choice ${set || dialect === null ? '' : 'dialect-guessed'}`}
      size="small"
      variant="borderless"
      popupMatchSelectWidth={false}
      aria-label={t('aside.dialect.label')}
      title={t('aside.dialect.hint')}
      data-testid="dialect-choice"
      data-dialect={dialectId}
      data-set={set}
      placeholder={dialect === null ? t('aside.dialect.unknown') : guess}
      value={set ? (dialectId === '' ? MANDARIN : dialectId) : null}
      options={[
        { value: MANDARIN, label: t('aside.dialect.mandarin') },
        ...dialects.map((d) => ({ value: d.id, label: d.name })),
      ]}
      onChange={(id: string) => void session.setDialect(callId, id === MANDARIN ? '' : id)}
    />
  );
}
