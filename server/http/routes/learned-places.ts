import { z } from 'zod';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import type { Route } from '../route.ts';

const id = z.string().min(1).max(100);
const change = z.strictObject({ state: z.enum(['used', 'undone']) });
const supervisors = ['supervisor', 'admin'] as const;

/** Place names that agents' choices have told: looked through, taken into use and taken back by supervisors. */
export function learnedPlaceRoutes({ learnedPlaces, logger }: HttpDeps): readonly Route[] {
  if (learnedPlaces === undefined) return [];
  return [
    {
      method: 'get',
      path: '/api/learned-places',
      access: supervisors,
      handle: async () => ({ places: await learnedPlaces.list() }),
    },
    {
      method: 'post',
      path: '/api/learned-places/:id',
      access: supervisors,
      handle: async ({ request }, { user }) => {
        const body = change.safeParse(request.body);
        const key = id.safeParse(request.params['id']);
        if (!body.success || !key.success) throw new HttpError('bad-request');
        const row = await learnedPlaces.set(key.data, body.data.state);
        if (row === undefined) throw new HttpError('not-found');
        logger.info({ audit: 'learned-place', userId: user.id, learnedId: row.id, state: row.state }, 'learned place');
        return row;
      },
    },
  ];
}
