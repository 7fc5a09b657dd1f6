/** What the switch says of a leg, as the input of the call it belongs to. */
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import type { CallRunner } from './call-runner.ts';

type CallEventOfSwitch = Extract<
  SwitchEvent,
  {
    readonly type:
      'leg.answered' | 'leg.ended' | 'leg.digit' | 'play.finished' | 'recording.started' | 'recording.finished';
  }
>;

/** Nothing when the leg belongs to no call. */
export function tellRunner(runner: CallRunner | undefined, event: CallEventOfSwitch): void {
  switch (event.type) {
    case 'leg.answered':
      runner?.input({ type: 'leg-answered', legId: event.legId });
      return;
    case 'leg.ended':
      runner?.input({ type: 'leg-ended', legId: event.legId, cause: event.cause, by: event.by });
      return;
    case 'leg.digit':
      runner?.input({ type: 'digit', legId: event.legId, digit: event.digit, durationMs: event.durationMs });
      return;
    case 'play.finished':
      runner?.input({ type: 'play-finished', playId: event.playId, reason: event.reason });
      return;
    case 'recording.started':
      runner?.recordingEvent(event);
      return;
    case 'recording.finished': {
      const { path, lengthMs, sizeBytes } = event;
      runner?.input({ type: 'recording-finished', path, lengthMs, sizeBytes });
    }
  }
}
