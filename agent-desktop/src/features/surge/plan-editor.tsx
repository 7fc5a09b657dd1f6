import { App, Button, Input, Popconfirm, Select } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reply } from '../../lib/api.ts';
import type { DryRunView, PlanFault, PlanView } from '../../lib/types.ts';
import { DryRun } from './dry-run.tsx';
import type { SurgeParts } from './parts.tsx';

const hours = [1, 6, 24, 72];

/** Plans as text with their comments: checked, tried on what has happened, saved as versions, put in force. */
export function PlanEditor({ api, onProblem }: SurgeParts): ReactElement {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [plans, setPlans] = useState<readonly PlanView[]>([]);
  const [chosen, setChosen] = useState<PlanView | null>(null);
  const [yaml, setYaml] = useState('');
  const [faults, setFaults] = useState<readonly PlanFault[] | null>(null);
  const [dry, setDry] = useState<DryRunView | null>(null);
  const [dryHours, setDryHours] = useState(6);
  const choose = (plan: PlanView | null): void => {
    setChosen(plan);
    setYaml(plan?.yaml ?? '');
    setFaults(null);
    setDry(null);
  };
  const show = useCallback((all: readonly PlanView[], name: string | null): void => {
    const plan = all.find((p) => (name === null ? p.inForce : p.name === name)) ?? all[0] ?? null;
    setPlans(all);
    setChosen(plan);
    setYaml(plan?.yaml ?? '');
  }, []);
  const load = async (name: string): Promise<void> => {
    const reply = await api.plans();
    if (reply.ok) show(reply.value.plans, name);
  };
  useEffect(() => {
    let gone = false;
    void api.plans().then((reply) => {
      if (!gone && reply.ok) show(reply.value.plans, null);
    });
    return () => {
      gone = true;
    };
  }, [api, show]);
  const fail = (reply: Reply<unknown>): void => {
    if (!reply.ok) onProblem(reply.message === '' ? String(reply.status) : reply.message);
  };
  const check = async (): Promise<void> => {
    const reply = await api.check(yaml);
    if (reply.ok) setFaults(reply.value.faults);
    fail(reply);
  };
  const tryOut = async (): Promise<void> => {
    const reply = await api.dryRun(yaml, dryHours);
    if (reply.ok && (reply.value.faults ?? []).length > 0) setFaults(reply.value.faults ?? []);
    else if (reply.ok) setDry(reply.value);
    fail(reply);
  };
  const save = async (): Promise<void> => {
    const reply = await api.save(yaml);
    fail(reply);
    if (!reply.ok) return;
    const { plan, faults: found = [] } = reply.value;
    setFaults(found);
    if (plan === undefined || plan === null) return;
    void message.success(t('line.surge.saved', { n: plan.version }));
    await load(plan.name);
  };
  const force = async (): Promise<void> => {
    if (chosen === null) return;
    const reply = await api.putInForce(chosen.name, chosen.version);
    fail(reply);
    if (!reply.ok) return;
    void message.success(t('line.surge.forced'));
    await load(chosen.name);
  };
  const changed = yaml !== (chosen?.yaml ?? '');
  return (
    <div className="plan">
      <div className="plan-bar">
        <Select
          data-testid="plan-choice"
          className="plan-choice"
          placeholder={t('line.surge.choose')}
          value={chosen?.name ?? null}
          options={plans.map((p) => ({
            value: p.name,
            label: `${p.title} · ${t('line.surge.version', { n: p.version })}${p.inForce ? ` · ${t('line.surge.inForce')}` : ''}`,
          }))}
          onChange={(name: string) => {
            choose(plans.find((p) => p.name === name) ?? null);
          }}
        />
        {changed && <span className="status-warn">{t('line.surge.unsaved')}</span>}
        <span className="grow" />
        <Button data-testid="plan-check" onClick={() => void check()}>
          {t('line.surge.check')}
        </Button>
        <Select
          value={dryHours}
          options={hours.map((n) => ({ value: n, label: t('line.surge.dryHours', { n }) }))}
          onChange={setDryHours}
        />
        <Button data-testid="plan-dry-run" onClick={() => void tryOut()}>
          {t('line.surge.dryRun')}
        </Button>
        <Button data-testid="plan-save" disabled={!changed} onClick={() => void save()}>
          {t('line.surge.save')}
        </Button>
        <Popconfirm title={t('line.surge.forceSure')} onConfirm={() => void force()}>
          <Button type="primary" disabled={chosen === null || changed || chosen.inForce}>
            {t('line.surge.force')}
          </Button>
        </Popconfirm>
      </div>
      <div className="plan-columns">
        <PlanText yaml={yaml} faults={faults} onChange={setYaml} onCheck={() => void check()} />
        <DryRun dry={dry} />
      </div>
    </div>
  );
}

interface PlanTextProps {
  readonly yaml: string;
  readonly faults: readonly PlanFault[] | null;
  readonly onChange: (yaml: string) => void;
  readonly onCheck: () => void;
}

function PlanText({ yaml, faults, onChange, onCheck }: PlanTextProps): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="plan-text">
      <Input.TextArea
        data-testid="plan-yaml"
        aria-label={t('line.surge.yaml')}
        className="plan-yaml"
        value={yaml}
        spellCheck={false}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        onKeyDown={(event) => {
          if ((event.ctrlKey || event.metaKey) && event.key === 's') {
            event.preventDefault();
            onCheck();
          }
        }}
      />
      {faults !== null && <Faults faults={faults} />}
    </section>
  );
}

function Faults({ faults }: { readonly faults: readonly PlanFault[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="plan-faults" role="status" data-testid="plan-faults" data-count={faults.length}>
      <b className={faults.length === 0 ? 'mic-heard' : 'status-warn'}>
        {faults.length === 0 ? t('line.surge.noFaults') : t('line.surge.faults', { n: faults.length })}
      </b>
      <ul>
        {faults.map((f, i) => (
          <li key={i}>
            <code>{f.path}</code> {f.message}
          </li>
        ))}
      </ul>
    </div>
  );
}
