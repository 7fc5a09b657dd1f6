/** Command line of `npm run configure`. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export const USAGE = `Writes the configuration of a switch or of the edge's SIP server from hotline.yaml.

  npm run configure -- freeswitch --name fs1 --address 10.0.0.11 [options]
  npm run configure -- drachtio   --address 203.0.113.5 [options]

Both:
  --address IP        IPv4 address of its SIP socket on that machine. Default: that of the switch of that name in
                      switch.freeswitch.nodes, as are the ports below
  --external IP       address written into SIP when that is another one (behind NAT)
  --out DIR           folder to write. Default: freeswitch-<name> or drachtio
  --force             write over what is there; passwords that are there stay
  --help              this text

freeswitch:
  --name NAME         name of the switch. Default: fs1
  --server IP         address of the hotline's server; it alone may command. Default: 127.0.0.1
  --edge IP           address of the edge (drachtio-server): calls then come from there alone
  --directory-url URL where the server answers who may register. Default: http://<server>:<http.port>/freeswitch/directory
  --trunk-port N      UDP port for calls. Default: as the switch of that name in edge.nodes, else 5080
  --internal-port N   UDP port for SIP telephones of agents. Default: 5090
  --ws-port N         WebSocket port for agents' pages. Default: 5066
  --wss-port N        the same with TLS. Default: none
  --event-port N      TCP port of the event socket. Default: 8021
  --max-sessions N    calls and agents' legs at once. Default: half the ports of rtp.portMin to rtp.portMax
  --calls-per-second N  new legs a second. Default: 100
  --codecs LIST       codecs of trunks, best first. Default: PCMA,PCMU
  --music-dir DIR     folder with music on that machine. Default: music in the written folder
  --audio-fork        mod_audio_fork is installed: load it

drachtio:
  --local-net NET     10.0.0.0/8: far ends there are told the inner address
  --sip-port N        UDP and TCP port for SIP. Default: sip.port
  --admin IP          address applications connect to. Default: 127.0.0.1
  --metrics-port N    port of its own metrics on 127.0.0.1. Default: 8088
  --log-file FILE     Default: the console
`;

const text = { type: 'string' } as const;
const yes = { type: 'boolean', default: false } as const;
const both = { address: text, external: text, out: text, force: yes, help: yes } as const;
const freeswitchFlags = {
  ...both,
  ...{ name: { ...text, default: 'fs1' }, server: { ...text, default: '127.0.0.1' }, edge: text },
  ...{ 'directory-url': text, 'trunk-port': text, 'internal-port': text, 'ws-port': text, 'wss-port': text },
  ...{ 'event-port': text, 'max-sessions': text, 'calls-per-second': text, codecs: text, 'music-dir': text },
  'audio-fork': yes,
} as const satisfies ParseArgsConfig['options'];
const drachtioFlags = {
  ...both,
  ...{ 'local-net': text, 'sip-port': text, admin: { ...text, default: '127.0.0.1' }, 'metrics-port': text },
  'log-file': text,
} as const satisfies ParseArgsConfig['options'];

export type FreeswitchFlags = ReturnType<typeof parseArgs<{ options: typeof freeswitchFlags }>>['values'];
export type DrachtioFlags = ReturnType<typeof parseArgs<{ options: typeof drachtioFlags }>>['values'];

export type ParsedCommand =
  | { readonly type: 'freeswitch'; readonly flags: FreeswitchFlags }
  | { readonly type: 'drachtio'; readonly flags: DrachtioFlags }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly faults: readonly string[] };

function parse(command: 'freeswitch' | 'drachtio', args: string[]): ParsedCommand {
  const parsed: ParsedCommand =
    command === 'freeswitch'
      ? { type: command, flags: parseArgs({ args, options: freeswitchFlags }).values }
      : { type: command, flags: parseArgs({ args, options: drachtioFlags }).values };
  return parsed.flags.help ? { type: 'help' } : parsed;
}

export function parseCommand(argv: readonly string[]): ParsedCommand {
  const [command, ...args] = argv;
  if (command === undefined || command === '--help' || command === 'help') return { type: 'help' };
  if (command !== 'freeswitch' && command !== 'drachtio')
    return { type: 'wrong', faults: [`"${command}" is neither freeswitch nor drachtio`] };
  try {
    return parse(command, args);
  } catch (error) {
    return { type: 'wrong', faults: [error instanceof Error ? error.message : String(error)] };
  }
}
