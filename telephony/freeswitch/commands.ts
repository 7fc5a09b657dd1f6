/** Commands about legs, with FreeSWITCH's many words for failure turned into errors of the port. */
import type { ChannelApplication } from '../esl/esl-client.ts';
import { EslError, type EslErrorCode } from '../esl/esl-error.ts';
import { SwitchError, type SwitchErrorCode } from '../ports/switch.ts';

/** What is used of the event socket's client. */
export interface EslCommands {
  readonly up: boolean;
  api(command: string, timeoutMs?: number): Promise<string>;
  execute(channel: string, application: ChannelApplication): Promise<string>;
  job(command: string, timeoutMs: number): Promise<string>;
}

/**
 * Each command has its own words for a channel that is gone: kill, transfer, setvar, dump and break "No such channel!",
 * bridge "Invalid uuid", broadcast "invalid uuid", record and recv_dtmf "Cannot locate session!", sendmsg
 * "invalid session id [..]". `uuid_answer` says "-ERROR" for every failure, and `uuid_hold` "+OK Success" to anything.
 */
const GONE = /no such channel|invalid uuid|cannot locate session|invalid session id/i;

const CODES: Readonly<Record<EslErrorCode, SwitchErrorCode>> = {
  'not-connected': 'closed',
  closed: 'closed',
  timeout: 'media-failed',
  refused: 'media-failed',
  busy: 'media-failed',
  'bad-command': 'bad-request',
};

export function isGone(reply: string): boolean {
  return reply.startsWith('-ERR') && GONE.test(reply);
}

export class LegCommands {
  readonly esl: EslCommands;

  constructor(esl: EslCommands) {
    this.esl = esl;
  }

  /** `api`; rejects when FreeSWITCH refuses. */
  async api(command: string, timeoutMs?: number): Promise<string> {
    return checked(await translated(() => this.esl.api(command, timeoutMs)));
  }

  /** `api` whose answer is looked at by the caller, whatever it is. */
  ask(command: string, timeoutMs?: number): Promise<string> {
    return translated(() => this.esl.api(command, timeoutMs));
  }

  /** `bgapi originate`; resolves when the far end has answered, rejects when it has not. */
  async dial(command: string, timeoutMs: number): Promise<void> {
    checked(await translated(() => this.esl.job(command, timeoutMs)));
  }

  /** `bgapi originate` whose outcome is looked at by the caller. */
  askJob(command: string, timeoutMs: number): Promise<string> {
    return translated(() => this.esl.job(command, timeoutMs));
  }

  async execute(legId: string, application: ChannelApplication): Promise<void> {
    checked(await translated(() => this.esl.execute(legId, application)));
  }

  async setVariables(legId: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const list = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    if (list.length > 0) await this.api(`uuid_setvar_multi ${legId} ${list.join(';')}`);
  }

  async exists(legId: string): Promise<boolean> {
    return (await this.ask(`uuid_exists ${legId}`)) === 'true';
  }
}

function checked(reply: string): string {
  if (isGone(reply)) throw new SwitchError('no-such-leg', 'the channel has ended');
  if (reply.startsWith('-')) throw new SwitchError('media-failed', `FreeSWITCH refused: ${reply.slice(0, 80)}`);
  return reply;
}

async function translated(send: () => Promise<string>): Promise<string> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof EslError) throw new SwitchError(CODES[error.code], error.message, { cause: error });
    throw error;
  }
}
