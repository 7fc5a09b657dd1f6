/** What a plan would have decided in hours that have been measured. The past answers nothing back: see docs/surge.md. */
import type { SurgePlan } from '../../../config/surge-schema.ts';
import type { DryRunView } from '../api-types.ts';
import { newController, step } from './controller.ts';
import type { ControllerState, Decision, SurgeSample, UsualWeek } from './types.ts';

const MINUTE_MS = 60_000;

function pointOf(state: ControllerState, sample: SurgeSample): DryRunView['points'][number] {
  const callIn = state.active.find((a) => a.measure.type === 'call-in')?.amount ?? 0;
  return {
    atMs: sample.atMs,
    level: state.level,
    load: state.indicators?.load ?? 0,
    peoplePerMinute: (state.indicators?.peoplePerMs ?? 0) * MINUTE_MS,
    estimatedWaitMs: state.indicators?.estimatedWaitMs ?? 0,
    seats: sample.seats,
    seatsWanted: sample.seats - sample.seatsCalledIn + callIn,
  };
}

/** Proposals count as accepted at once: the page shows what the plan would do, not who was at the desk. */
export function dryRun(plan: SurgePlan, samples: readonly SurgeSample[], usual: UsualWeek | null): DryRunView {
  const fromMs = samples[0]?.atMs ?? 0;
  let state = newController(fromMs);
  const decisions: Decision[] = [];
  const points: DryRunView['points'][number][] = [];
  for (const sample of samples) {
    let next = step(state, { type: 'sample', sample, usual }, plan);
    decisions.push(...next.decisions);
    for (const { id: proposalId } of next.state.proposals) {
      const yes = { type: 'answer', answer: 'accept', atMs: sample.atMs, proposalId, by: 'dry-run' } as const;
      next = step(next.state, yes, plan);
      decisions.push(...next.decisions);
    }
    state = next.state;
    points.push(pointOf(state, sample));
  }
  return { fromMs, toMs: samples.at(-1)?.atMs ?? fromMs, minutes: samples.length, points, decisions };
}
