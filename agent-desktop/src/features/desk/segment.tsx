import { Tooltip } from 'antd';
import { memo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { clockText } from '../../lib/format.ts';
import { textRuns } from '../../lib/transcript.ts';
import type { FieldSpan, TextRun } from '../../lib/transcript.ts';
import type { City, DraftField, TranscriptUpdate } from '../../lib/types.ts';

export interface SegmentProps {
  readonly segment: TranscriptUpdate;
  /** Show who speaks: the sentence before was the other side's. */
  readonly named: boolean;
  readonly evidence: readonly FieldSpan[];
  readonly markedField: DraftField | null;
  readonly dialectWords: City['dialectWords'];
  /** Name of the dialect that the caller speaks. */
  readonly spoken: string;
  readonly playing: boolean;
  readonly callId: string;
}

/** One sentence; a click plays it. */
export const Segment = memo(function Segment(props: SegmentProps): ReactElement {
  const { segment, named, evidence, markedField, dialectWords, spoken, playing, callId } = props;
  const { t } = useTranslation();
  const { session } = useSession();
  const runs = textRuns(
    segment.text,
    segment.final ? evidence : [],
    dialectWords,
    segment.side === 'caller' ? spoken : '',
  );
  const play = (): void => {
    session.player.play(callId, segment.startMs, segment.endMs + 300);
  };
  return (
    <div className={`line line-${segment.side} ${named ? 'line-named' : ''}`}>
      {segment.gapBeforeMs >= 500 && (
        <div className="gap-note">{t('transcript.gap', { n: Math.round(segment.gapBeforeMs / 1000) })}</div>
      )}
      {named && (
        <div className="line-who">
          {segment.side === 'caller' ? t('transcript.caller') : t('transcript.agent')}
          <span className="num">{clockText(segment.startMs)}</span>
        </div>
      )}
      <div
        className={`line-text ${segment.final ? '' : 'line-partial'} ${playing ? 'line-playing' : ''}`}
        data-testid="segment"
        data-side={segment.side}
        data-final={segment.final}
        data-segment-id={segment.segmentId}
        role="button"
        tabIndex={0}
        title={segment.final ? `${t('transcript.play')} ${clockText(segment.startMs)}` : undefined}
        onClick={play}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') play();
        }}
      >
        {runs.map((run, i) => (
          <Run key={i} run={run} marked={markedField !== null && run.fields.includes(markedField)} />
        ))}
      </div>
    </div>
  );
});

function Run({ run, marked }: { readonly run: TextRun; readonly marked: boolean }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const field = run.fields[0];
  const className = [field === undefined ? '' : 'evidence', marked ? 'evidence-marked' : '', run.meaning && 'dialect'];
  if (className.every((c) => c === '')) return <>{run.text}</>;
  const span = (
    <span
      className={className.join(' ')}
      data-fields={run.fields.join(' ')}
      onMouseEnter={() => {
        if (field !== undefined) session.mark(field);
      }}
      onMouseLeave={() => {
        if (field !== undefined) session.mark(null);
      }}
    >
      {run.text}
    </span>
  );
  if (run.meaning === '') return span;
  return (
    <Tooltip title={t('transcript.dialect', { dialect: run.dialect, said: run.text, meant: run.meaning })}>
      {span}
    </Tooltip>
  );
}
