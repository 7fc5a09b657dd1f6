import { BulbOutlined, CheckOutlined, CloseOutlined, PlayCircleOutlined, RobotOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { shareText } from '../../lib/format.ts';
import { playRange } from '../../lib/transcript.ts';
import type { Draft, DraftField, FieldCandidate, FieldState } from '../../lib/types.ts';
import { useFieldValue } from './draft-form-values.ts';
import { displayOf } from './labels.ts';

/** Below this the machine's value is underlined with dots: look twice. */
const sureShare = 0.75;

export interface FieldRowProps {
  readonly draft: Draft;
  readonly field: DraftField;
  /** '' continues the row before. */
  readonly label: string;
  readonly missing: boolean;
  /** The field shows a later finding itself. */
  readonly ownSuggestion?: boolean;
  readonly children: ReactNode;
}

/** One field: label, where the value came from, the control, and a later finding as a chip below. */
export function FieldRow({ draft, field, label, missing, ownSuggestion, children }: FieldRowProps): ReactElement {
  const { session } = useSession();
  const { markedField } = useStore(session.page);
  const state = draft.fields[field];
  const value = useFieldValue(draft, field);
  // A value that was typed and is still on its way is the person's already.
  const origin = value === state.value ? state.origin : 'agent';
  const machine = origin === 'asr' || origin === 'rule' || origin === 'history' || origin === 'call';
  const unsure = machine && origin !== 'call' && state.confidence < sureShare;
  const classes = ['field', machine ? 'field-machine' : '', unsure ? 'field-unsure' : ''];
  if (markedField === field) classes.push('field-marked');
  if (missing && value === '') classes.push('field-missing');
  return (
    <div
      className={classes.join(' ')}
      data-testid={`field-${field}`}
      data-origin={origin}
      data-value={value}
      data-confidence={state.confidence}
      onMouseEnter={() => {
        session.mark(field);
      }}
      onMouseLeave={() => {
        session.mark(null);
      }}
      onFocus={() => {
        session.mark(field);
      }}
      onBlur={() => {
        session.mark(null);
      }}
    >
      <span className="field-label">{label}</span>
      <div className="field-body">
        <div className="field-control">
          {children}
          <FieldMark draft={draft} field={field} origin={origin} unsure={unsure} />
        </div>
        {state.suggestion !== null && ownSuggestion !== true && (
          <SuggestionChip draft={draft} field={field} suggestion={state.suggestion} />
        )}
      </div>
    </div>
  );
}

interface FieldMarkProps {
  readonly draft: Draft;
  readonly field: DraftField;
  readonly origin: FieldState['origin'];
  readonly unsure: boolean;
}

/** A small sign of who filled the field in; a click plays the words it rests on. */
function FieldMark({ draft, field, origin, unsure }: FieldMarkProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const state = draft.fields[field];
  const range = playRange(state.evidence);
  // The place is kept, so that nothing moves when a person takes the field over.
  if (origin === 'empty' || origin === 'agent') return <span className="field-mark" aria-hidden="true" />;
  const pct = shareText(state.confidence, 0);
  const words = {
    asr: unsure ? t('draft.machineUnsure', { pct }) : t('draft.machineSure', { pct }),
    rule: t('draft.fromRule'),
    history: t('draft.fromHistory'),
    call: t('draft.fromCall'),
  }[origin];
  if (range === null) {
    return (
      <Tooltip title={words}>
        <span className="field-mark" role="img" aria-label={words}>
          {origin === 'call' ? <CheckOutlined /> : <RobotOutlined />}
        </span>
      </Tooltip>
    );
  }
  return (
    <Tooltip title={`${words} · ${t('draft.play')}`}>
      <Button
        className="field-mark field-play"
        type="text"
        size="small"
        tabIndex={-1}
        data-testid={`play-${field}`}
        icon={<PlayCircleOutlined />}
        aria-label={`${words} · ${t('draft.play')}`}
        onClick={() => {
          session.player.play(draft.callId, range.startMs, range.endMs);
        }}
      />
    </Tooltip>
  );
}

interface SuggestionChipProps {
  readonly draft: Draft;
  readonly field: DraftField;
  readonly suggestion: FieldCandidate;
}

export function SuggestionChip({ draft, field, suggestion }: SuggestionChipProps): ReactElement {
  const { t } = useTranslation();
  const { session, city } = useSession();
  const text = displayOf(field, suggestion, city, t);
  return (
    <div className="suggestion" data-testid={`suggestion-${field}`} data-value={suggestion.value}>
      <BulbOutlined aria-hidden="true" />
      <span className="ellipsis" title={text}>
        {t('draft.suggestion', { text })}
      </span>
      <Button
        size="small"
        type="link"
        icon={<CheckOutlined />}
        data-testid={`accept-${field}`}
        onClick={() => void session.suggestion(draft.callId, field, 'accept')}
      >
        {t('draft.accept')}
      </Button>
      <Button
        size="small"
        type="text"
        icon={<CloseOutlined />}
        data-testid={`dismiss-${field}`}
        aria-label={t('draft.dismiss')}
        onClick={() => void session.suggestion(draft.callId, field, 'dismiss')}
      />
    </div>
  );
}
