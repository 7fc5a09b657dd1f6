/** Reads the call flow with its calendar and recordings: what is not right stops the start, not a call. */
import { join } from 'node:path';
import { ConfigError } from '../config/fault.ts';
import type { Config } from '../config/schema.ts';
import type { Calendar } from '../ivr/core/calendar.ts';
import type { Flow } from '../ivr/core/flow.ts';
import { loadCalendar, loadFlow, promptNames } from '../ivr/load-flow.ts';
import { pieceNames } from '../ivr/prompts/speech-pieces.ts';
import { promptFiles, waitingPrompts, type PromptFiles } from './calls/announcements.ts';
import { voicemailNodeOf } from './calls/core/wait-rules.ts';

export interface CallFlow {
  readonly flow: Flow;
  readonly calendar: Calendar;
  readonly prompts: PromptFiles;
  /** Every recording there is: a surge plan may choose a message that the flow does not name. */
  readonly promptNames: ReadonlySet<string>;
}

/** A queue that lets callers leave messages needs a flow that takes them. */
function checkMessages({ queues, line }: Config, flow: Flow): void {
  if (voicemailNodeOf(flow) !== undefined) return;
  const message = `the call flow ${flow.name} has no voicemail node`;
  const faults = [
    ...queues.flatMap((q, i) => (q.overflow.to === 'voicemail' ? [{ path: `queues.${i}.overflow.to`, message }] : [])),
    ...line.waiting.flatMap((w, i) =>
      w.leaveTo.to === 'voicemail' ? [{ path: `line.waiting.${i}.leaveTo.to`, message }] : [],
    ),
  ];
  if (faults.length > 0) throw new ConfigError('Configuration', faults);
}

export async function loadCallFlow(config: Config, root: string): Promise<CallFlow> {
  const sample = join(root, 'ivr/prompts/zh-CN');
  const { flow: name, flowsDir, promptsDir } = config.ivr;
  const promptDirs = promptsDir === null ? [sample] : [promptsDir, sample];
  const calendar = await loadCalendar([join(config.cityDir, 'calendar.yaml'), join(root, 'ivr/calendar.yaml')]);
  const [flow, names] = await Promise.all([
    loadFlow(name, { flowsDir: flowsDir ?? join(root, 'ivr/flows'), promptDirs, calendar }),
    promptNames(promptDirs),
  ]);
  checkMessages(config, flow);
  const prompts = await promptFiles([...new Set([...waitingPrompts, ...pieceNames, ...names])], promptDirs);
  return { flow, calendar, prompts, promptNames: names };
}
