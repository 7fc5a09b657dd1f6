/** The calls of this server by id, and by each leg that belongs to one. */
import type { CallRunner } from './call-runner.ts';
import type { LiveCall } from './live-call.ts';

export class CallTable {
  readonly calls = new Map<string, LiveCall>();
  readonly legs = new Map<string, LiveCall>();

  get(callId: string): LiveCall | undefined {
    return this.calls.get(callId);
  }

  all(): readonly LiveCall[] {
    return [...this.calls.values()];
  }

  add(callId: string, call: LiveCall, callerLegId: string): void {
    this.calls.set(callId, call);
    this.legs.set(callerLegId, call);
  }

  /** A leg that is about to be dialled, or was found, belongs to a call. */
  own(legId: string, callId: string): void {
    const call = this.calls.get(callId);
    if (call !== undefined) this.legs.set(legId, call);
  }

  runnerOf(legId: string): CallRunner | undefined {
    return this.legs.get(legId)?.runner;
  }

  /** The file is closed after the leg is gone. */
  recordingOwner(legId: string): CallRunner | undefined {
    return this.runnerOf(legId) ?? this.all().find((c) => c.runner.state.facts.callerLegId === legId)?.runner;
  }

  forget(callId: string): void {
    const call = this.calls.get(callId);
    this.calls.delete(callId);
    for (const [legId, owner] of this.legs) if (owner === call) this.legs.delete(legId);
  }
}
