/** Command line of `npm run call`. */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { parseUri } from '../../telephony/sip/message/uri.ts';

export const USAGE = `A small telephone that calls the hotline.

  npm run call -- [options]

  --audio FILE      what the caller says (WAV; PCM16, A-law or mu-law). Default: a sample complaint
  --to URI          whom to call. Default: sip:12345@127.0.0.1:5060
  --from NUMBER     the caller's number. Default: 13800138000
  --seconds N       hang up N seconds after the answer. Default: when the audio is over and 15 s have passed
  --say-after N     seconds after the answer before the caller speaks. Default: when the other side has spoken,
                    8 s at the latest; with --with-agent, when the agent has answered
  --digits 10       telephone keys to press before speaking
  --record FILE     write what was heard to this WAV file
  --with-agent      also log an agent in, who answers and speaks. Needs --login and --password
  --server URL      web address of the server, for the agent. Default: http://127.0.0.1:12345
  --login NAME      log-in of the agent
  --password TEXT   password of the agent (printed by the first npm start)
  --agent-audio FILE  what the agent says. Default: a sample
  --help            this text
`;

export interface AgentOptions {
  readonly server: string;
  readonly login: string;
  readonly password: string;
  readonly audio: string;
}

export interface CallOptions {
  readonly audio: string;
  readonly to: string;
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly seconds: number | undefined;
  readonly sayAfter: number | undefined;
  readonly digits: string;
  readonly record: string | undefined;
  readonly agent: AgentOptions | undefined;
}

export type ParsedOptions =
  | { readonly type: 'call'; readonly options: CallOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly faults: readonly string[] };

const FLAGS = {
  audio: { type: 'string' },
  to: { type: 'string', default: 'sip:12345@127.0.0.1:5060' },
  from: { type: 'string', default: '13800138000' },
  seconds: { type: 'string' },
  'say-after': { type: 'string' },
  digits: { type: 'string', default: '' },
  record: { type: 'string' },
  'with-agent': { type: 'boolean', default: false },
  server: { type: 'string', default: 'http://127.0.0.1:12345' },
  login: { type: 'string' },
  password: { type: 'string' },
  'agent-audio': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

function sample(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Reads the command line; all faults at once. */
export function parseOptions(argv: readonly string[]): ParsedOptions {
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options: FLAGS, strict: true }));
  } catch (error) {
    return { type: 'wrong', faults: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help) return { type: 'help' };
  const faults: string[] = [];
  const uri = parseUri(values.to);
  if (uri?.scheme !== 'sip') faults.push(`--to "${values.to}" is not a SIP address such as sip:12345@127.0.0.1:5060`);
  if (!/^[0-9*#]*$/.test(values.digits)) faults.push('--digits takes only 0-9, * and #');
  const seconds = toSeconds(values.seconds, '--seconds', faults);
  const sayAfter = toSeconds(values['say-after'], '--say-after', faults);
  const { login, password } = values;
  const complete = login !== undefined && password !== undefined;
  if (values['with-agent'] && !complete) faults.push('--with-agent needs --login and --password of an agent');
  if (faults.length > 0 || uri?.scheme !== 'sip') return { type: 'wrong', faults };
  const agent =
    values['with-agent'] && complete
      ? { server: values.server, login, password, audio: values['agent-audio'] ?? sample('sample-agent.wav') }
      : undefined;
  const { to, from, digits, record } = values;
  const audio = values.audio ?? sample('sample-caller.wav');
  const { host, port = 5060 } = uri;
  return { type: 'call', options: { audio, to, host, port, from, seconds, sayAfter, digits, record, agent } };
}

function toSeconds(text: string | undefined, name: string, faults: string[]): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value >= 0 && value <= 86_400)) faults.push(`${name} "${text}" is not a number of seconds`);
  return value;
}
