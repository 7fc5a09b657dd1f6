import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { editKey } from '../../lib/unsent-edits.ts';
import type { Draft, DraftField } from '../../lib/types.ts';

/** What one control of the form needs to know. */
export interface FieldProps {
  readonly draft: Draft;
  readonly missing: boolean;
}

/** The value that the page shows: what was typed and is not acknowledged yet wins over the server's. */
export function useFieldValue(draft: Draft, field: DraftField): string {
  const { session } = useSession();
  const { unsent } = useStore(session.drafts.view);
  const key = editKey(draft.callId, { type: 'field', field });
  const pending = unsent.find((e) => editKey(e.callId, e.target) === key);
  return pending?.value ?? draft.fields[field].value;
}

/** Writes one field; kept until the server has it. */
export function useSetField(draft: Draft, field: DraftField): (value: string) => void {
  const { session } = useSession();
  return (value) => {
    session.drafts.edit(draft.callId, { type: 'field', field }, value);
  };
}
