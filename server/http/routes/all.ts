import type { HttpDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { callRoutes } from './calls.ts';
import { figureRoutes } from './figures.ts';
import { knowledgeRoutes } from './knowledge.ts';
import { learnedPlaceRoutes } from './learned-places.ts';
import { publicRoutes } from './public.ts';
import { sessionRoutes } from './sessions.ts';
import { surgeRoutes } from './surge.ts';

/** Every REST route there is; docs/api/openapi.yaml lists the same. Fixed paths come before those with parameters. */
export function allRoutes(deps: HttpDeps): readonly Route[] {
  return [
    publicRoutes,
    sessionRoutes,
    callRoutes,
    figureRoutes,
    knowledgeRoutes,
    learnedPlaceRoutes,
    surgeRoutes,
  ].flatMap((routes) => [...routes(deps)]);
}
