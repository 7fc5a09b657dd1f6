import { useCallback, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reply } from '../../lib/api.ts';
import { timeOfDay } from '../../lib/format.ts';
import type { SurgeApi } from '../../lib/surge-api.ts';
import type { DecisionView, SurgeLevel, SurgeWords } from '../../lib/types.ts';

export interface SurgeParts {
  readonly api: SurgeApi;
  /** '' = none. */
  readonly onProblem: (message: string) => void;
}

/** A sentence in the page's language. */
export function useWords(): (words: SurgeWords) => string {
  const { i18n } = useTranslation();
  return (words) => (i18n.language === 'en' ? words.en : words.zh);
}

/** Asks again every so often and whenever `again` is called; keeps the last answer while the next one is on its way. */
export function usePolled<T>(
  ask: () => Promise<Reply<T>>,
  everyMs: number,
): { readonly value: T | null; readonly status: number; readonly again: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [status, setStatus] = useState(200);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let gone = false;
    const look = async (): Promise<void> => {
      const reply = await ask();
      if (gone) return;
      if (reply.ok) setValue(reply.value);
      setStatus(reply.ok ? 200 : reply.status);
    };
    void look();
    const timer = setInterval(() => void look(), everyMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [ask, everyMs, asked]);
  const again = useCallback(() => {
    setAsked((n) => n + 1);
  }, []);
  return { value, status, again };
}

export function LevelTag({ level }: { readonly level: SurgeLevel }): ReactElement {
  const { t } = useTranslation();
  return <span className={`surge-tag surge-${level}`}>{t(`line.surge.level.${level}`)}</span>;
}

export interface DecisionsProps {
  readonly decisions: readonly DecisionView[];
  readonly empty: string;
}

/** What was decided and why, newest first. */
export function Decisions({ decisions, empty }: DecisionsProps): ReactElement {
  const say = useWords();
  if (decisions.length === 0) return <p className="panel-empty">{empty}</p>;
  return (
    <ol className="surge-decisions">
      {decisions.map((d) => (
        <li key={d.id}>
          <span className="num row-quiet">{timeOfDay(d.atMs)}</span>
          <LevelTag level={d.level} />
          <span>{say(d.why)}</span>
        </li>
      ))}
    </ol>
  );
}
