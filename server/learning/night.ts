/** When the next night's learning is due. Pure. */

const DAY_MS = 86_400_000;

/** Next time that the clock shows `at` ("HH:MM") in a zone that is `offsetMinutes` ahead of UTC; later than now. */
export function nextAtMs(nowMs: number, at: string, offsetMinutes: number): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  const shiftMs = offsetMinutes * 60_000;
  const midnightMs = Math.floor((nowMs + shiftMs) / DAY_MS) * DAY_MS - shiftMs;
  const today = midnightMs + (hours * 60 + minutes) * 60_000;
  return today > nowMs ? today : today + DAY_MS;
}
