import { App, Button, InputNumber, Popconfirm } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { dayText, timeOfDay } from '../../lib/format.ts';
import type { CallInView, RosterEntry } from '../../lib/types.ts';
import { usePolled, type SurgeParts } from './parts.tsx';

const pollMs = 4_000;

/** Who may be called in and when, who has been, and what they said. */
export function Roster({ api, onProblem }: SurgeParts): ReactElement {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { value: roster } = usePolled(api.roster, pollMs);
  const { value: called, again } = usePolled(api.callIns, pollMs);
  const [seats, setSeats] = useState(1);
  const entries = roster?.roster ?? [];
  const callIns = called?.callIns ?? [];
  const callIn = async (): Promise<void> => {
    const reply = await api.callIn(seats);
    if (reply.ok) void message.success(`${t('line.surge.callIns')} ${reply.value.callIns.length}`);
    else onProblem(reply.message === '' ? String(reply.status) : reply.message);
    again();
  };
  const release = async (id: string): Promise<void> => {
    const reply = await api.release(id);
    if (!reply.ok) onProblem(reply.message === '' ? String(reply.status) : reply.message);
    again();
  };
  return (
    <div className="roster">
      <section className="panel list">
        <h2 className="panel-head">
          {t('line.surge.roster')} <span className="count">{entries.length}</span>
          <span className="grow" />
          <InputNumber
            min={1}
            max={5_000}
            value={seats}
            aria-label={t('line.surge.seatsWanted')}
            onChange={(n) => {
              setSeats(n ?? 1);
            }}
          />
          <Popconfirm title={t('line.surge.callInNow')} onConfirm={() => void callIn()}>
            <Button type="primary" data-testid="call-in" disabled={entries.length === 0}>
              {t('line.surge.callInNow')}
            </Button>
          </Popconfirm>
        </h2>
        {entries.length === 0 ? <p className="panel-empty">{t('line.surge.noRoster')}</p> : <Entries of={entries} />}
      </section>
      <section className="panel list">
        <h2 className="panel-head">
          {t('line.surge.callIns')} <span className="count">{callIns.length}</span>
        </h2>
        {callIns.length === 0 && <p className="panel-empty">{t('line.surge.noCallIns')}</p>}
        <ol className="rows">
          {callIns.map((c) => (
            <CallInRow key={c.id} callIn={c} onRelease={() => void release(c.id)} />
          ))}
        </ol>
      </section>
    </div>
  );
}

function Entries({ of }: { readonly of: readonly RosterEntry[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="roster-table">
      <table>
        <thead>
          <tr>
            {(['name', 'source', 'skills', 'dialects', 'shifts', 'state'] as const).map((c) => (
              <th key={c}>{t(`line.surge.${c}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((e) => (
            <tr key={e.id}>
              <td>{e.displayName}</td>
              <td>
                {t(`line.surge.sourceOf.${e.source}`)} {e.city}
              </td>
              <td>{e.skills.join('、')}</td>
              <td>{e.dialects.join('、')}</td>
              <td className="num">
                {e.shifts.map((s) => (
                  <div key={s.id}>
                    {dayText(s.startsAtMs).slice(5)} {timeOfDay(s.startsAtMs).slice(0, 5)}–
                    {timeOfDay(s.endsAtMs).slice(0, 5)}
                  </div>
                ))}
              </td>
              <td>
                <span className={`tag ${e.active && e.online ? 'tag-talking' : ''}`}>
                  {e.active ? t(e.online ? 'line.surge.online' : 'line.surge.offline') : t('line.surge.inactive')}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CallInRow({
  callIn: c,
  onRelease,
}: {
  readonly callIn: CallInView;
  readonly onRelease: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const colour =
    c.state === 'ready' ? 'tag-talking' : c.state === 'asked' || c.state === 'accepted' ? 'tag-ringing' : '';
  return (
    <li>
      <span className="num row-quiet">{timeOfDay(c.askedAtMs)}</span>
      <span className="row-main">{c.displayName}</span>
      <span className={`tag ${colour}`}>{t(`line.surge.callInState.${c.state}`)}</span>
      <span className="grow" />
      {(c.state === 'accepted' || c.state === 'ready') && (
        <Button size="small" onClick={onRelease}>
          {t('line.surge.releaseSeat')}
        </Button>
      )}
    </li>
  );
}
