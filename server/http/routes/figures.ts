import { z } from 'zod';
import { reportKeys, reportOf, type Report, type SeatLevel } from '../../acd/metrics/report.ts';
import { SLOT_MS, lineEvents } from '../../acd/metrics/tally.ts';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import type { Route, RouteContext } from '../route.ts';

const LONGEST_MS = 31 * 24 * 3_600_000;
const timeMs = z.coerce.number().int().min(0).max(8_640_000_000_000_000);
const asked = z
  .strictObject({ fromMs: timeMs, toMs: timeMs, by: z.enum(reportKeys) })
  .refine(({ fromMs, toMs }) => toMs > fromMs && toMs - fromMs <= LONGEST_MS);

/** Figures of the line by queue, skill, seat level, five minutes or day, counted from the timelines alone. */
export function figureRoutes({ store }: HttpDeps): readonly Route[] {
  const handle = async ({ request }: RouteContext): Promise<Report> => {
    const parsed = asked.safeParse(request.query);
    if (!parsed.success) throw new HttpError('bad-request');
    const { by } = parsed.data;
    // Everything belongs to the five minutes in which it came.
    const fromMs = Math.floor(parsed.data.fromMs / SLOT_MS) * SLOT_MS;
    const toMs = Math.ceil(parsed.data.toMs / SLOT_MS) * SLOT_MS;
    const seatLevelOf = await seatLevels(store);
    const pages = store.calls.eventsOf(fromMs, toMs, lineEvents);
    return reportOf({ fromMs, toMs, by, pages, seatLevelOf, offsetMinutes: new Date(fromMs).getTimezoneOffset() });
  };
  return [{ method: 'get', path: '/api/figures', access: ['supervisor', 'admin'], handle }];
}

async function seatLevels(store: HttpDeps['store']): Promise<(agentId: string) => SeatLevel> {
  const [profiles, users] = await Promise.all([store.profiles.list(), store.users.list()]);
  const levels = new Map<string, SeatLevel>();
  for (const { id, role } of users) if (role === 'cloud') levels.set(id, 'cloud');
  for (const { userId, seatLevel } of profiles) levels.set(userId, seatLevel);
  return (agentId) => (agentId.startsWith('partner:') ? 'partner' : (levels.get(agentId) ?? 'on-site'));
}
