/** What a running call may ask of the rest of the server. */
import type { AgentPhones } from './agent-phones.ts';
import type { RunnerHost } from './call-runner.ts';
import type { CallCenterOptions } from './call-center-options.ts';
import type { CallTable } from './call-table.ts';
import { endpointOf } from './endpoints.ts';
import { IvrFlows } from './ivr-flows.ts';
import type { VoicemailDesk } from './ivr-voicemail.ts';
import type { LineDesk } from './line-desk.ts';
import type { Seats } from './seats.ts';
import type { TimelineWriter } from './timeline-writer.ts';

export interface RunnerHostParts {
  readonly table: CallTable;
  readonly lineDesk: LineDesk;
  readonly voicemail: VoicemailDesk;
  readonly timeline: TimelineWriter;
  readonly seats: Seats;
  readonly phones: AgentPhones;
}

export function makeRunnerHost(
  options: CallCenterOptions,
  { table, lineDesk, voicemail, timeline, seats, phones }: RunnerHostParts,
  told: Pick<RunnerHost, 'kick' | 'changed' | 'closed'>,
): RunnerHost {
  const flows = new IvrFlows({
    ...options,
    voicemail,
    policy: () => lineDesk.policy,
    bookCallback: (state, queued) => lineDesk.bookCallback(state, 'asked', queued),
    own: (legId, callId) => {
      table.own(legId, callId);
    },
  });
  return {
    ...told,
    switch: options.switch,
    line: options.line,
    logger: options.logger,
    nowMs: options.nowMs,
    prompts: options.prompts,
    lineHost: lineDesk,
    wrapUpMs: (plannedMs) => lineDesk.wrapUpMs(plannedMs),
    openFlow: (runner, log) => flows.open(runner, (event) => void timeline.emit(runner.callId, event), log),
    emit: (callId, event) => timeline.emit(callId, event),
    seat: (agentId, news) => {
      seats.news(agentId, news);
    },
    endpointOf,
    dialUri: (number) => options.dialUri?.(number),
    phoneUri: (agentId) => phones.uriOf(agentId),
    recordingPath: options.recordingPath,
    announcement: async (callId) => {
      const call = table.get(callId);
      return call === undefined ? null : lineDesk.announcement(call.runner.state);
    },
  };
}
