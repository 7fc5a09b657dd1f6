import type { ReactElement } from 'react';

/** Names and their numbers, side by side. */
export function Figures(props: {
  readonly className: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}): ReactElement {
  return (
    <dl className={props.className}>
      {props.rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
