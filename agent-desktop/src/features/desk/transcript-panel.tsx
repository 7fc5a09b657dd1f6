import { DownOutlined, MessageOutlined, SoundOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { secondOf } from '../../lib/draft-id.ts';
import { evidenceBySegment } from '../../lib/transcript.ts';
import type { DeskCallView, TranscriptUpdate, TranscriptionStatus } from '../../lib/types.ts';
import { DialectChoice } from './dialect-choice.tsx';
import { Segment } from './segment.tsx';

const nearEndPx = 48;
const none = [] as const;

/** What both sides say, as it is recognised. */
export function TranscriptPanel({ call }: { readonly call: DeskCallView }): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="panel transcript" aria-label={t('transcript.title')}>
      <h2 className="panel-head">
        <MessageOutlined aria-hidden="true" /> {t('transcript.title')}
        <span className="grow" />
        <PlayerState />
        <DialectChoice callId={call.callId} />
        <StatusWord status={call.transcription} />
      </h2>
      {call.transcription.type === 'off' && (
        <Alert
          banner
          type="warning"
          showIcon
          title={t('transcript.off')}
          description={`${call.transcription.reason} ${t('transcript.offText')}`}
        />
      )}
      <Lines callId={call.callId} />
    </section>
  );
}

function StatusWord({ status }: { readonly status: TranscriptionStatus }): ReactElement {
  const { t } = useTranslation();
  const words = { on: t('transcript.on'), starting: t('transcript.starting'), off: t('transcript.off') };
  return (
    <span
      className={`word word-${status.type}`}
      data-testid="transcription-status"
      data-state={status.type}
      title={status.type === 'on' ? status.engine : undefined}
    >
      {words[status.type]}
    </span>
  );
}

function PlayerState(): ReactElement | null {
  const { t } = useTranslation();
  const { session } = useSession();
  const playing = useStore(session.player.view);
  if (playing === null) return null;
  return (
    <span className="word" role="status" data-testid="player-state" data-state={playing.state}>
      <SoundOutlined /> {playing.state === 'failed' ? t('transcript.playFailed') : t('transcript.playing')}
    </span>
  );
}

function Lines({ callId }: { readonly callId: string }): ReactElement {
  const { t } = useTranslation();
  const { session, city } = useSession();
  const { transcript, drafts, aside } = useStore(session.socket.desk);
  const { markedField, onSecond } = useStore(session.page);
  const playing = useStore(session.player.view);
  const draft = (onSecond ? drafts[secondOf(callId)] : undefined) ?? drafts[callId] ?? null;
  const evidence = useMemo(() => evidenceBySegment(draft), [draft]);
  const { list, atEnd, onScroll, toEnd } = useStickToEnd(transcript);
  return (
    <div className="lines-frame">
      <div className="lines" ref={list} onScroll={onScroll} data-testid="transcript" tabIndex={0} role="log">
        {transcript.length === 0 && (
          <div className="panel-empty lines-empty">
            <p>{t('transcript.empty')}</p>
            <p>{t('transcript.emptyHelp')}</p>
          </div>
        )}
        {transcript.map((segment, i) => (
          <Segment
            key={segment.segmentId}
            segment={segment}
            named={transcript[i - 1]?.side !== segment.side}
            evidence={evidence.get(segment.segmentId) ?? none}
            markedField={markedField}
            dialectWords={city?.dialectWords ?? none}
            spoken={aside.dialect?.name ?? ''}
            playing={playing !== null && playing.callId === callId && covers(segment, playing.startMs, playing.endMs)}
            callId={callId}
          />
        ))}
      </div>
      {!atEnd && (
        <Button className="to-end" size="small" icon={<DownOutlined />} onClick={toEnd}>
          {t('transcript.toEnd')}
        </Button>
      )}
    </div>
  );
}

function covers(segment: TranscriptUpdate, startMs: number, endMs: number): boolean {
  return segment.startMs < endMs && startMs < segment.endMs && startMs <= segment.startMs + 400;
}

interface Stick {
  readonly list: React.RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
}

/** Follows the newest words unless the agent has scrolled up. */
function useStickToEnd(changes: unknown): Stick {
  const list = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = (): void => {
    sticks.current = true;
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  useLayoutEffect(() => {
    if (sticks.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [changes]);
  useLayoutEffect(() => {
    const at = list.current;
    if (at === null) return;
    // Notices above make the list lower: its end stays in sight.
    const observer = new ResizeObserver(() => {
      if (sticks.current) at.scrollTo({ top: at.scrollHeight });
    });
    observer.observe(at);
    return () => {
      observer.disconnect();
    };
  }, []);
  const onScroll = (): void => {
    const at = list.current;
    if (at === null) return;
    sticks.current = at.scrollHeight - at.scrollTop - at.clientHeight < nearEndPx;
    setAtEnd(sticks.current);
  };
  return { list, atEnd, onScroll, toEnd };
}
