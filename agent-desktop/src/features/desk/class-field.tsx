import { Cascader } from 'antd';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { callOf } from '../../lib/draft-id.ts';
import { shareText } from '../../lib/format.ts';
import type { City, Draft, FieldCandidate } from '../../lib/types.ts';
import type { FieldProps } from './draft-form-values.ts';
import { useFieldValue, useSetField } from './draft-form-values.ts';
import { FieldRow, SuggestionChip } from './field-row.tsx';
import { displayOf } from './labels.ts';

interface Node {
  readonly value: string;
  readonly label: string;
  readonly children?: Node[];
}

/** The dispatch catalogue, three levels; the leaf's id is the value. */
export function ClassField({ draft, missing }: FieldProps): ReactElement {
  const { t } = useTranslation();
  const { session, city } = useSession();
  const value = useFieldValue(draft, 'classId');
  const set = useSetField(draft, 'classId');
  const nodes = useMemo(() => treeOf(city), [city]);
  const path = useMemo(() => pathOf(city, value), [city, value]);
  const state = draft.fields.classId;
  const { second } = useStore(session.socket.desk).aside;
  const other = draft.callId === callOf(draft.callId) ? second?.classId : undefined;
  const isOther = (found: FieldCandidate): boolean => found.value === other;
  // What is offered as a matter of its own is not what this one should become.
  const suggested = state.suggestion === null || isOther(state.suggestion) ? null : state.suggestion;
  const others = state.alternatives.filter((a) => a.value !== value && !isOther(a)).slice(0, 2);
  return (
    <FieldRow draft={draft} field="classId" label={t('draft.field.classId')} missing={missing} ownSuggestion>
      <div className="class-stack">
        <Cascader
          aria-label={t('draft.field.classId')}
          data-testid="input-classId"
          options={nodes}
          value={path}
          allowClear
          showSearch
          placeholder={t('draft.placeholder.classId')}
          displayRender={(labels) => labels.join(' › ')}
          onChange={(picked) => {
            set(picked.at(-1) ?? '');
          }}
        />
        {/* One line is kept free for it: what is below must not move while somebody types there. */}
        <div className="class-line">
          {suggested !== null ? (
            <SuggestionChip draft={draft} field="classId" suggestion={suggested} />
          ) : (
            <Alternatives draft={draft} others={others} onPick={set} />
          )}
        </div>
      </div>
    </FieldRow>
  );
}

interface AlternativesProps {
  readonly draft: Draft;
  readonly others: readonly FieldCandidate[];
  readonly onPick: (classId: string) => void;
}

function Alternatives({ draft, others, onPick }: AlternativesProps): ReactElement | null {
  const { t } = useTranslation();
  const { city } = useSession();
  if (others.length === 0 || draft.fields.classId.origin === 'agent') return null;
  return (
    <div className="alternatives">
      <span>{t('draft.alternatives')}</span>
      {others.map((other) => (
        <button
          type="button"
          key={other.value}
          className="chip"
          data-testid="alternative-classId"
          data-value={other.value}
          title={displayOf('classId', other, city, t)}
          onClick={() => {
            onPick(other.value);
          }}
        >
          <span className="ellipsis">{displayOf('classId', other, city, t).split(' › ').at(-1)}</span>
          <small className="num">{shareText(other.confidence, 0)}</small>
        </button>
      ))}
    </div>
  );
}

function treeOf(city: City | null): Node[] {
  const roots: Node[] = [];
  for (const leaf of city?.catalogue ?? []) {
    const [first, second, third] = leaf.path;
    const middle = childOf(childOf(roots, first).children ?? [], second);
    middle.children?.push({ value: leaf.id, label: third });
  }
  return roots;
}

function childOf(nodes: Node[], label: string): Node {
  const known = nodes.find((n) => n.label === label);
  if (known !== undefined) return known;
  const made: Node = { value: `~${label}`, label, children: [] };
  nodes.push(made);
  return made;
}

function pathOf(city: City | null, classId: string): string[] {
  const leaf = city?.catalogue.find((c) => c.id === classId);
  return leaf === undefined ? [] : [`~${leaf.path[0]}`, `~${leaf.path[1]}`, leaf.id];
}
