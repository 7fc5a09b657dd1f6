/** What each leg hears, from who is joined to whom. Pure. */
import type { Leg } from './leg.ts';
import type { Hearing } from './media/media-engine.ts';

/** `legs` are all legs: the supervisors among them are looked for. */
export function hearingOf(leg: Leg, legs: readonly Leg[], endsPlay: boolean): Hearing {
  const target = leg.supervises?.target;
  const heard =
    target === undefined
      ? [...others(leg), ...interjecting(leg, legs)]
      : [target, ...others(target), ...interjecting(target, legs)];
  return {
    legId: leg.legId,
    hears: [...new Set(heard)].filter((one) => one !== leg && !one.ended).map(({ legId }) => legId),
    // A supervisor hears both sides, and to the target's side belongs what is played to it.
    hearsPlaysOf: target === undefined || target.ended ? [] : [target.legId],
    endsPlay,
  };
}

/** The same text for the same hearing. */
export function hearingKey({ hears, hearsPlaysOf }: Hearing): string {
  return `${[...hears].sort().join('+')}/${hearsPlaysOf.join('+')}`;
}

/** The other parties of the leg's call. */
function others(leg: Leg): Leg[] {
  if (leg.peer !== undefined) return [leg.peer];
  return [...(leg.conference?.members ?? [])].filter((one) => one !== leg);
}

/** Supervisors whom the leg hears: its own who whisper or barge, and those who barge on another party of the call. */
function interjecting(leg: Leg, legs: readonly Leg[]): Leg[] {
  const parties = others(leg);
  return legs.filter(({ supervises }) => {
    if (supervises === undefined || supervises.mode === 'listen') return false;
    return supervises.target === leg || (supervises.mode === 'barge' && parties.includes(supervises.target));
  });
}
