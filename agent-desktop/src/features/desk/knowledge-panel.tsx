import { BookOutlined, EnvironmentOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import type { InputRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { api } from '../../lib/api.ts';
import { markedRuns } from '../../lib/article-blocks.ts';
import type { CityCardView, KnowledgeHit } from '../../lib/types.ts';
import { KnowledgeArticleView } from './knowledge-article.tsx';
import { knowledgeEvent } from './use-shortcuts.ts';

const searchAfterMs = 250;

/**
 * Under the transcript: articles about what is being said, found by the server; the agent may look for others. The card of
 * a caller's other city lies open when the call comes.
 */
export function KnowledgePanel({ card }: { readonly card: CityCardView | null }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { aside } = useStore(session.socket.desk);
  const { words, setWords, found } = useSearch();
  const [openedId, setOpenedId] = useState(card?.id ?? '');
  const [byHand, setByHand] = useState(false);
  const [note, setNote] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<InputRef>(null);
  const hits = found === null ? aside.knowledge : found === 'failed' ? [] : found;
  useKnowledgeKey(list, input);
  const open = (id: string): void => {
    setByHand(true);
    setOpenedId(id);
  };
  const close = (): void => {
    setOpenedId('');
    setNote('');
    requestAnimationFrame(() => {
      focusRow(list.current, 0);
    });
  };
  return (
    <section
      className={`panel knowledge ${openedId === '' ? '' : 'knowledge-open'}`}
      aria-label={t('aside.knowledge.title')}
      data-testid="knowledge"
    >
      <h2 className="panel-head">
        <BookOutlined aria-hidden="true" /> {t('aside.knowledge.title')} <KeyCap>K</KeyCap>
        <span className="grow" />
        <span className="word" role="status">
          {note}
        </span>
        {card !== null && openedId !== card.id && (
          <Button
            size="small"
            className="city-card-open"
            icon={<EnvironmentOutlined />}
            title={card.title}
            data-testid="city-card"
            onClick={() => {
              open(card.id);
            }}
          >
            {t('aside.cityCard')}
          </Button>
        )}
        <Input.Search
          ref={input}
          className="knowledge-search"
          size="small"
          allowClear
          maxLength={60}
          value={words}
          placeholder={t('aside.knowledge.search')}
          aria-label={t('aside.knowledge.search')}
          data-testid="knowledge-search"
          onChange={(event) => {
            setWords(event.target.value);
            setOpenedId('');
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') focusRow(list.current, 0);
          }}
        />
      </h2>
      {openedId === '' ? (
        <Hits list={list} hits={hits} words={words} failed={found === 'failed'} onOpen={open} />
      ) : (
        <KnowledgeArticleView key={openedId} id={openedId} focused={byHand} onClose={close} onNote={setNote} />
      )}
    </section>
  );
}

interface Search {
  readonly words: string;
  readonly setWords: (words: string) => void;
  /** Null: nothing is looked for by hand. */
  readonly found: readonly KnowledgeHit[] | 'failed' | null;
}

/** What the agent looks for; the answer to older words never replaces that to newer ones. */
function useSearch(): Search {
  const [words, setWords] = useState('');
  const [found, setFound] = useState<Search['found']>(null);
  const asked = words.trim();
  useEffect(() => {
    if (asked === '') return;
    let gone = false;
    const timer = setTimeout(() => {
      void api.searchArticles(asked).then((reply) => {
        if (!gone) setFound(reply.ok ? reply.value : 'failed');
      });
    }, searchAfterMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [asked]);
  return { words, setWords, found: asked === '' ? null : found };
}

/** The panel's key brings the focus to the first article, or to the search when there is none. */
function useKnowledgeKey(list: RefObject<HTMLUListElement | null>, input: RefObject<InputRef | null>): void {
  useEffect(() => {
    const onKey = (): void => {
      if (!focusRow(list.current, 0)) input.current?.focus();
    };
    window.addEventListener(knowledgeEvent, onKey);
    return () => {
      window.removeEventListener(knowledgeEvent, onKey);
    };
  }, [list, input]);
}

function rowsOf(list: HTMLUListElement | null): readonly HTMLButtonElement[] {
  return list === null ? [] : [...list.querySelectorAll('button')];
}

function focusRow(list: HTMLUListElement | null, at: number): boolean {
  const rows = rowsOf(list);
  const row = rows[Math.min(Math.max(0, at), rows.length - 1)];
  row?.focus();
  return row !== undefined;
}

function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const at = rowsOf(event.currentTarget).findIndex((row) => row === document.activeElement);
  focusRow(event.currentTarget, at + step);
}

interface HitsProps {
  readonly list: RefObject<HTMLUListElement | null>;
  readonly hits: readonly KnowledgeHit[];
  readonly words: string;
  readonly failed: boolean;
  readonly onOpen: (id: string) => void;
}

function Hits({ list, hits, words, failed, onOpen }: HitsProps): ReactElement {
  const { t } = useTranslation();
  if (hits.length === 0) {
    const text = failed
      ? t('aside.knowledge.failedSearch')
      : words.trim() === ''
        ? t('aside.knowledge.empty')
        : t('aside.knowledge.none', { words: words.trim() });
    return <p className="panel-empty">{text}</p>;
  }
  return (
    <ul className="hits" ref={list} onKeyDown={moveFocus}>
      {hits.map((hit) => (
        <li key={hit.id}>
          <button
            type="button"
            className="hit"
            data-testid="knowledge-hit"
            data-id={hit.id}
            data-stale={hit.stale}
            title={t('aside.knowledge.open')}
            onClick={() => {
              onOpen(hit.id);
            }}
          >
            <span className="hit-top">
              <b className="ellipsis">{hit.title}</b>
              {hit.stale && (
                <span className="stale" title={t('aside.knowledge.staleHint', { day: hit.validUntil })}>
                  {t('aside.knowledge.stale')}
                </span>
              )}
              <span className="hit-source ellipsis">{hit.source}</span>
            </span>
            <span className="hit-snippet ellipsis">
              {markedRuns(hit.snippet, hit.marks).map((run, i) =>
                run.marked ? <mark key={i}>{run.text}</mark> : <span key={i}>{run.text}</span>,
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
