import { Alert, Drawer } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../lib/api.ts';
import { readCallDetail } from '../../lib/call-detail.ts';
import type { CallDetail } from '../../lib/call-detail.ts';
import { clockText, dayText, timeOfDay } from '../../lib/format.ts';
import { recordingUrl } from '../../lib/recording-player.ts';
import type { CallRow, SeatView } from '../../lib/types.ts';

export interface CallDrawerProps {
  readonly call: CallRow | null;
  readonly seats: readonly SeatView[];
  readonly onClose: () => void;
}

/** One call from ring to ticket: recording, transcript, timeline. */
export function CallDrawer({ call, seats, onClose }: CallDrawerProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Drawer open={call !== null} onClose={onClose} size={560} title={t('supervisor.drawer')} destroyOnHidden>
      {call !== null && <Detail key={call.callId} call={call} seats={seats} />}
    </Drawer>
  );
}

function Detail({ call, seats }: { readonly call: CallRow; readonly seats: readonly SeatView[] }): ReactElement {
  const { t } = useTranslation();
  const [detail, setDetail] = useState<CallDetail | number | null>(null);
  useEffect(() => {
    let gone = false;
    void api.callDetail(call.callId).then((reply) => {
      if (!gone) setDetail(reply.ok ? readCallDetail(reply.value) : reply.status);
    });
    return () => {
      gone = true;
    };
  }, [call.callId]);
  return (
    <div className="drawer" data-testid="supervisor-call">
      <p className="drawer-head">
        <b className="num">
          {dayText(call.arrivedAtMs)} {timeOfDay(call.arrivedAtMs)}
        </b>
        <span>{seats.find((s) => s.agentId === call.agentId)?.displayName}</span>
        {call.ticketNumber !== null && <span className="num row-ticket">{call.ticketNumber}</span>}
      </p>
      <h3>{t('supervisor.recording')}</h3>
      {call.recordingPath === null ? (
        <p className="panel-empty">{t('supervisor.noRecording')}</p>
      ) : (
        <audio controls preload="none" src={recordingUrl(call.callId)} data-testid="supervisor-recording" />
      )}
      {typeof detail === 'number' && (
        <Alert type="error" showIcon title={t('supervisor.loadFailed', { status: detail })} />
      )}
      {detail !== null && typeof detail === 'object' && <Words detail={detail} call={call} />}
    </div>
  );
}

function Words({ detail, call }: { readonly detail: CallDetail; readonly call: CallRow }): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <h3>{t('supervisor.transcript')}</h3>
      {detail.transcript.length === 0 && <p className="panel-empty">{t('supervisor.noTranscript')}</p>}
      <ol className="drawer-lines">
        {detail.transcript.map((s) => (
          <li key={s.segmentId} className={`drawer-${s.side}`}>
            <span className="num">{clockText(s.startMs)}</span>
            <b>{t(`transcript.${s.side}`)}</b>
            <span>{s.text}</span>
          </li>
        ))}
      </ol>
      <h3>{t('supervisor.timeline')}</h3>
      <ol className="drawer-events">
        {detail.timeline.map((e) => (
          <li key={e.seq} data-event={e.type}>
            <span className="num">+{clockText(e.atMs - call.arrivedAtMs)}</span>
            <span>{t(`event.${e.type}`)}</span>
            <span className="row-quiet ellipsis">{e.note}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
