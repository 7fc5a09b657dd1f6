import { Input } from 'antd';
import { useState } from 'react';
import type { ChangeEvent, CompositionEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldProps } from './draft-form-values.ts';
import { useFieldValue, useSetField } from './draft-form-values.ts';
import { FieldRow } from './field-row.tsx';

export interface TextFieldProps extends FieldProps {
  readonly field: 'placeText' | 'occurredText' | 'callerName' | 'callbackNumber' | 'summary';
  readonly label: string;
  readonly area?: boolean;
}

const maxLength = { placeText: 200, occurredText: 100, callerName: 40, callbackNumber: 30, summary: 2000 } as const;

/** Text that the machine may fill in until a person types; what is being typed is never replaced. */
export function TextField({ draft, missing, field, label, area }: TextFieldProps): ReactElement {
  const { t } = useTranslation();
  const shared = useFieldValue(draft, field);
  const set = useSetField(draft, field);
  // While the focus is here this text rules; null: the draft's.
  const [local, setLocal] = useState<string | null>(null);
  const [composing, setComposing] = useState(false);
  const change = (value: string): void => {
    setLocal(value);
    // Letters of an input method are not the person's words yet.
    if (!composing) set(value);
  };
  const props = {
    'data-testid': `input-${field}`,
    'aria-label': t(`draft.field.${field}`),
    value: local ?? shared,
    placeholder: t(`draft.placeholder.${field}`),
    maxLength: maxLength[field],
    onFocus: () => {
      setLocal(shared);
    },
    onBlur: () => {
      setLocal(null);
    },
    onCompositionStart: () => {
      setComposing(true);
    },
    onCompositionEnd: (event: CompositionEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setComposing(false);
      setLocal(event.currentTarget.value);
      set(event.currentTarget.value);
    },
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      change(event.target.value);
    },
  };
  return (
    <FieldRow draft={draft} field={field} label={label} missing={missing}>
      {area === true ? <Input.TextArea {...props} className="summary-area" /> : <Input {...props} autoComplete="off" />}
    </FieldRow>
  );
}
