import { CloseOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../lib/api.ts';
import { articleBlocks } from '../../lib/article-blocks.ts';
import type { KnowledgeArticle } from '../../lib/types.ts';

export interface KnowledgeArticleViewProps {
  readonly id: string;
  /** Left out: it stays open, and keeps the keys of the page as they are. */
  readonly onClose?: () => void;
  /** Opened by hand: the focus goes there. */
  readonly focused: boolean;
  /** A word about what was copied. */
  readonly onNote: (note: string) => void;
}

/** A whole article under the transcript: the talk above and the draft beside it stay in sight. */
export function KnowledgeArticleView({ id, onClose, onNote, focused }: KnowledgeArticleViewProps): ReactElement {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [article, setArticle] = useState<KnowledgeArticle | number | null>(null);
  useEffect(() => {
    let gone = false;
    void api.article(id).then((reply) => {
      if (!gone) setArticle(reply.ok ? reply.value : reply.status);
    });
    if (focused) frame.current?.focus();
    return () => {
      gone = true;
    };
  }, [id, focused]);
  return (
    <div
      ref={frame}
      className="article"
      tabIndex={-1}
      data-testid="knowledge-article"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || onClose === undefined) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="article-head">
        {typeof article === 'object' && article !== null && <Facts article={article} />}
        <span className="grow" />
        {onClose !== undefined && (
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            title={t('aside.knowledge.close')}
            aria-label={t('aside.knowledge.close')}
            data-testid="knowledge-close"
            onClick={onClose}
          />
        )}
      </div>
      {typeof article === 'number' && (
        <Alert
          type="error"
          showIcon
          title={article === 404 ? t('aside.knowledge.gone') : t('aside.knowledge.failed', { status: article })}
        />
      )}
      {typeof article === 'object' && article !== null && <Text text={article.text} onNote={onNote} />}
    </div>
  );
}

function Facts({ article }: { readonly article: KnowledgeArticle }): ReactElement {
  const { t } = useTranslation();
  const { title, source, validUntil, stale } = article;
  return (
    <div className="article-facts">
      <b>{title}</b>
      <span>
        {t('aside.knowledge.source', { source })}
        {validUntil !== '' && !stale && ` · ${t('aside.knowledge.until', { day: validUntil })}`}
      </span>
      {stale && <span className="stale">{t('aside.knowledge.staleHint', { day: validUntil })}</span>}
    </div>
  );
}

/** Each sentence is a button: a press copies it. */
function Text({ text, onNote }: { readonly text: string; readonly onNote: (note: string) => void }): ReactElement {
  const { t } = useTranslation();
  const copy = async (sentence: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(sentence);
      onNote(t('aside.knowledge.copied'));
    } catch {
      onNote(t('aside.knowledge.copyFailed'));
    }
  };
  return (
    <div className="article-text">
      {articleBlocks(text).map(({ type, sentences }, i) =>
        type === 'heading' ? (
          <h3 key={i}>{sentences.join('')}</h3>
        ) : (
          <p key={i} className={`article-${type}`}>
            {sentences.map((sentence, k) => (
              <button
                key={k}
                type="button"
                className="sentence"
                title={t('aside.knowledge.copy')}
                data-testid="knowledge-sentence"
                onClick={() => void copy(sentence)}
              >
                {sentence}
              </button>
            ))}
          </p>
        ),
      )}
    </div>
  );
}
