import { createContext, useContext } from 'react';
import type { DeskSession } from '../lib/desk-session.ts';
import type { City, Info } from '../lib/types.ts';

export interface SessionValue {
  readonly session: DeskSession;
  readonly city: City | null;
  readonly info: Info | null;
}

export const SessionContext = createContext<SessionValue | null>(null);

/** The signed-in page's session; only under `SessionContext`. */
export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (value === null) throw new Error('no session around this component');
  return value;
}
