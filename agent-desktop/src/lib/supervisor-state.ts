/** The supervisor's view, kept up from what has changed. Pure. */
import type { ListDelta, SupervisorDelta, SupervisorView } from './types.ts';

/** The view after a delta. Entries that are known keep their place; new ones come last. */
export function withDelta(view: SupervisorView, delta: SupervisorDelta): SupervisorView {
  const { waiting, seats, callbacks, ...rest } = delta;
  return {
    ...view,
    ...rest,
    waiting: withList(view.waiting, waiting, (w) => w.callId),
    seats: withList(view.seats, seats, (s) => s.agentId),
    callbacks: withList(view.callbacks, callbacks, (c) => c.id),
  };
}

function withList<T>(list: readonly T[], delta: ListDelta<T> | undefined, idOf: (value: T) => string): readonly T[] {
  if (delta === undefined) return list;
  const put = new Map(delta.put.map((value) => [idOf(value), value]));
  const gone = new Set(delta.gone);
  const kept = list.flatMap((value) => {
    const id = idOf(value);
    const now = put.get(id);
    put.delete(id);
    return now === undefined ? (gone.has(id) ? [] : [value]) : [now];
  });
  return put.size === 0 ? kept : [...kept, ...put.values()];
}
