import type { Request, Response } from 'express';
import type { Role } from '../store/ports.ts';
import type { Session } from './sessions.ts';

/** `public`: anyone. `session`: logged in. A list of roles: logged in with one of them. */
export type Access = 'public' | 'session' | readonly Role[];

export interface RouteContext {
  readonly request: Request;
  readonly response: Response;
  /** Address of the client, for limits only; never logged. */
  readonly address: string;
}

interface BaseRoute {
  readonly method: 'get' | 'post';
  /** Express path; the OpenAPI file writes `{id}` for `:id`. */
  readonly path: string;
}

/** A handler returns the JSON body, or undefined when it has answered by itself. */
export type Route = BaseRoute &
  (
    | { readonly access: 'public'; readonly handle: (context: RouteContext) => unknown }
    | {
        readonly access: Exclude<Access, 'public'>;
        readonly handle: (context: RouteContext, session: Session) => unknown;
      }
  );
