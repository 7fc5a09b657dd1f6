import { useCallback, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';

/** What the call was, by one key each; the last choice counts. */
export function Disposition({ callId }: { readonly callId: string }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const { session } = useSession();
  const { dispositions } = useStore(session.socket.desk);
  const [chosen, setChosen] = useState('');
  const choose = useCallback(
    (code: string): void => {
      setChosen(code);
      void session.dispose(callId, code).then((kept) => {
        if (!kept) setChosen('');
      });
    },
    [callId, session],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const found = dispositions.find((d) => d.key === event.key);
      if (found !== undefined) choose(found.code);
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [choose, dispositions]);
  if (dispositions.length === 0) return null;
  return (
    <div className="dispositions" role="group" aria-label={t('line.disposition.title')} data-testid="dispositions">
      {dispositions.map((d) => (
        <button
          key={d.code}
          type="button"
          title={t('line.disposition.hint', { key: d.key })}
          aria-pressed={d.code === chosen}
          data-code={d.code}
          onClick={() => {
            choose(d.code);
          }}
        >
          <KeyCap>{d.key}</KeyCap> {i18n.language === 'en' ? d.titleEn : d.title}
        </button>
      ))}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(target.tagName))
  );
}
