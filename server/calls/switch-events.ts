/** What the switch says, given to the call that it concerns. */
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import type { CallRunner } from './call-runner.ts';
import type { CallTable } from './call-table.ts';
import { agentOf } from './endpoints.ts';
import type { RecordingMask } from './recording-mask.ts';

export interface SwitchHearing {
  readonly table: CallTable;
  readonly mask: RecordingMask;
  /** Whether an agent's telephone has dialled within a call. */
  dialled(event: Extract<SwitchEvent, { readonly type: 'leg.incoming' }>): boolean;
  incoming(event: Extract<SwitchEvent, { readonly type: 'leg.incoming' }>): void;
  registered(agentId: string, on: boolean): void;
  transferAsked(event: Extract<SwitchEvent, { readonly type: 'leg.transfer-requested' }>): void;
}

export function tellCalls(event: SwitchEvent, { table, mask, ...to }: SwitchHearing): void {
  switch (event.type) {
    case 'leg.incoming':
      if (!to.dialled(event)) to.incoming(event);
      return;
    case 'endpoint.registered':
    case 'endpoint.unregistered': {
      const agentId = agentOf(event.endpointId);
      if (agentId !== undefined) to.registered(agentId, event.type === 'endpoint.registered');
      return;
    }
    case 'leg.ended':
      tellRunner(table.runnerOf(event.legId), event);
      table.legs.delete(event.legId);
      return;
    case 'recording.finished': {
      const owner = table.recordingOwner(event.legId);
      tellRunner(owner, event);
      mask.finished(owner?.callId, event.path);
      return;
    }
    case 'leg.transfer-requested':
      to.transferAsked(event);
      return;
    case 'leg.answered':
    case 'leg.digit':
    case 'play.finished':
    case 'recording.started':
      tellRunner(table.runnerOf(event.legId), event);
      return;
    case 'leg.ringing':
    case 'leg.media-up':
    case 'leg.bridged':
    case 'leg.parked':
    case 'leg.conferenced':
    case 'leg.supervising':
    case 'leg.quality':
    case 'play.started':
      return;
  }
}

type CallEventOfSwitch = Extract<
  SwitchEvent,
  {
    readonly type:
      'leg.answered' | 'leg.ended' | 'leg.digit' | 'play.finished' | 'recording.started' | 'recording.finished';
  }
>;

/** Nothing when the leg belongs to no call. */
function tellRunner(runner: CallRunner | undefined, event: CallEventOfSwitch): void {
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
