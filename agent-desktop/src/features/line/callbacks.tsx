import { App, Button } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useNow } from '../../components/use-store.ts';
import { clockText, timeOfDay } from '../../lib/format.ts';
import type { CallbackView } from '../../lib/types.ts';

const knownResults: ReadonlySet<string> = new Set([
  ...['busy', 'no-answer', 'rejected', 'not-found', 'unavailable', 'agent-gone', 'failed', 'congestion'],
]);

/** Promises to call back: why, since when, what has been tried, and what comes next. */
export function Callbacks({ callbacks }: { readonly callbacks: readonly CallbackView[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="panel list" data-testid="line-callbacks">
      <h2 className="panel-head">
        {t('line.queue.callbackList')} <span className="count">{callbacks.length}</span>
      </h2>
      {callbacks.length === 0 && <p className="panel-empty">{t('line.queue.noCallbacks')}</p>}
      <ol className="rows rows-two">
        {callbacks
          .toSorted((a, b) => a.joinedAtMs - b.joinedAtMs)
          .map((c) => (
            <Row key={c.id} callback={c} />
          ))}
      </ol>
    </section>
  );
}

function Row({ callback: c }: { readonly callback: CallbackView }): ReactElement {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { session } = useSession();
  const now = useNow();
  const end = async (how: 'cancelled' | 'done'): Promise<void> => {
    const result = await session.socket.request('callback.end', { id: c.id, how });
    if (!result.ok) void message.error(t('line.queue.failed', { message: result.message }));
  };
  const notes = [
    c.tries > 0 ? t('line.queue.tries', { n: c.tries }) : '',
    c.result === '' ? '' : knownResults.has(c.result) ? t(`line.queue.result.${c.result}`) : c.result,
    c.state === 'later' && c.notBeforeMs > now ? t('line.queue.notBefore', { time: timeOfDay(c.notBeforeMs) }) : '',
  ];
  return (
    <li data-callback-state={c.state}>
      <div className="row-line">
        <span className="num row-main">{c.maskedNumber}</span>
        <span className={`tag ${c.state === 'by-hand' ? 'tag-paused' : c.state === 'calling' ? 'tag-talking' : ''}`}>
          {t(`line.queue.state.${c.state}`)}
        </span>
        <span className="grow" />
        <b className="num">{clockText(now - c.joinedAtMs)}</b>
      </div>
      <div className="row-line">
        <span className="row-quiet ellipsis">
          {[t(`line.queue.reason.${c.reason}`), ...notes].filter((text) => text !== '').join(' · ')}
        </span>
        <span className="grow" />
        <Button size="small" type="text" onClick={() => void end('done')}>
          {t('line.queue.doneByHand')}
        </Button>
        <Button size="small" type="text" danger onClick={() => void end('cancelled')}>
          {t('line.queue.cancelCallback')}
        </Button>
      </div>
    </li>
  );
}
