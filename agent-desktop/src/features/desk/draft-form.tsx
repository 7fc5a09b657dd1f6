import { Checkbox, Input, Radio, Select } from 'antd';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { editKey } from '../../lib/unsent-edits.ts';
import type { EditTarget } from '../../lib/unsent-edits.ts';
import type { City, Draft, DraftField } from '../../lib/types.ts';
import { ClassField } from './class-field.tsx';
import { ticketKinds, urgencyCodes } from './codes.ts';
import type { FieldProps } from './draft-form-values.ts';
import { useFieldValue, useSetField } from './draft-form-values.ts';
import { FieldRow } from './field-row.tsx';
import { riskOptions } from './labels.ts';
import { TextField } from './text-field.tsx';

export interface DraftFormProps {
  readonly draft: Draft;
  readonly missing: readonly DraftField[];
}

/** The form, laid out to fit 1280×720 without scrolling. */
export function DraftForm({ draft, missing }: DraftFormProps): ReactElement {
  const { t } = useTranslation();
  const lacks = (field: DraftField): FieldProps => ({ draft, missing: missing.includes(field) });
  return (
    <div className="draft-form" data-testid="draft-form" data-call-id={draft.callId} data-rev={draft.rev}>
      <KindField {...lacks('kind')} />
      <ClassField {...lacks('classId')} />
      <div className="row-pair place-row">
        <StreetField {...lacks('streetId')} />
        <CommunityField {...lacks('communityId')} />
      </div>
      <TextField {...lacks('placeText')} field="placeText" label="" />
      <DepartmentField {...lacks('departmentId')} />
      <TextField {...lacks('occurredText')} field="occurredText" label={t('draft.field.occurredText')} />
      <div className="row-pair person-row">
        <TextField {...lacks('callerName')} field="callerName" label={t('draft.field.callerName')} />
        <TextField {...lacks('callbackNumber')} field="callbackNumber" label={t('draft.field.callbackNumber')} />
      </div>
      <div className="row-pair urgency-row">
        <UrgencyField {...lacks('urgency')} />
        <RiskField {...lacks('risk')} />
      </div>
      <TextField {...lacks('summary')} field="summary" label={t('draft.field.summary')} area />
      <NoteRow draft={draft} />
    </div>
  );
}

function KindField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const value = useFieldValue(draft, 'kind');
  const set = useSetField(draft, 'kind');
  return (
    <FieldRow draft={draft} field="kind" label={t('draft.field.kind')} missing={missing}>
      <Radio.Group
        className="kind-group"
        data-testid="input-kind"
        optionType="button"
        buttonStyle="solid"
        value={value}
        options={ticketKinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))}
        onChange={(event) => {
          set(String(event.target.value));
        }}
      />
    </FieldRow>
  );
}

function StreetField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const { city } = useSession();
  const value = useFieldValue(draft, 'streetId');
  const set = useSetField(draft, 'streetId');
  const options = useMemo(() => city?.streets.map((s) => ({ value: s.id, label: s.name })) ?? [], [city]);
  return (
    <FieldRow draft={draft} field="streetId" label={t('draft.field.place')} missing={missing}>
      <Select
        aria-label={t('draft.field.streetId')}
        showSearch={{ optionFilterProp: 'label' }}
        allowClear
        value={value === '' ? null : value}
        placeholder={t('draft.placeholder.streetId')}
        options={options}
        onChange={(id: string | null) => {
          set(id ?? '');
        }}
      />
    </FieldRow>
  );
}

function CommunityField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const { city } = useSession();
  const street = useFieldValue(draft, 'streetId');
  const value = useFieldValue(draft, 'communityId');
  const set = useSetField(draft, 'communityId');
  const setStreet = useSetField(draft, 'streetId');
  const options = useMemo(() => communityOptions(city, street), [city, street]);
  return (
    <FieldRow draft={draft} field="communityId" label="" missing={missing}>
      <Select
        aria-label={t('draft.field.communityId')}
        showSearch={{ optionFilterProp: 'label' }}
        allowClear
        value={value === '' ? null : value}
        placeholder={t('draft.placeholder.communityId')}
        options={options}
        onChange={(id: string | null) => {
          set(id ?? '');
          const home = city?.communities.find((c) => c.id === id)?.streetId;
          if (home !== undefined && home !== street) setStreet(home);
        }}
      />
    </FieldRow>
  );
}

/** Those of the chosen street first; the others stay findable, because the street may be the wrong one. */
function communityOptions(city: City | null, streetId: string): { readonly value: string; readonly label: string }[] {
  const all = city?.communities ?? [];
  const near = streetId === '' ? all : all.filter((c) => c.streetId === streetId);
  const far = streetId === '' ? [] : all.filter((c) => c.streetId !== streetId);
  return [...near, ...far].map((c) => ({ value: c.id, label: c.name }));
}

function DepartmentField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const { city } = useSession();
  const value = useFieldValue(draft, 'departmentId');
  const set = useSetField(draft, 'departmentId');
  const options = useMemo(
    () =>
      city?.departments.map((d) => ({
        value: d.id,
        label: d.name,
        words: [d.name, d.shortName, ...d.aliases].join(' '),
      })) ?? [],
    [city],
  );
  return (
    <FieldRow draft={draft} field="departmentId" label={t('draft.field.departmentId')} missing={missing}>
      <Select
        aria-label={t('draft.field.departmentId')}
        showSearch={{ optionFilterProp: 'words' }}
        allowClear
        value={value === '' ? null : value}
        placeholder={t('draft.placeholder.departmentId')}
        options={options}
        onChange={(id: string | null) => {
          set(id ?? '');
        }}
      />
    </FieldRow>
  );
}

function UrgencyField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const value = useFieldValue(draft, 'urgency');
  const set = useSetField(draft, 'urgency');
  return (
    <FieldRow draft={draft} field="urgency" label={t('draft.field.urgency')} missing={missing}>
      <Select
        aria-label={t('draft.field.urgency')}
        value={value === '' ? null : value}
        placeholder={t('draft.select')}
        options={urgencyCodes.map((u) => ({ value: u, label: t(`urgency.${u}`) }))}
        onChange={(code: string) => {
          set(code);
        }}
      />
    </FieldRow>
  );
}

function RiskField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const { city } = useSession();
  const value = useFieldValue(draft, 'risk');
  const set = useSetField(draft, 'risk');
  return (
    <FieldRow draft={draft} field="risk" label={t('draft.field.risk')} missing={missing}>
      <Select
        aria-label={t('draft.field.risk')}
        mode="multiple"
        maxTagCount="responsive"
        value={value.split(',').filter((code) => code !== '')}
        placeholder={t('draft.none')}
        options={[...riskOptions(city)]}
        onChange={(codes: string[]) => {
          set(codes.join(','));
        }}
      />
    </FieldRow>
  );
}

function NoteRow({ draft }: { readonly draft: Draft }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { unsent } = useStore(session.drafts.view);
  const pendingOf = (target: EditTarget): string | undefined =>
    unsent.find((e) => editKey(e.callId, e.target) === editKey(draft.callId, target))?.value;
  const note = pendingOf({ type: 'note' }) ?? draft.note;
  const confidential = pendingOf({ type: 'confidential' }) ?? String(draft.confidential);
  return (
    <div className="field note-row" data-testid="field-note" data-value={note}>
      <span className="field-label">{t('draft.note')}</span>
      <div className="note-inputs">
        <Input
          data-testid="input-note"
          aria-label={t('draft.note')}
          value={note}
          maxLength={2000}
          placeholder={t('draft.placeholder.note')}
          onChange={(event) => {
            session.drafts.edit(draft.callId, { type: 'note' }, event.target.value);
          }}
        />
        <Checkbox
          data-testid="input-confidential"
          checked={confidential === 'true'}
          title={t('draft.confidentialHint')}
          onChange={(event) => {
            session.drafts.edit(draft.callId, { type: 'confidential' }, String(event.target.checked));
          }}
        >
          {t('draft.confidential')}
        </Checkbox>
      </div>
    </div>
  );
}
