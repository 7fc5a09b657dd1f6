import { App, Button, Input, Select, Switch } from 'antd';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { dayText, timeOfDay } from '../../lib/format.ts';
import type { ShiftTimes, SurgeApi } from '../../lib/surge-api.ts';

const hourMs = 3_600_000;
/** Eight hours from the next full hour on. */
const usualShift = (nowMs: number): ShiftTimes => {
  const startsAtMs = Math.ceil(nowMs / hourMs) * hourMs;
  return { startsAtMs, endsAtMs: startsAtMs + 8 * hourMs };
};

interface Form {
  readonly active: boolean;
  readonly skills: readonly string[];
  readonly dialects: readonly string[];
  readonly shifts: readonly ShiftTimes[];
}

const blank: Form = { active: true, skills: [], dialects: [], shifts: [] };

/** Puts oneself on the standby roster, with skills, dialects and times. */
export function SignUp({ api }: { readonly api: SurgeApi }): ReactElement {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { city } = useSession();
  const [form, setForm] = useState<Form>(blank);
  const [known, setKnown] = useState(false);
  useEffect(() => {
    let gone = false;
    void api.mine().then((reply) => {
      if (gone || !reply.ok) return;
      const { entry } = reply.value;
      setKnown(entry?.active === true);
      if (entry === null) return;
      const { active, skills, dialects } = entry;
      const shifts = entry.shifts.map(({ startsAtMs, endsAtMs }) => ({ startsAtMs, endsAtMs }));
      setForm({ active, skills, dialects, shifts });
    });
    return () => {
      gone = true;
    };
  }, [api]);
  const save = async (): Promise<void> => {
    const { active, skills, dialects, shifts } = form;
    const reply = await api.signUp(active, { skills, dialects }, shifts);
    if (!reply.ok) {
      void message.error(t('line.cloud.failed', { message: reply.message === '' ? reply.status : reply.message }));
      return;
    }
    setKnown(reply.value.entry?.active === true);
    void message.success(t('line.cloud.saved'));
  };
  const topics = [...new Set((city?.catalogue ?? []).map((c) => c.path[0]))];
  return (
    <section className="panel cloud-card" data-testid="sign-up" data-known={known}>
      <h2 className="panel-head">
        {t('line.cloud.signUp')}
        <span className="grow" />
        <span className={`tag ${known ? 'tag-talking' : ''}`}>
          {known ? t('line.cloud.signedUp') : t('line.cloud.notSignedUp')}
        </span>
      </h2>
      <div className="cloud-body">
        <label className="cloud-switch">
          <Switch
            checked={form.active}
            onChange={(active) => {
              setForm((f) => ({ ...f, active }));
            }}
          />
          {t('line.cloud.active')}
        </label>
        <label>
          {t('line.cloud.skills')}
          <Select
            mode="tags"
            value={[...form.skills]}
            options={topics.map((value) => ({ value, label: value }))}
            onChange={(skills: string[]) => {
              setForm((f) => ({ ...f, skills }));
            }}
          />
        </label>
        <label>
          {t('line.cloud.dialects')}
          <Select
            mode="tags"
            value={[...form.dialects]}
            options={['江淮', '吴语', '粤语', '闽南', '客家', '西南'].map((value) => ({ value, label: value }))}
            onChange={(dialects: string[]) => {
              setForm((f) => ({ ...f, dialects }));
            }}
          />
        </label>
        <Shifts
          shifts={form.shifts}
          onChange={(shifts) => {
            setForm((f) => ({ ...f, shifts }));
          }}
        />
        <div className="cloud-buttons">
          <Button type="primary" data-testid="sign-up-save" onClick={() => void save()}>
            {t('line.cloud.save')}
          </Button>
        </div>
      </div>
    </section>
  );
}

interface ShiftsProps {
  readonly shifts: readonly ShiftTimes[];
  readonly onChange: (shifts: readonly ShiftTimes[]) => void;
}

function Shifts({ shifts, onChange }: ShiftsProps): ReactElement {
  const { t } = useTranslation();
  const replace = (at: number, shift: ShiftTimes): void => {
    onChange(shifts.map((one, i) => (i === at ? shift : one)));
  };
  return (
    <div className="cloud-shifts">
      <span>{t('line.cloud.shifts')}</span>
      {shifts.length === 0 && <span className="row-quiet">{t('line.cloud.noShifts')}</span>}
      <ul>
        {shifts.map((s, i) => (
          <li key={i}>
            <Moment
              label={t('line.cloud.from')}
              atMs={s.startsAtMs}
              onChange={(startsAtMs) => {
                replace(i, { startsAtMs, endsAtMs: Math.max(s.endsAtMs, startsAtMs + hourMs) });
              }}
            />
            <Moment
              label={t('line.cloud.to')}
              atMs={s.endsAtMs}
              onChange={(endsAtMs) => {
                replace(i, { startsAtMs: Math.min(s.startsAtMs, endsAtMs - hourMs), endsAtMs });
              }}
            />
            <Button
              type="text"
              onClick={() => {
                onChange(shifts.filter((_, at) => at !== i));
              }}
            >
              {t('line.cloud.remove')}
            </Button>
          </li>
        ))}
      </ul>
      <Button
        size="small"
        data-testid="add-shift"
        onClick={() => {
          onChange([...shifts, usualShift(Date.now())]);
        }}
      >
        {t('line.cloud.addShift')}
      </Button>
    </div>
  );
}

interface MomentProps {
  readonly label: string;
  readonly atMs: number;
  readonly onChange: (atMs: number) => void;
}

function Moment({ label, atMs, onChange }: MomentProps): ReactElement {
  return (
    <Input
      type="datetime-local"
      aria-label={label}
      value={`${dayText(atMs)}T${timeOfDay(atMs).slice(0, 5)}`}
      onChange={(event) => {
        const chosenMs = new Date(event.target.value).getTime();
        if (Number.isFinite(chosenMs)) onChange(chosenMs);
      }}
    />
  );
}
