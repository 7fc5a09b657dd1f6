import { Tooltip } from 'antd';
import type { ReactElement, ReactNode } from 'react';

/** A small key cap. */
export function KeyCap({ children }: { readonly children: ReactNode }): ReactElement {
  return <kbd className="key-cap">{children}</kbd>;
}

export interface WithKeyProps {
  readonly tip: string;
  readonly keys: string;
  readonly children: ReactElement;
}

/** Wraps a control with a tooltip that names its key. */
export function WithKey({ tip, keys, children }: WithKeyProps): ReactElement {
  return (
    <Tooltip
      mouseEnterDelay={0.4}
      title={
        <span>
          {tip} <KeyCap>{keys}</KeyCap>
        </span>
      }
    >
      {children}
    </Tooltip>
  );
}
