import { CheckCircleFilled, ForkOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { secondOf } from '../../lib/draft-id.ts';

interface SecondMatterHeadProps {
  readonly callId: string;
  readonly children: ReactNode;
}

const leafOf = (display: string): string => display.split(' › ').at(-1) ?? '';

/**
 * In the head of the draft, so that nothing below it moves: what the head says usually, the offer of a draft of its own
 * for a second matter, or the way from one draft to the other.
 */
export function SecondMatterHead({ callId, children }: SecondMatterHeadProps): ReactNode {
  const { session } = useSession();
  const { drafts, aside } = useStore(session.socket.desk);
  if (drafts[secondOf(callId)] !== undefined) return <Tabs callId={callId} />;
  return aside.second === null ? (
    children
  ) : (
    <Offer callId={callId} display={aside.second.display} words={aside.second.words} />
  );
}

interface OfferProps {
  readonly callId: string;
  readonly display: string;
  readonly words: string;
}

function Offer({ callId, display, words }: OfferProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  return (
    <div className="second-offer" role="status" data-testid="second-offer">
      <ForkOutlined aria-hidden="true" />
      <span className="ellipsis" title={`${display} ${t('aside.second.words', { words })}`}>
        {t('aside.second.offer', { matter: leafOf(display) })}
      </span>
      <Button size="small" data-testid="second-accept" onClick={() => void session.secondMatter(callId, 'accept')}>
        {t('aside.second.accept')} <KeyCap>F2</KeyCap>
      </Button>
      <Button
        size="small"
        type="text"
        data-testid="second-dismiss"
        onClick={() => void session.secondMatter(callId, 'dismiss')}
      >
        {t('aside.second.dismiss')}
      </Button>
    </div>
  );
}

function Tabs({ callId }: { readonly callId: string }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { drafts, tickets } = useStore(session.socket.desk);
  const { onSecond } = useStore(session.page);
  const tab = (draftId: string, second: boolean): ReactElement => {
    const matter = leafOf(drafts[draftId]?.fields.classId.display ?? '');
    return (
      <button
        type="button"
        role="tab"
        aria-selected={onSecond === second}
        data-testid={second ? 'matter-2' : 'matter-1'}
        onClick={() => {
          session.showSecond(second);
        }}
      >
        <span className="ellipsis">
          {t(second ? 'aside.second.second' : 'aside.second.first')} ·{' '}
          {matter === '' ? t('aside.second.empty') : matter}
        </span>
        {tickets[draftId] !== undefined && (
          <CheckCircleFilled aria-label={t('aside.second.done')} title={t('aside.second.done')} />
        )}
      </button>
    );
  };
  return (
    <div className="matters" role="tablist" aria-label={t('aside.second.tabs')}>
      {tab(callId, false)}
      {tab(secondOf(callId), true)}
      <KeyCap>F2</KeyCap>
    </div>
  );
}
