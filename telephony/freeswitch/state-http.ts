/** What the edge reads of our nodes: which are up, draining or down, how full they are, and how many callers wait. */
import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Router } from 'express';
import type { FreeswitchCluster } from './freeswitch-cluster.ts';

export interface StateHttpOptions {
  readonly cluster: Pick<FreeswitchCluster, 'states'>;
  readonly waiting: () => number;
  /** Bearer token. */
  readonly token: string;
}

/** Answers GET at `/`. */
export function createStateRouter({ cluster, waiting, token }: StateHttpOptions): Router {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  const router = express.Router();
  router.get('/', (request, response) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      response.status(401).end();
      return;
    }
    response.set('Cache-Control', 'no-store').json({ nodes: cluster.states(), waiting: waiting() });
  });
  return router;
}
