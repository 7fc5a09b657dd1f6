import { Button } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { unsavedKey } from '../../lib/unsaved-words.ts';
import type { UnsavedWords as Words } from '../../lib/unsaved-words.ts';
import { displayOf } from './labels.ts';

/** Typed words that the server refused for good: nothing that was typed goes away unseen. */
export function UnsavedWords(): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const { unsaved } = useStore(session.drafts.view);
  if (unsaved.length === 0) return null;
  return (
    <section className="unsaved-words" data-testid="unsaved-words" role="status">
      <b>{t('draft.unsavedWords')}</b> <span>{t('draft.unsavedWordsText')}</span>
      <ul>
        {unsaved.map((words) => (
          <UnsavedItem key={`${unsavedKey(words)}|${words.value}`} words={words} />
        ))}
      </ul>
    </section>
  );
}

function UnsavedItem({ words }: { readonly words: Words }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const [copied, setCopied] = useState(false);
  const { label, text } = useWords(words);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <li data-testid="unsaved-item">
      <span className="unsaved-label">{label}</span>
      <span className="unsaved-text">{text}</span>
      <Button
        size="small"
        data-testid="unsaved-copy"
        onClick={() => {
          // Without the right to the clipboard the words are still there to be marked and copied by hand.
          copy().catch(() => undefined);
        }}
      >
        {copied ? t('draft.copied') : t('draft.copy')}
      </Button>
      <Button
        size="small"
        data-testid="unsaved-dismiss"
        onClick={() => {
          session.drafts.dismissUnsaved(unsavedKey(words));
        }}
      >
        {t('draft.dismiss')}
      </Button>
    </li>
  );
}

/** Field and words as people read them. */
function useWords({ target, value }: Words): { readonly label: string; readonly text: string } {
  const { t } = useTranslation();
  const { city } = useSession();
  switch (target.type) {
    case 'field': {
      const candidate = { value, display: value, confidence: 1, evidence: [] };
      return { label: t(`draft.field.${target.field}`), text: displayOf(target.field, candidate, city, t) };
    }
    case 'note':
      return { label: t('draft.note'), text: value };
    case 'confidential':
      return { label: t('draft.confidential'), text: value === 'true' ? '✓' : '✗' };
  }
}
